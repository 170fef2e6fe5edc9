import Files
import Hummingbird
import Serving

/// `POST /v1/preview`: what a new item would do, for programs.
struct PreviewController: Sendable {
    let state: ServerState

    var routes: RouteCollection<ServerContext> {
        let routes = RouteCollection(context: ServerContext.self)
        routes.group().add(middleware: NeedsScope(.write)).post("preview", use: preview)
        return routes
    }

    @Sendable private func preview(_ request: Request, _ context: ServerContext) async throws -> Response {
        let previewing = Previewing(state: state)
        let body: PreviewBody = try await request.json(most: previewing.limit)
        let preview = try await previewing.preview(body)
        let ids = preview.alike.flatMap { $0.items?.map(\.item) ?? [] }
        let pictures = try await state.engine.pictures.versions(of: ids)
        return try .json(
            PreviewAnswer(preview, most: body.count, pictures: pictures, requestID: context.requestID))
    }
}

/// What a new item would do, as it is sent.
private struct PreviewAnswer: Encodable {
    struct Similar: Encodable {
        var by: String
        /// Nil where the item lacks what it would be compared by.
        var items: [AnswerBody.Item]?
    }

    struct User: Encodable {
        /// Nil for a user of the dataset.
        var user: String?
        var rank: Int
        var history: [String]
    }

    /// Who was looked at.
    struct Users: Encodable {
        var looked_at: Int
        var of_the_dataset: Int
        /// Those for whom it would be among the first ten, and among the first hundred.
        var among_10: Int
        var among_100: Int
        var best: [User]
    }

    var request_id: String
    var model: String
    var catalogue_revision: Int
    var similar: [Similar]
    var users: Users

    init(_ preview: Preview, most: Int, pictures: [ExactText: String], requestID: String) {
        (request_id, model, catalogue_revision) = (requestID, preview.model, preview.revision)
        similar = preview.alike.map { alike in
            Similar(by: alike.part, items: alike.items?.map { AnswerBody.Item($0, pictures: pictures) })
        }
        users = Users(
            looked_at: preview.users.count, of_the_dataset: preview.users.count { $0.id == nil },
            among_10: preview.members.count { $0.rank <= 10 }, among_100: preview.members.count,
            best: preview.members.prefix(most).map { User(user: $0.user.id, rank: $0.rank, history: $0.user.history) })
    }
}
