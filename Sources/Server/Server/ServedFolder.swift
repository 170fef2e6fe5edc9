import Database
import Files
package import Foundation
package import IISAN
import Logging
import ServiceLifecycle
import Serving
import Synchronization

/// A run that is served, and the folder beside it that keeps what comes in: changed items, their pictures, events.
package struct ServedFolder: Sendable {
    /// The run's folder.
    package let run: URL
    /// Settings in place of the run's.
    package let overrides: [String]
    /// The run's settings of the server.
    package let settings: ServeSettings
    /// Where the server keeps what comes in.
    package let folder: URL

    /// Reads a run's settings.
    ///
    /// - Parameter overrides: settings in place of the run's, as `serve.port=0`.
    /// - Throws: ``UserError`` when the folder is no run.
    package init(_ run: URL, overrides: [String] = []) throws {
        (self.run, self.overrides) = (run, overrides.map(Self.resolved))
        settings = try Pipeline(run: run, overrides: self.overrides).configuration.serve
        folder = settings.folder.map { URL(filePath: $0) } ?? Self.beside(run)
    }

    /// A setting whose path counts from where the command is called, and not from the run's folder, which is replaced as a whole.
    private static func resolved(_ setting: String) -> String {
        for name in ["serve.tokens=", "serve.folder="] where setting.hasPrefix(name) {
            let path = String(setting.dropFirst(name.count))
            if path != "null", !path.isEmpty { return name + URL(filePath: path).standardizedFileURL.path }
        }
        return setting
    }

    /// Where a run's items and events are kept when its settings say nothing: a run that is trained again takes the place of the old one,
    /// and what came in stays.
    package static func beside(_ run: URL) -> URL {
        run.deletingLastPathComponent().appending(path: run.lastPathComponent + ".served")
    }

    /// Where copies of the database are put.
    package var backups: URL { folder.appending(path: "backups") }

    /// Opens the database.
    ///
    /// - Throws: ``UserError`` while another process has it, where it cannot be reached, and for a folder of another kind.
    private func database() async throws -> any ServerDatabase {
        let durability: WriteDurability = settings.durability == .full ? .full : .normal
        if let address = settings.database { return try await Self.shared(address, durability) }
        var options = SQLiteOptions()
        options.durability = durability
        return try SQLiteDatabase(folder, options: options)
    }

    /// Whether an address is of a database that servers share.
    static func isShared(_ address: String) -> Bool {
        address.hasPrefix("postgres://") || address.hasPrefix("postgresql://")
    }

    /// A database that several servers share.
    ///
    /// - Throws: ``UserError`` where it cannot be reached, or this program was built without PostgreSQL.
    static func shared(_ address: String, _ durability: WriteDurability = .full) async throws -> any ServerDatabase {
        guard isShared(address) else {
            throw UserError(
                "\(address.prefix { $0 != ":" }) is no database that is known here", at: "serve.database",
                remedy: "Write postgres://USER@HOST/DATABASE, or leave it out for SQLite in the server's folder.")
        }
        #if PostgreSQL
            return try await PostgreSQLDatabase(PostgreSQLAddress(address), durability: durability)
        #else
            throw UserError(
                "this program was built without PostgreSQL", at: "serve.database",
                remedy: "Build it with: swift build -c release --traits PostgreSQL")
        #endif
    }

    /// Where the server of this folder was last said to be; nil where none was, or it has ended as it should.
    package var address: URL? {
        (try? JSONFile.read([String: String].self, from: addressFile))?["address"].flatMap { URL(string: $0) }
    }

    private var addressFile: URL { folder.appending(path: "address.json") }

    /// A token for what a command does: `IISAN_TOKEN` of the environment, else one of the run's file of tokens; nil where the server asks
    /// for none.
    ///
    /// - Throws: ``UserError`` where the file of tokens cannot be used.
    package func token(for scope: AccessScope) throws -> String? {
        if let token = ProcessInfo.processInfo.environment["IISAN_TOKEN"] { return token }
        guard let file = settings.tokens else { return nil }
        return try AccessTokens.token(for: scope, in: URL(filePath: file))
    }

    /// Says to commands of this machine where the server is.
    package func announce(_ address: URL) { try? JSONFile.write(["address": address.absoluteString], to: addressFile) }

    /// Says that there is none any more.
    package func withdraw() { try? FileManager.default.removeItem(at: addressFile) }

    /// Serves the run on a free port of this machine for as long as `body` takes.
    ///
    /// - Throws: as ``open(_:)`` does; whatever `body` throws.
    package func running<Result: Sendable>(
        _ body: @escaping @Sendable (_ address: URL) async throws -> Result
    ) async throws -> Result {
        let state = ServerState(settings, backups: backups)
        let server = try ServerApplication(state, logger: Logger(label: "iisan") { _ in SwiftLogNoOpLogHandler() })
        let opened = AsyncStream<Void>.makeStream()
        let services = server.services(stoppedBy: []) {
            let engine = try await self.open { _ in }
            opened.continuation.finish()
            return engine
        }
        return try await withThrowingTaskGroup(of: Swift.Result<Result, any Error>?.self) { group in
            group.addTask {
                try await services.run()
                return nil
            }
            group.addTask {
                for await _ in opened.stream {}
                // Where the run cannot be opened nothing is asked: the port may be there, and FoundationNetworking traps in a task that is cancelled.
                try Task.checkCancellation()
                while state.port == 0 { try await Task.sleep(for: .milliseconds(2)) }
                let result: Swift.Result<Result, any Error>
                do { result = .success(try await body(URL(string: "http://127.0.0.1:\(state.port)")!)) } catch {
                    result = .failure(error)
                }
                await services.triggerGracefulShutdown()
                return result
            }
            var outcome: Swift.Result<Result, any Error>?
            for try await result in group where result != nil { outcome = result }
            return try outcome!.get()
        }
    }

    /// Opens all that answers.
    ///
    /// - Parameter note: is told what becomes of the run.
    /// - Throws: ``UserError`` when the run cannot be opened, or its items not be kept; ``Refusal`` where the method has to be trained for
    ///   the items that came in.
    package func open(_ note: @escaping @Sendable (String) -> Void) async throws -> Engine {
        let database = try await database()
        do { return try await open(database, note) } catch {
            try? await database.close()
            throw error
        }
    }

    private func open(_ database: any ServerDatabase, _ note: @escaping @Sendable (String) -> Void) async throws -> Engine {
        let pictures = try PictureFolder(folder.appending(path: "pictures"))
        let log = DatabaseLog(
            database, pictures, name: settings.database.map(RecordedPart.name(of:)) ?? folder.standardizedFileURL.path)
        var limits = ModelService.Limits()
        (limits.questions, limits.items) = (settings.requests, settings.items)
        let names = Names()
        let model = try await ModelService(opening(names, note), log: log, limits: limits)
        try await model.follow()
        let items = ServedItems(model: model, database: database, pictures: pictures, log: log)
        return Engine(
            model: model, items: ItemWriter(model: model, database: database, pictures: pictures, catalogue: items),
            pictures: items, database: database, method: { names.method },
            upkeep: Upkeep(model: model, database: database, pictures: pictures, isShared: settings.database != nil)
        ) {
            try await model.swap(to: opening(names, note))
        }
    }

    /// What the run that answers is called.
    private final class Names: Sendable {
        private let current = Mutex("")
        var method: String {
            get { current.withLock { $0 } }
            set { current.withLock { $0 = newValue } }
        }
    }

    private func opening(_ names: Names, _ note: @escaping @Sendable (String) -> Void) -> ModelService.Opening {
        ModelService.Opening { [run, overrides] in
            var observer = Pipeline.Observer()
            observer.onMessage = note
            let pipeline = try Pipeline(run: run, overrides: overrides, observer: observer)
            let model = try pipeline.served()
            try model.prepareReasons()
            names.method = pipeline.configuration.train.model.name
            return model
        } encoder: { [run, overrides] in
            try Pipeline(run: run, overrides: overrides).itemEncoder()
        }
    }
}
