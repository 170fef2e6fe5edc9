import Foundation
import TestSupport
import Testing

/// A call of the system that fails, or a kill just before or after it, ends in a clear error; the same command then completes.
@Suite(.serialized, .enabled(if: Torture.mishaps != nil, "IISAN_MISHAPS names no compiled Tools/Torture/mishaps.c"))
struct FailingCallTests {
    /// Kinds of calls and what becomes of one of them: a number of errno, or the process is killed before or after it.
    private static let mishaps = [
        ("open", "\(EACCES)"), ("read", "\(EIO)"), ("write", "\(ENOSPC)"), ("fsync", "\(EIO)"), ("rename", "\(EIO)"),
        ("rename", "kill"), ("rename", "killed"), ("mkdir", "\(EACCES)"), ("unlink", "\(EACCES)"),
    ]

    @Test(arguments: [TriedShop.importing, TriedShop.encode, TriedShop.merge, TriedShop.train, TriedShop.lists])
    func aFailedCallLosesNothing(_ stage: TriedShop.Stage) throws {
        try withTemporaryFolder { folder in
            let tried = try TriedShop(folder.resolvingSymlinksInPath())
            try tried.prepare(stage)
            let counts = folder.appending(path: "counts")
            let counted = try CommandLine.run(
                stage.arguments, in: tried.folder, environment: Torture.environment(under: tried.folder, counts: counts))
            #expect(counted.code == 0, "\(counted.errors)")
            let calm = try tried.contents(stage)
            for (call, what) in Self.mishaps {
                for place in Torture.places(try Self.count(call, in: counts), atMost: Torture.failures) {
                    try tried.reset(stage)
                    try spoil(tried, stage, call, place, what)
                    let again = try CommandLine.run(stage.arguments, in: tried.folder)
                    let isThere = stage.whole != nil && again.errors.contains("already exists")
                    #expect(again.code == 0 || isThere, "\(call) \(place) \(what), again: \(again.errors)")
                    try tried.contents(stage).expect(calm, "\(stage.name): \(call) \(place) \(what)")
                }
            }
        }
    }

    /// Does a stage with one call gone wrong: it is killed, or it ends with a clear error, or it could do without the call.
    private func spoil(_ tried: TriedShop, _ stage: TriedShop.Stage, _ call: String, _ place: Int, _ what: String) throws {
        let outcome = try CommandLine.run(
            stage.arguments, in: tried.folder, environment: Torture.environment("\(call):\(place):\(what)", under: tried.folder)
        )
        if what.hasPrefix("kill") {
            #expect(outcome.code == SIGKILL, "\(call) \(place): \(outcome.code) \(outcome.errors)")
        } else if outcome.code != 0 {
            #expect(
                outcome.code == 1 && outcome.errors.contains("Error: ") && !outcome.errors.contains("Fatal error"),
                "\(call) \(place): \(outcome.code) \(outcome.errors)")
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
