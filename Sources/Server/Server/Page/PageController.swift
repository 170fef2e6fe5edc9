import Files
import Foundation
import HTTPTypes
import Hummingbird
import IISAN
import Report
import Serving

/// The page for people: what the model answers and why, what a new item would do, and how the server is.
///
/// It is made here, so that looking needs no script; the script sends the same questions and puts what has changed in place.
struct PageController: Sendable {
    let asking: Asking
    /// Whether the server asks for tokens.
    let asksForTokens: Bool
    private let shape = PictureShape()
    private let coverage = CoverageCache()
    private var state: ServerState { asking.state }

    init(asking: Asking, asksForTokens: Bool) { (self.asking, self.asksForTokens) = (asking, asksForTokens) }

    var routes: RouteCollection<ServerContext> {
        let routes = RouteCollection(context: ServerContext.self)
        for asset in PageAsset.allCases {
            routes.get(RouterPath(asset.rawValue)) { request, _ in try Self.asset(asset, request) }
        }
        let pages = routes.group().add(middleware: PageFailures(asksForTokens: asksForTokens))
        pages.add(middleware: NeedsScope(.read))
            .get("/", use: look)
            .get("item", use: find)
            .get("item/{item}", use: item)
            .get("try", use: trial)
            .get("health", use: health)
        routes.group().add(middleware: PageFailures(asksForTokens: asksForTokens)).add(middleware: NeedsScope(.write))
            .post("try", use: preview)
        return routes
    }

    private static func asset(_ asset: PageAsset, _ request: Request) throws -> Response {
        let query = try Query(request, known: ["v"])
        let tag = EntityTag(hash: asset.version)
        let headers: HTTPFields = [
            .eTag: tag.field,
            .cacheControl: query["v"] == asset.version ? "public, max-age=31536000, immutable" : "no-cache",
        ]
        if request.has(tag) { return .empty(.notModified, headers: headers) }
        var all = headers
        all[.contentType] = asset.type
        return Response(status: .ok, headers: all, body: .init(byteBuffer: ByteBuffer(bytes: asset.bytes)))
    }

    /// What the drawing of items needs to know.
    private func gallery() async throws -> Gallery {
        let engine = try state.engine
        return Gallery(
            engine: engine, snapshot: try await engine.model.ask { try $0.snapshot() }, shape: try await shape.of(engine),
            asksForTokens: asksForTokens)
    }

    private func frame(
        _ title: String, _ place: PageFrame.Place?, _ address: PageAddress, _ model: String, status: String = "",
        _ content: Markup
    ) -> Response {
        PageFrame(
            title: title, place: place, address: address, model: model, asksForTokens: asksForTokens, status: status,
            content: content
        ).response()
    }

    /// A history, and what is answered after it.
    @Sendable private func look(_ request: Request, _ context: ServerContext) async throws -> Response {
        let query = try Query(request, known: PageAddress.known + ["user"])
        var address = try PageAddress(query)
        var note: String?
        if let user = query["user"], !user.isEmpty {
            let found = try await HistorySample(state).history(of: Checks.id(user, at: "user"))
            note = found.isEmpty ? "Of the user \(user.quoted) no event is known." : nil
            address = PageAddress(found)
        }
        let page = try await LookPage(address, note: note, state, gallery())
        return frame("Recommendations", .look, address, page.model, status: page.status, page.content)
    }

    /// The item that an id or words mean; with `id`, its page, for ids that no path can have.
    @Sendable private func find(_ request: Request, _ context: ServerContext) async throws -> Response {
        let query = try Query(request, known: ["id", "q", "history"])
        let address = try PageAddress(query)
        if let id = query["id"] { return try await item(Checks.id(id, at: "id"), address) }
        let gallery = try await gallery()
        let found = TitleSearch(gallery.snapshot).items(address.words, most: 24)
        let only = found.items.count == 1 ? found.items[0] : found.items.first { $0 == address.words }
        if let only { return Response(status: .seeOther, headers: [.location: PageAddress(address.history).item(only)]) }
        let content = try await FoundPage(address, found, gallery).content
        return frame("Which item?", .look, address, try await state.engine.model.ask(\.name), content)
    }

    /// An item: what is like it, and where it stands for a history.
    @Sendable private func item(_ request: Request, _ context: ServerContext) async throws -> Response {
        let id = try context.id("item")
        return try await item(id, PageAddress(Query(request, known: ["history"])))
    }

    private func item(_ id: String, _ address: PageAddress) async throws -> Response {
        let page = try await ItemPage(id, address, gallery())
        return frame(page.title, .look, address, page.model, page.content)
    }

    /// Where a new item can be tried.
    @Sendable private func trial(_ request: Request, _ context: ServerContext) async throws -> Response {
        let address = try PageAddress(Query(request, known: ["history"]))
        let engine = try state.engine
        let known = try await engine.model.ask { model -> (String, String?) in
            do { _ = try model.later() } catch let refusal as Refusal { return (model.name, refusal.error.problem) }
            return (model.name, nil)
        }
        return frame("New item", .trial, address, known.0, TrialPage(refusal: known.1, state.settings).content)
    }

    /// What a new item would do, before it is kept.
    @Sendable private func preview(_ request: Request, _ context: ServerContext) async throws -> Response {
        let address = try PageAddress(Query(request, known: ["history"]))
        let previewing = Previewing(state: state)
        let body: PreviewBody = try await request.json(most: previewing.limit)
        let preview = try await previewing.preview(body)
        let page = try await TrialPage(refusal: nil, state.settings, body, preview, gallery())
        return frame("New item", .trial, address, preview.model, status: page.status, page.content)
    }

    /// How the catalogue and the server are.
    @Sendable private func health(_ request: Request, _ context: ServerContext) async throws -> Response {
        _ = try Query(request, known: [])
        let gallery = try await gallery()
        let page = try await HealthPage(state, gallery, coverage.of(state, gallery))
        return frame("Health", .health, PageAddress(), page.model, page.content)
    }
}
