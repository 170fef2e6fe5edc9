import Files
import Foundation
import IISAN
import Synchronization
import TestSupport
import Testing

/// A small shop that was imported, encoded and trained once, and the messages that its rows have brought.
final class PreparedShop: Sendable {
    /// The encoders of the demo.
    static let encoders = CommandLine.root.appending(path: "Examples/Demo/encoders")

    private let folder: URL
    private let messages = Mutex<[String: String]>([:])

    /// Makes the shop with one call of `iisan run`.
    init(_ folder: URL) throws {
        self.folder = folder
        _ = try SmallShop(folder, items: 100, users: 40)
        let outcome = try CommandLine.run(["run", "config.yaml"], in: folder)
        guard outcome.code == 0 else { throw UserError("the shop could not be prepared: \(outcome.errors)") }
    }

    /// Copies what a row needs; files that name the shop's place name the copy's.
    func copy(_ ground: BadInput.Ground, to copy: URL) throws {
        let parts = ["world", "dataset", "states", "runs"].prefix(ground.rawValue)
        for part in parts {
            try FileManager.default.copyItem(at: folder.appending(path: part), to: copy.appending(path: part))
            for path in try FileManager.default.subpathsOfDirectory(atPath: copy.appending(path: part).path)
            where path.hasSuffix(".json") || path.hasSuffix(".yaml") {
                let file = copy.appending(path: "\(part)/\(path)")
                let text = try String(contentsOf: file, encoding: .utf8)
                if text.contains(folder.path) { try AtomicFile.write(text.replacing(folder.path, with: copy.path), to: file) }
            }
        }
        guard ground != .nothing else { return }
        var configuration = try String(contentsOf: folder.appending(path: "config.yaml"), encoding: .utf8)
        if ground != .world, let start = configuration.range(of: "  import:"), let end = configuration.range(of: "encode:") {
            configuration.removeSubrange(start.lowerBound..<end.lowerBound)
        }
        try AtomicFile.write(configuration, to: copy.appending(path: "config.yaml"))
    }

    /// Keeps the message of a row.
    func note(_ message: String, of row: BadInput) { messages.withLock { $0[row.key] = message } }

    /// The message of a row; nil where it was not run.
    func message(of row: BadInput) -> String? { messages.withLock { $0[row.key] } }
}

extension BadInput {
    /// What tells rows apart.
    var key: String { "\(command)\n\(input)" }
}

/// Prepares the shop before the rows are run; after them the document is written where the environment asks for it.
struct WithPreparedShop: SuiteTrait, TestScoping {
    @TaskLocal static var shop: PreparedShop?

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "iisan-shop-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let shop = try PreparedShop(folder)
        try await Self.$shop.withValue(shop) { try await function() }
        if BadInputDocument.isWritten { try BadInputDocument.write { shop.message(of: $0) } }
    }
}
