import Database
import Files
import Foundation
import Hummingbird
import IISAN
import Serving

/// A new item that is asked about before it is kept.
struct PreviewBody: Decodable, Sendable {
    /// What it is.
    var item: ItemBody
    /// How many neighbours, and how many users.
    var count = ItemPage.neighbours

    static let known = ["title", "picture", "n"]
    /// The neighbours and users that are answered at most.
    static let most = 100

    init(from decoder: any Decoder) throws {
        let fields = try Fields(decoder, known: Self.known)
        item = ItemBody(
            title: try fields.value("title", String.self).map { try Checks.title($0, at: fields.path("title")) },
            picture: try fields.value("picture", Data.self))
        count = try fields.number("n", 1...Self.most) ?? count
    }
}

/// What a new item would do.
struct Preview: Sendable {
    /// A user who would get it.
    struct Member: Sendable {
        var user: HistorySample.User
        /// The item's rank among all that could be recommended to the user.
        var rank: Int
    }

    var model: String
    var revision: Int
    /// What is like it.
    var alike: [ItemPage.Alike]
    /// Who was looked at.
    var users: [HistorySample.User]
    /// Those for whom it would stand among the first ``places``, the best first.
    var members: [Member]

    /// The places of a list that are looked at.
    static let places = 100
    /// The users that are looked at, at most.
    static let mostUsers = 200
}

/// Asks what new items would do.
struct Previewing: Sendable {
    let state: ServerState

    /// The bytes of a body, which may have a picture in base64.
    var limit: Int { state.settings.body.bytes + state.settings.picture.bytes / 3 * 4 }

    /// Encodes an item beside the questions, and asks about it as if it were in the catalogue.
    ///
    /// - Throws: ``Refusal`` for a title or picture that cannot be used, and for a method that has to be trained for new items.
    func preview(_ body: PreviewBody) async throws -> Preview {
        let engine = try state.engine
        var file: URL?
        if let bytes = body.item.picture {
            guard bytes.count <= state.settings.picture.bytes else { throw Failure.tooLarge(state.settings.picture.bytes) }
            file = try await engine.pictures.keep(bytes)
        }
        let item = NewItem(id: "new \(UUID().uuidString)", title: body.item.title, picture: file?.path)
        let users = try await HistorySample(state).users(most: Preview.mostUsers)
        let count = body.count
        let asked = try await engine.model.ask(with: [item]) { model in
            let ranks = try model.ranks(of: item.id, for: users.map(\.history), most: Preview.places)
            return (model.name, try model.snapshot().revision, try model.alike(item.id, most: count), ranks)
        }
        let members = zip(users, asked.3).compactMap { user, rank in rank.map { Preview.Member(user: user, rank: $0) } }
        return Preview(
            model: asked.0, revision: asked.1, alike: asked.2, users: users,
            // Of equal ranks those stay first who did something last.
            members: members.enumerated().sorted { ($0.element.rank, $0.offset) < ($1.element.rank, $1.offset) }.map(\.element))
    }
}

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

    init(_ preview: Preview, most: Int, pictures: [String: String], requestID: String) {
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
