import Database
import Datasets
import Files
import Foundation
import IISAN
import Logging
import ServiceLifecycle
import Serving
import Synchronization
import TestDatabase
import TestModels
import Testing

@testable import Server

/// A server on a free port of this machine, with a small model and everything else in memory.
struct TestServer: Sendable {
    let state: ServerState
    let model: ModelService
    let items: MemoryItems
    let database: any ServerDatabase
    /// The database where it is in memory.
    let memory = MemoryDatabase()
    let log = LogLines()
    let client: RawClient
    let group: ServiceGroup

    /// Runs `body` while a server answers.
    ///
    /// - Parameters:
    ///   - tokens: what the file of tokens holds; nil asks for none.
    ///   - database: where events are kept; nil keeps them in memory.
    ///   - change: changes its settings.
    static func run(
        tokens: String? = nil, database: (any ServerDatabase)? = nil, acceptsItems: Bool = true, items: Int = 24,
        _ change: (inout ServeSettings) -> Void = { _ in },
        _ body: (TestServer) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "iisan-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var settings = ServeSettings()
        settings.port = 0
        if let tokens {
            let file = folder.appending(path: "tokens")
            _ = FileManager.default.createFile(
                atPath: file.path, contents: Data(tokens.utf8), attributes: [.posixPermissions: 0o600])
            settings.tokens = file.path
        }
        change(&settings)
        let dataset = try SmallWorld(folder, items: items).dataset
        let opening = SmallService.opening(dataset, acceptsItems: acceptsItems)
        let server = try await TestServer(
            ServerState(settings, backups: folder.appending(path: "backups")), ModelService(opening), dataset, database)
        let group = server.group
        let running = Task { try await group.run() }
        try await server.listening()
        do { try await body(server) } catch {
            await group.triggerGracefulShutdown()
            _ = try? await running.value
            throw error
        }
        await group.triggerGracefulShutdown()
        try await running.value
        if database == nil { #expect(await server.memory.isClosed) }
    }

    private init(_ state: ServerState, _ model: ModelService, _ dataset: Dataset, _ database: (any ServerDatabase)?) throws {
        self.database = database ?? memory
        (self.state, self.model) = (state, model)
        let folder = try PictureFolder(state.backups.deletingLastPathComponent().appending(path: "pictures"))
        let items = MemoryItems(model, folder)
        self.items = items
        let lines = log
        let logger = Logger(label: "test") { _ in LogLines.Handler(lines: lines) }
        let application = try ServerApplication(state, logger: logger)
        let engine = Engine(
            model: model, items: items, pictures: FolderPictures(folder) { await items.names($0) }, database: self.database,
            method: { "content" },
            reload: { try await model.swap(to: SmallService.opening(dataset, name: "another")) })
        group = application.services(stoppedBy: []) { engine }
        client = RawClient { state.port }
    }

    private func listening() async throws {
        let end = ContinuousClock.now + .seconds(20)
        while state.port == 0 || state.phase == .loading {
            try #require(ContinuousClock.now < end, "the server does not listen")
            try await Task.sleep(for: .milliseconds(2))
        }
    }
}

/// What was logged.
final class LogLines: Sendable {
    private let all = Mutex<[String]>([])

    var lines: [String] { all.withLock { $0 } }

    struct Handler: LogHandler {
        let lines: LogLines
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.debug
        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let own = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }
            let line = "\(event.level) \(event.message) \(own.map { "\($0.key)=\($0.value)" }.joined(separator: " "))"
            lines.all.withLock { $0.append(line) }
        }
    }
}
