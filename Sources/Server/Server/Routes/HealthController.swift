import Database
import Files
import Foundation
import Hummingbird
import IISAN
import Serving

/// What people and monitors look at.
struct HealthController: Sendable {
    let state: ServerState
    /// Whether numbers need a token, because others can reach the server.
    let isOpen: Bool

    var routes: RouteCollection<ServerContext> {
        let routes = RouteCollection(context: ServerContext.self)
        routes.get("health/live") { _, _ in try Response.json(["status": "live"]) }
        routes.get("health/ready", use: ready)
        routes.get("info", use: info)
        routes.get("openapi.json") { _, _ in
            Response(
                status: .ok, headers: [.contentType: "application/json", .cacheControl: "no-cache"],
                body: .init(byteBuffer: ByteBuffer(bytes: PackageResources.openapi_json)))
        }
        if isOpen {
            routes.group().add(middleware: NeedsScope(.read)).get("metrics", use: metrics)
        } else {
            routes.get("metrics", use: metrics)
        }
        return routes
    }

    @Sendable private func ready(_ request: Request, _ context: ServerContext) throws -> Response {
        let phase = state.phase
        guard phase == .ready else {
            throw Failure.passing(.serviceUnavailable, phase.rawValue, UserError("the server is \(phase.rawValue)"))
        }
        return try .json(["status": "ready"])
    }

    @Sendable private func info(_ request: Request, _ context: ServerContext) async throws -> Response {
        let engine = try state.engine
        let known = try await engine.model.ask { model in
            var refusal: String?
            do { _ = try model.later() } catch let error as Refusal { refusal = error.error.problem }
            return (model.name, try model.snapshot().revision, refusal, try model.comparedParts())
        }
        return try .json(
            InfoBody(
                model: known.0, method: await engine.method(), catalogueRevision: known.1, acceptsItems: known.2 == nil,
                whyNot: known.2, comparedBy: [ServedModel.whole] + known.3, positive: state.settings.positive,
                durability: state.settings.durability.rawValue, limits: InfoBody.Limits(state.settings)))
    }

    @Sendable private func metrics(_ request: Request, _ context: ServerContext) async throws -> Response {
        let metrics = state.metrics
        metrics.gauge("iisan_ready", state.phase == .ready ? 1 : 0)
        metrics.gauge("iisan_uptime_seconds", (ContinuousClock.now - state.start) / .seconds(1))
        metrics.gauge("iisan_body_bytes", Double(state.bodies.bytes))
        metrics.total("iisan_bodies_refused_total", state.bodies.refused)
        if let engine = try? state.engine {
            let counts = await engine.model.counts
            metrics.total("iisan_model_questions_total", counts.questions)
            metrics.total("iisan_model_batches_total", counts.batches)
            // The numbers of the others are told while the database has none.
            if let database = try? await engine.database.statistics() {
                metrics.gauge("iisan_database_items", Double(database.items))
                metrics.gauge("iisan_database_events", Double(database.events))
                metrics.gauge("iisan_database_users", Double(database.users))
                metrics.gauge("iisan_database_bytes", Double(database.bytes))
                metrics.gauge("iisan_database_pending_bytes", Double(database.pendingBytes))
                metrics.gauge("iisan_catalogue_revision", Double(database.revision))
            }
        }
        return Response(
            status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
            body: .init(byteBuffer: ByteBuffer(string: metrics.numbers.text)))
    }
}
