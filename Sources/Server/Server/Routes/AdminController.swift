import Database
import Files
import Foundation
import Hummingbird
import Serving

/// What whoever runs the server does with it.
struct AdminController: Sendable {
    let state: ServerState

    var routes: RouteCollection<ServerContext> {
        let routes = RouteCollection(context: ServerContext.self)
        routes.group("admin").add(middleware: NeedsScope(.admin))
            .post("reload", use: reload)
            .post("backup", use: backup)
            .get("stats", use: stats)
        return routes
    }

    /// Answers when the new model does; the old one stays where it cannot take its place.
    @Sendable private func reload(_ request: Request, _ context: ServerContext) async throws -> Response {
        struct Reloaded: Encodable {
            var model: String
            var catalogue_revision: Int
        }
        do {
            let receipt = try await state.engine.reload()
            return try .json(Reloaded(model: receipt.model, catalogue_revision: receipt.revision))
        } catch let error as UserError {
            throw Failure(.conflict, "not_reloaded", error.problem, remedy: error.remedy)
        }
    }

    /// Writes a copy of the database beside it, by the name of the moment; clients name no files.
    @Sendable private func backup(_ request: Request, _ context: ServerContext) async throws -> Response {
        let name = Date().formatted(Date.ISO8601FormatStyle(timeSeparator: .omitted, includingFractionalSeconds: true))
        let file = state.backups.appending(path: "backup-\(name).sqlite")
        do { try FileManager.default.createDirectory(at: state.backups, withIntermediateDirectories: true) } catch {
            throw DatabaseError(.isReadOnly, .system("could not make the folder", at: state.backups.path, error: error))
        }
        try await state.engine.database.backup(to: file)
        return try .json(["file": file.lastPathComponent], status: .created)
    }

    @Sendable private func stats(_ request: Request, _ context: ServerContext) async throws -> Response {
        struct Stats: Encodable {
            var phase: ServerState.Phase
            var uptime_seconds: Double
            var model: ModelService.Counts
            var database: [String: Int]
        }
        let engine = try state.engine
        let database = try await engine.database.statistics()
        return try .json(
            Stats(
                phase: state.phase, uptime_seconds: ((ContinuousClock.now - state.start) / .seconds(1)).rounded(),
                model: await engine.model.counts,
                database: [
                    "items": database.items, "events": database.events, "users": database.users,
                    "catalogue_revision": database.revision, "bytes": database.bytes, "pending_bytes": database.pendingBytes,
                ]))
    }
}
