package import Database
import Files
package import Foundation
package import IISAN
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
        (self.run, self.overrides) = (run, overrides)
        settings = try Pipeline(run: run, overrides: overrides).configuration.serve
        folder = settings.folder.map { URL(filePath: $0) } ?? Self.beside(run)
    }

    /// Where a run's items and events are kept when its settings say nothing: a run that is trained again takes the place of the old one,
    /// and what came in stays.
    package static func beside(_ run: URL) -> URL {
        run.deletingLastPathComponent().appending(path: run.lastPathComponent + ".served")
    }

    /// Where copies of the database are put.
    package var backups: URL { folder.appending(path: "backups") }

    /// Opens the database alone, as for a command while no server runs.
    ///
    /// - Throws: ``UserError`` while another process has it, and for a folder of another kind.
    package func database() throws -> any ServerDatabase {
        var options = SQLiteOptions()
        options.durability = settings.durability == .full ? .full : .normal
        return try SQLiteDatabase(folder, options: options)
    }

    /// Opens all that answers.
    ///
    /// - Parameter note: is told what becomes of the run.
    /// - Throws: ``UserError`` when the run cannot be opened, or its items not be kept; ``Refusal`` where the method has to be trained for
    ///   the items that came in.
    package func open(_ note: @escaping @Sendable (String) -> Void) async throws -> Engine {
        let database = try database()
        do { return try await open(database, note) } catch {
            try? await database.close()
            throw error
        }
    }

    private func open(_ database: any ServerDatabase, _ note: @escaping @Sendable (String) -> Void) async throws -> Engine {
        let pictures = try PictureFolder(folder.appending(path: "pictures"))
        let log = DatabaseLog(database, pictures)
        var limits = ModelService.Limits()
        (limits.questions, limits.items) = (settings.requests, settings.items)
        let names = Names()
        let model = try await ModelService(opening(names, note), log: log, limits: limits)
        try await model.follow()
        let items = ServedItems(model: model, database: database, pictures: pictures, log: log)
        return Engine(
            model: model, items: ItemWriter(model: model, database: database, pictures: pictures, catalogue: items),
            pictures: items, database: database, method: { names.method }
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
