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
    var limit: Int { state.settings.longestDescription }

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
