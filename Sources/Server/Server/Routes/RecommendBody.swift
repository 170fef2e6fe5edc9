import Files
import HTTPTypes
import Serving

/// What is asked for a user or a history.
struct RecommendBody: Decodable {
    /// The user, whose history is read from the events.
    var user: String?
    /// The question; its history is empty for a user.
    var question = Question([])
    /// The revision of the items that the answer has at least.
    var revision: Int?

    static let known = [
        "user", "history", "n", "exclude", "where", "keep_seen", "diversity", "reasons", "min_revision",
    ]

    init(from decoder: any Decoder) throws {
        let fields = try Fields(decoder, known: Self.known)
        user = try fields.id("user")
        let history = try fields.ids("history", most: Checks.history)
        guard (user == nil) != (history == nil) else {
            throw Failure.value(
                "user_or_history", user == nil ? "there is neither user nor history" : "there are both user and history",
                at: fields.path("user"), remedy: "Give one of them; an empty history asks for the most popular items.")
        }
        question.history = history ?? []
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
