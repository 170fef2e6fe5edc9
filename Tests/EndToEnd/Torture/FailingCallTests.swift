import Foundation
import TestSupport
import Testing

/// A call of the system that fails, or a kill just before or after it, ends in a clear error; the same command then completes.
@Suite(.serialized, .enabled(if: Torture.mishaps != nil, "IISAN_MISHAPS names no compiled Tools/Torture/mishaps.c"))
struct FailingCallTests {
    /// A kind of call and what becomes of it.
    struct Mishap: CustomTestStringConvertible, Sendable {
        let stage: TriedShop.Stage
        let call: String
        let what: String
        var testDescription: String { "\(stage.name): \(call) \(what)" }
    }

    private static let noSpace = "\(ENOSPC)"
    private static let damaged = "\(EIO)"
    private static let forbidden = "\(EACCES)"

    static let mishaps: [Mishap] = [TriedShop.importing, TriedShop.encode, TriedShop.train].flatMap { stage in
        [
            ("open", forbidden), ("read", damaged), ("write", noSpace), ("fsync", damaged), ("rename", damaged),
            ("rename", "kill"),
            ("rename", "killed"), ("mkdir", forbidden), ("unlink", forbidden),
        ].map { Mishap(stage: stage, call: $0.0, what: $0.1) }
    }

    @Test(arguments: mishaps) func aFailedCallLosesNothing(_ mishap: Mishap) throws {
        try withTemporaryFolder { folder in
            let tried = try TriedShop(folder.resolvingSymlinksInPath())
            try tried.prepare(mishap.stage)
            let counts = folder.appending(path: "counts")
            let counted = try CommandLine.run(
                mishap.stage.arguments, in: tried.folder, environment: Torture.environment(under: tried.folder, counts: counts))
            #expect(counted.code == 0, "\(counted.errors)")
            let calm = try tried.contents(mishap.stage)
            for place in Torture.places(try Self.count(mishap.call, in: counts), atMost: Torture.failures) {
                try tried.reset(mishap.stage)
                let spoiled = try CommandLine.run(
                    mishap.stage.arguments, in: tried.folder,
                    environment: Torture.environment("\(mishap.call):\(place):\(mishap.what)", under: tried.folder))
                if mishap.what.hasPrefix("kill") {
                    #expect(spoiled.code == SIGKILL, "\(mishap.call) \(place): \(spoiled.code) \(spoiled.errors)")
                } else if spoiled.code != 0 {
                    #expect(
                        spoiled.code == 1 && spoiled.errors.contains("Error: ") && !spoiled.errors.contains("Fatal error"),
                        "\(mishap.call) \(place): \(spoiled.code) \(spoiled.errors)")
                }
                let again = try CommandLine.run(mishap.stage.arguments, in: tried.folder)
                let isThere = mishap.stage.name == "import" && again.errors.contains("already exists")
                #expect(again.code == 0 || isThere, "\(mishap.call) \(place), again: \(again.errors)")
                try tried.contents(mishap.stage).expect(calm, "\(mishap.call) \(place)")
            }
        }
    }

    private static func count(_ call: String, in file: URL) throws -> Int {
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map { $0.split(separator: " ") }
        return Int(try #require(lines.first { $0[0] == call })[1]) ?? 0
    }

    @Test func aClockThatJumpsChangesNothing() throws {
        try withTemporaryFolder { folder in
            let tried = try TriedShop(folder.resolvingSymlinksInPath())
            try tried.finish(TriedShop.run)
            let calm = try tried.contents(TriedShop.run)
            try tried.reset(TriedShop.run)
            let outcome = try CommandLine.run(
                TriedShop.run.arguments, in: folder, environment: Torture.environment(under: tried.folder, clock: 100_000))
            #expect(outcome.code == 0, "\(outcome.errors)")
            try tried.contents(TriedShop.run).expect(calm)
        }
    }
}
