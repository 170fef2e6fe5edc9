import Database
import Foundation
import Hummingbird
import IISAN

/// What users did: what comes in is in the next answer.
struct EventsController: Sendable {
    let state: ServerState

    var routes: RouteCollection<ServerContext> {
        let routes = RouteCollection(context: ServerContext.self)
        routes.group().add(middleware: NeedsScope(.read)).get("users/{user}/events", use: list)
        routes.group().add(middleware: NeedsScope(.write))
            .post("events", use: add)
            .delete("users/{user}/events", use: erase)
            .delete("users/{user}", use: erase)
        return routes
    }

    /// Events of a JSON list are taken all or none; of lines each that is good.
    @Sendable private func add(_ request: Request, _ context: ServerContext) async throws -> Response {
        struct Accepted: Encodable {
            var accepted: Int
            var duplicates: Int
            var failed: [FailedEntry]?
        }
        let (entries, isLines) = try await request.list(
            EventBody.self, most: state.settings.bulk.bytes, entries: Checks.events)
        var events: [Event] = []
        var failed: [FailedEntry] = []
        for (place, entry) in entries.enumerated() {
            switch entry {
            case .success(let body): events.append(body.event)
            case .failure(let failure):
                guard isLines else { throw failure }
                failed.append(FailedEntry(entry: place + 1, error: failure.body.error))
            }
        }
        let database = try state.engine.database
        let added = events.isEmpty ? 0 : try await database.add(events)
        return try .json(Accepted(accepted: added, duplicates: events.count - added, failed: isLines ? failed : nil))
    }

    @Sendable private func list(_ request: Request, _ context: ServerContext) async throws -> Response {
        struct Events: Encodable {
            var user: String
            var events: [EventAnswer]
        }
        let user = try context.id("user")
        let newest = try Query(request, known: ["n"]).number("n", 1...100_000) ?? state.settings.history
        let events = try await state.engine.database.events(of: user, newest: newest, kinds: nil)
        return try .json(Events(user: user, events: events.map(EventAnswer.init)))
    }

    /// Of a user nothing is kept but events, so that both routes do the same.
    @Sendable private func erase(_ request: Request, _ context: ServerContext) async throws -> Response {
        _ = try await state.engine.database.erase(user: context.id("user"))
        return .empty()
    }
}
