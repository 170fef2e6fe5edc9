import Files
import Foundation
import HTTPTypes
import Serving

/// What is asked for a user or a history.
struct RecommendBody: Decodable {
    /// The user, whose history is read from the events.
    var user: String?
    /// The question; its history is empty for a user.
    var question = Question([])
    /// Items of the history that the catalogue does not have, by the ids that the history has for them.
    var newItems: [(id: String, item: ItemBody)] = []
    /// The revision of the items that the answer has at least.
    var revision: Int?

    static let known = [
        "user", "history", "n", "exclude", "where", "keep_seen", "diversity", "reasons", "min_revision",
    ]

    init(from decoder: any Decoder) throws {
        let fields = try Fields(decoder, known: Self.known)
        user = try fields.id("user")
        let history = try fields.value("history", [HistoryEntry].self)
        guard (user == nil) != (history == nil) else {
            throw Failure.value(
                "user_or_history", user == nil ? "there is neither user nor history" : "there are both user and history",
                at: fields.path("user"), remedy: "Give one of them; an empty history asks for the most popular items.")
        }
        try take(history ?? [], at: fields.path("history"))
        question.top = try fields.number("n", 1...Int.max) ?? question.top
        question.exclude = try fields.ids("exclude", most: Checks.exclude) ?? []
        question.keepSeen = try fields.value("keep_seen") ?? false
        question.diversity =
            try fields.value("diversity", Double.self).map {
                try Checks.number($0, 0...1, at: fields.path("diversity"))
            } ?? 0
        question.reasons = try fields.value("reasons") ?? false
        revision = try fields.number("min_revision", 0...Int.max)
        if let groups = try fields.value("where", [[String]].self) {
            try Checks.count(groups.count, most: Checks.tags, at: fields.path("where"))
            question.where = try groups.enumerated().map { place, group in
                Set(try Checks.ids(group, most: Checks.tags, at: "\(fields.path("where"))[\(place)]"))
            }
        }
    }

    /// Takes a history; an item that is not in the catalogue is called by its place there, as `history[2]`.
    private mutating func take(_ history: [HistoryEntry], at path: String) throws {
        try Checks.count(history.count, most: Checks.history, at: path)
        for (place, entry) in history.enumerated() {
            let path = "\(path)[\(place)]"
            switch entry {
            case .known(let id): question.history.append(try Checks.id(id, at: path))
            case .new(let item):
                guard item.title != nil || item.picture != nil else {
                    throw Failure.value("empty", "\(path) has neither title nor picture", at: path)
                }
                newItems.append((path, item))
                question.history.append(path)
            }
        }
        try Checks.count(newItems.count, most: Checks.newItems, at: path)
    }

    /// An item of a history: its id, or what it is.
    private enum HistoryEntry: Decodable {
        case known(String)
        case new(ItemBody)

        init(from decoder: any Decoder) throws {
            if let id = try? decoder.singleValueContainer().decode(String.self) {
                self = .known(id)
                return
            }
            let fields = try Fields(decoder, known: ["title", "picture"])
            let title = try fields.value("title", String.self).map { try Checks.title($0, at: fields.path("title")) }
            self = .new(ItemBody(title: title, picture: try fields.value("picture", Data.self)))
        }
    }

    /// Asks for a user as a query says.
    init(user: String, _ query: Query) throws {
        self.user = user
        question.top = try query.number("n", 1...Int.max) ?? question.top
        question.keepSeen = try query.flag("keep_seen") ?? false
        question.diversity = try query.fraction("diversity", 0...1) ?? 0
        question.reasons = try query.flag("reasons") ?? false
        revision = try query.number("min_revision", 0...Int.max)
    }

    /// What a query may say of a user's question.
    static let queried = ["n", "keep_seen", "diversity", "reasons", "min_revision"]
}

/// Some questions at once, each with its own success or failure.
struct BatchBody: Decodable {
    var requests: [Result<RecommendBody, Failure>]

    init(from decoder: any Decoder) throws {
        let fields = try Fields(decoder, known: ["requests"])
        requests = try fields.required("requests", [Attempt<RecommendBody>].self).map(\.result)
        if requests.count > Checks.batch {
            throw Failure(
                .contentTooLarge, "too_many", "there are \(requests.count) requests, at most \(Checks.batch) may be",
                param: "requests", remedy: "Send them in several batches.")
        }
    }
}
