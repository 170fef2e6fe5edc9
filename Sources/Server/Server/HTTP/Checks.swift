import Files

/// What values of requests have to be; what they exceed is refused by its name.
enum Checks {
    /// The bytes of an id at most, of a user, an item, an event or a tag.
    static let idBytes = 512
    /// The characters of a title at most.
    static let titleCharacters = 4096
    /// The tags of an item at most.
    static let tags = 32
    /// The items of a history that is sent at most.
    static let history = 1000
    /// The items of a history at most that the catalogue does not have, each of which is encoded.
    static let newItems = 10
    /// The items that are no answer at most.
    static let exclude = 10_000
    /// The questions of a batch at most.
    static let batch = 256
    /// The items of one request at most.
    static let items = 1000
    /// The events of one request at most.
    static let events = 100_000

    /// An id as it is.
    ///
    /// - Throws: ``Failure`` for an empty or a long one, and for one with the character U+0000, which no database keeps.
    static func id(_ id: String, at param: String) throws -> String {
        if id.isEmpty { throw Failure.value("empty", "\(param) is empty", at: param) }
        if id.utf8.count > idBytes {
            throw Failure.value("too_long", "\(param) has \(id.utf8.count) bytes, at most \(idBytes) may be", at: param)
        }
        try text(id, at: param)
        return id
    }

    /// Refuses text that no database keeps.
    static func text(_ text: String, at param: String) throws {
        if text.utf8.contains(0) { throw Failure.value("invalid_text", "\(param) has a character U+0000", at: param) }
    }

    /// A title as it is.
    static func title(_ title: String, at param: String) throws -> String {
        if title.count > titleCharacters || title.utf8.count > 16 * titleCharacters {
            throw Failure.value("too_long", "\(param) has more than \(titleCharacters) characters", at: param)
        }
        try text(title, at: param)
        return title
    }

    /// Ids as they are, at most some.
    static func ids(_ ids: [String], most: Int, at param: String) throws -> [String] {
        try count(ids.count, most: most, at: param)
        for (place, id) in ids.enumerated() { _ = try self.id(id, at: "\(param)[\(place)]") }
        return ids
    }

    /// Refuses more than some.
    static func count(_ count: Int, most: Int, at param: String) throws {
        if count > most { throw Failure.value("too_many", "\(param) has \(count) entries, at most \(most) may be", at: param) }
    }

    /// A number as it is, in a range.
    static func number<Number: Comparable>(_ number: Number, _ range: ClosedRange<Number>, at param: String) throws -> Number {
        if !range.contains(number) {
            throw Failure.value(
                "out_of_range", "\(param) is \(number), expected \(range.lowerBound) to \(range.upperBound)", at: param)
        }
        return number
    }
}
