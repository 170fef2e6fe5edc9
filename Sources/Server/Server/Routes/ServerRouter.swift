import HTTPTypes
import Hummingbird

/// All routes.
package struct ServerRouter {
    /// What requests are led by.
    let router: Router<ServerContext>
    /// The routes by method and pattern, as `GET /v1/items/{item}`.
    package let routes: [(method: String, path: String)]

    init(_ state: ServerState, isOpen: Bool, asksForTokens: Bool = false) {
        let router = Router(context: ServerContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: ThrowingFailures())
        let asking = Asking(state: state)
        router.addRoutes(RecommendController(asking: asking).routes, atPath: "v1")
        router.addRoutes(ItemsController(state: state, asking: asking).routes, atPath: "v1")
        router.addRoutes(PicturesController(state: state).routes, atPath: "v1")
        router.addRoutes(EventsController(state: state).routes, atPath: "v1")
        router.addRoutes(VectorsController(state: state).routes, atPath: "v1")
        router.addRoutes(PreviewController(state: state).routes, atPath: "v1")
        router.addRoutes(AdminController(state: state).routes, atPath: "v1")
        router.addRoutes(HealthController(state: state, isOpen: isOpen).routes)
        router.addRoutes(PageController(asking: asking, asksForTokens: asksForTokens).routes)
        let known = router.routes
        routes = known.map { ($0.method.rawValue, $0.path.description) }
        // A path that is there, by a method that it has not.
        for (path, group) in Dictionary(grouping: known, by: \.path.description) {
            let methods = Set(group.map(\.method))
            let allowed = methods.union(methods.contains(.get) ? [.head] : [])
            let failure = Failure(
                .methodNotAllowed, "method", "the path does not take this method",
                remedy: "The routes are in /openapi.json.",
                headers: [.allow: allowed.map(\.rawValue).sorted().joined(separator: ", ")])
            for method in Self.methods where !allowed.contains(method) {
                router.on(RouterPath(path), method: method) { _, _ -> Response in throw failure }
            }
        }
        self.router = router
    }

    private static let methods: [HTTPRequest.Method] = [
        .get, .head, .post, .put, .patch, .delete, .options, .trace, .connect, HTTPRequest.Method("QUERY")!,
    ]
}

/// The framework's own refusals as ours, before the router makes answers of another shape of them.
private struct ThrowingFailures: RouterMiddleware {
    func handle(
        _ request: Request, context: ServerContext, next: (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        do { return try await next(request, context) } catch let error as HTTPError { throw Failure(error) }
    }
}
