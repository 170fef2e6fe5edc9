import Foundation
import Hummingbird
import IISAN
import Serving

/// Questions: which items after this history, for this user, and where does this item stand?
struct RecommendController: Sendable {
    let asking: Asking
    /// The bytes of a body, which may have a picture in base64.
    private var limit: Int { asking.state.settings.longestDescription }

    var routes: RouteCollection<ServerContext> {
        let routes = RouteCollection(context: ServerContext.self)
        routes.group().add(middleware: NeedsScope(.read))
            .post("recommend", use: recommend)
            .post("recommend/batch", use: batch)
            .get("users/{user}/recommend", use: recommendToUser)
            .post("items/{item}/rank", use: rank)
        return routes
    }

    @Sendable private func recommend(_ request: Request, _ context: ServerContext) async throws -> Response {
        try .json(await asking.answer(request.json(most: limit), context))
    }

    @Sendable private func recommendToUser(_ request: Request, _ context: ServerContext) async throws -> Response {
        let body = try RecommendBody(user: context.id("user"), Query(request, known: RecommendBody.queried))
        return try .json(await asking.answer(body, context))
    }

    @Sendable private func batch(_ request: Request, _ context: ServerContext) async throws -> Response {
        struct Results: Encodable {
            var request_id: String
            var results: [Entry]
        }
        /// An answer, or what is wrong.
        enum Entry: Encodable {
            case answer(AnswerBody)
            case failure(FailureBody)
            func encode(to encoder: any Encoder) throws {
                switch self {
                case .answer(let answer): try answer.encode(to: encoder)
                case .failure(let failure): try failure.encode(to: encoder)
                }
            }
        }
        let body: BatchBody = try await request.json(most: limit)
        let results = try await asking.answers(body.requests, context).map { result -> Entry in
            switch result {
            case .success(let answer): .answer(answer)
            case .failure(let failure): .failure(failure.body)
            }
        }
        return try .json(Results(request_id: context.requestID, results: results))
    }

    /// Why not this item? Its rank and score among all that could be answered.
    @Sendable private func rank(_ request: Request, _ context: ServerContext) async throws -> Response {
        struct Place: Encodable {
            var request_id: String
            var model: String
            var catalogue_revision: Int
            var among: Int
            var ignored: [String]
            var item: AnswerBody.Item
        }
        let id = try context.id("item")
        let prepared = try await asking.prepared(request.json(most: limit))
        guard !prepared.question.history.isEmpty else {
            throw Failure.value(
                "empty_history", "there is no history to rank the item for", at: prepared.events == nil ? "history" : "user",
                remedy: "Give at least one item.")
        }
        let engine = try asking.state.engine
        let place = try await asking.reached(prepared.revision, \.revision) {
            try await prepared.ask(engine.model) { try $0.place(of: id, for: $1) }
        }
        let pictures = try await engine.pictures.versions(of: [id])
        return try .json(
            Place(
                request_id: context.requestID, model: place.model, catalogue_revision: place.revision, among: place.among,
                ignored: place.ignored, item: .init(place.item, pictures: pictures)))
    }
}
