package import Files

/// What is asked of a trained run: which items after this history?
///
/// Users are their histories; no user id is ever needed.
package struct Question: Sendable, Codable, Equatable {
    /// Item ids, oldest first; the newest that fit the user encoder are seen. An empty one is answered by popularity.
    package var history: [String]
    /// Items that are no answer; ids that no item has do no harm.
    package var exclude: [String] = []
    /// Whether items of the history may be recommended again.
    package var keepSeen = false
    /// How many items are wanted.
    package var top = 10
    /// How much the items of the list are to differ, 0 to 1; 0 leaves the list as it is.
    ///
    /// Above 0 the list is not exact any more. It is chosen one by one from the 200 best (from ``top``, where that is more): the next is
    /// the one of the greatest (1 - d) s' - d max cos, s' its score, scaled so that the candidates' run from 0 to 1, and cos the cosines
    /// of its vector with those chosen before (maximal marginal relevance).
    package var diversity = 0.0
    /// Of each group an item has to have one tag at least; without groups all items will do.
    package var `where`: [Set<String>] = []
    /// Whether the answer says why: what each part adds to an item's score, and what each item of the history does.
    package var reasons = false

    /// Asks for the best items after a history.
    package init(_ history: [String]) { self.history = history }

    /// What is wrong with it; nil where nothing is.
    var problem: Refusal? {
        if top < 1 {
            return Refusal(.invalidQuestion, UserError("\(top) items are asked for", remedy: "Ask for at least 1."))
        }
        if !(0...1).contains(diversity) {
            return Refusal(
                .invalidQuestion,
                UserError("the diversity is \(diversity), expected 0 to 1", remedy: "Leave it out for the best items."))
        }
        return nil
    }

    /// How many of the best items have to be found.
    var searched: Int { diversity > 0 ? max(top, Self.diversified) : top }

    private static let diversified = 200
}

/// What is answered, from one model at one revision of its items.
package struct Answer: Sendable, Codable, Equatable {
    /// The model that answers.
    package var model: String
    /// The revision of the items.
    package var revision: Int
    /// The items, in falling order of their scores unless they were to differ.
    package var items: [Recommendation] = []
    /// Ids of the history that no item has; they were left out.
    package var ignored: [String] = []
    /// Whether popularity alone answers, because the history is empty.
    package var isPopularity = false
}

/// Where an item stands for a history.
package struct ItemPlace: Sendable, Codable, Equatable {
    /// The model that answers.
    package var model: String
    /// The revision of the items.
    package var revision: Int
    /// The item and its score, its rank among all that could be recommended and itself.
    package var item: Recommendation
    /// How many items it was ranked among.
    package var among: Int
    /// Ids of the history that no item has.
    package var ignored: [String]
}

/// Why a question or a change was refused, for programs that have to tell the reasons apart; the text is that of any ``UserError``.
package struct Refusal: Error, Sendable, Equatable, CustomStringConvertible {
    /// The reasons.
    package enum Reason: String, Sendable, Codable {
        /// A number of the question makes no sense.
        case invalidQuestion = "invalid_question"
        /// No item has the id, or any of the ids.
        case unknownItem = "unknown_item"
        /// The method knows items only by their interactions: it has to be trained for new ones.
        case needsTraining = "needs_training"
        /// What computes an item's states or vector is not at hand.
        case noEncoder = "no_encoder"
        /// The item's title or picture cannot be used.
        case unusableItem = "unusable_item"
        /// As many questions or items wait as may.
        case isBusy = "is_busy"
        /// The machine has failed, as where memory runs out.
        case failed
    }

    /// The reason.
    package var reason: Reason
    /// What is wrong, and what to do about it.
    package var error: UserError

    /// Refuses.
    package init(_ reason: Reason, _ error: UserError) { (self.reason, self.error) = (reason, error) }

    /// The error's text.
    package var description: String { error.description }

    /// Runs `body`; its ``UserError`` is a refusal for a reason.
    static func wrapping<Result>(_ reason: Reason, _ body: () throws -> Result) throws -> Result {
        do { return try body() } catch let error as UserError { throw Refusal(reason, error) }
    }
}
