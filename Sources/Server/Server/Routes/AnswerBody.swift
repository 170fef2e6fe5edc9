import Files
import Serving

/// An answer as it is sent.
struct AnswerBody: Encodable {
    var requestID: String
    var model: String
    var revision: Int
    /// Events of the user's history; nil where a history was sent.
    var userEvents: Int?
    /// Whether the most popular items are answered, because nothing is known of the user.
    var isFallback: Bool
    var ignored: [String]
    var took: Double?
    var items: [Item]

    enum CodingKeys: String, CodingKey {
        case requestID = "request_id"
        case model
        case revision = "catalogue_revision"
        case userEvents = "user_events"
        case isFallback = "fallback"
        case ignored
        case took = "took_ms"
        case items
    }

    /// An item of an answer.
    struct Item: Encodable {
        var rank: Int
        var item: String
        var title: String?
        /// Where its picture is.
        var picture: String?
        var score: Float
        var reasons: Reasons?
        var unknownParts: [String]?

        enum CodingKeys: String, CodingKey {
            case rank, item, title, picture, score, reasons
            case unknownParts = "unknown_parts"
        }

        init(_ item: Recommendation, pictures: [ExactText: String]) {
            (rank, self.item, title, score) = (item.rank, item.item, item.title, item.score)
            (reasons, unknownParts) = (item.reasons, item.unknownParts)
            picture = pictures[ExactText(item.item)].map { Paths.picture(of: item.item, version: $0) }
        }
    }
}

/// An item of the catalogue as it is sent.
struct ItemAnswer: Encodable {
    var id: String
    var title: String?
    var tags: [String]
    var hidden: Bool
    var picture: String?
    var revision: Int?

    init(_ item: ItemView) {
        (id, title, tags, hidden, revision) = (item.id, item.title, item.tags, item.isHidden, item.revision)
        picture = item.picture.map { Paths.picture(of: item.id, version: $0) }
    }
}

/// What was done with an item.
struct ReceiptBody: Encodable {
    var id: String
    var revision: Int

    enum CodingKeys: String, CodingKey {
        case id
        case revision = "catalogue_revision"
    }
}
