import Files
import Foundation
import HTTPTypes
package import Hummingbird
import IISAN
import Logging
import Synchronization

/// What every request goes through before and after its route: it is given an id, let in or refused, counted, and every failure becomes an
/// answer of one shape.
package struct ServerResponder: HTTPResponder {
    package typealias Context = ServerContext

    private let router: RouterResponder<ServerContext>
    private let state: ServerState
    private let gatekeeper: Gatekeeper
    private let underWay = UnderWay()

    /// Requests that are worked on.
    private final class UnderWay: Sendable {
        let count = Atomic<Int>(0)
    }

    init(_ router: RouterResponder<ServerContext>, _ state: ServerState, _ gatekeeper: Gatekeeper) {
        (self.router, self.state, self.gatekeeper) = (router, state, gatekeeper)
    }

    package func respond(to request: Request, context: ServerContext) async -> Response {
        let start = ContinuousClock.now
        var context = context
        if let given = request.headers[.requestID], Self.isPlain(given) { context.requestID = given }
        context.logger[metadataKey: "hb.request.id"] = nil
        context.logger[metadataKey: "request_id"] = .string(context.requestID)
        if let parent = request.headers[.traceparent], Self.isPlain(parent) {
            context.logger[metadataKey: "traceparent"] = .string(parent)
        }
        var response: Response
        var cause: (any Error)?
        do { response = try await admitted(request, &context) } catch {
            cause = error
            response = .failure(Failure(error))
        }
        decorate(&response, request, context)
        log(request, response, context, cause, took: .now - start)
        return response
    }

    private func admitted(_ request: Request, _ context: inout ServerContext) async throws -> Response {
        context.scope = try gatekeeper.admit(request, port: state.port)
        // Whoever watches is told the truth of a busy server.
        if request.uri.path.hasPrefix("/health/") || request.uri.path == "/metrics" {
            return try await router.respond(to: request, context: context)
        }
        let count = underWay.count.add(1, ordering: .relaxed).newValue
        defer { underWay.count.subtract(1, ordering: .relaxed) }
        state.metrics.underWay(count)
        guard count <= state.settings.requests else {
            throw Failure.passing(
                .tooManyRequests, "busy",
                UserError("\(state.settings.requests) requests are worked on already", remedy: "Ask again a little later."))
        }
        let share = state.bodies.share()
        defer { share.giveBack() }
        return try await router.respond(to: request.counted(by: share), context: context)
    }

    private func decorate(_ response: inout Response, _ request: Request, _ context: ServerContext) {
        response.headers[.requestID] = context.requestID
        response.headers[.xContentTypeOptions] = "nosniff"
        response.headers[.referrerPolicy] = "no-referrer"
        response.headers[.resourcePolicy] = "same-origin"
        response.headers[.openerPolicy] = "same-origin"
        if response.headers[.contentSecurityPolicy] == nil {
            response.headers[.contentSecurityPolicy] = "default-src 'none'; frame-ancestors 'none'"
        }
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
        if request.method == .head { response = response.createHeadResponse() }
    }

    /// One line for each request: the route's pattern and never its path, which may name users.
    private func log(_ request: Request, _ response: Response, _ context: ServerContext, _ cause: (any Error)?, took: Duration)
    {
        let route = context.endpointPath ?? "none"
        state.metrics.request(route, Self.known(request.method), response.status.code, took: took)
        let isQuiet = route.hasPrefix("/health") || route == "/metrics"
        // Who asks whether the server is ready knows that it may not be.
        let level: Logger.Level = isQuiet ? .debug : response.status.code >= 500 ? .error : .info
        context.logger.log(
            level: level, "\(Self.known(request.method)) \(route) \(response.status.code)",
            metadata: ["took_ms": "\(took.milliseconds)"])
        if let cause, !isQuiet, response.status.code >= 500 {
            context.logger.error("\((cause as? Failure)?.message ?? "\(cause)")")
        }
    }

    /// Methods as labels, of which clients cannot make more.
    private static func known(_ method: HTTPRequest.Method) -> String {
        [.get, .head, .post, .put, .patch, .delete, .options].contains(method) ? method.rawValue : "other"
    }

    /// Whether a text can be told again in fields and logs.
    private static func isPlain(_ text: String) -> Bool {
        (1...128).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                    || byte == 0x2D || byte == 0x2E || byte == 0x5F
            }
    }
}

extension HTTPField.Name {
    static let requestID = HTTPField.Name("X-Request-ID")!
    static let traceparent = HTTPField.Name("traceparent")!
    static let referrerPolicy = HTTPField.Name("Referrer-Policy")!
    static let resourcePolicy = HTTPField.Name("Cross-Origin-Resource-Policy")!
    static let openerPolicy = HTTPField.Name("Cross-Origin-Opener-Policy")!
}
