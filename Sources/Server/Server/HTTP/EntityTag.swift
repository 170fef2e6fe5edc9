import HTTPTypes
import Hummingbird

/// What tells one state of a thing from its others, for caches and for changes that must not be made on top of one that is unknown.
struct EntityTag: Sendable, Equatable {
    /// The text between its quotation marks.
    var text: String

    /// The tag of an item at a revision.
    init(revision: Int) { text = "\(revision)" }

    /// The tag of content by its hash.
    init(hash: String) { text = hash }

    /// As fields have it.
    var field: String { "\"\(text)\"" }
}

extension Request {
    /// The tags of a field, without quotation marks, weak ones among them; `*` stands for any.
    private func tags(_ name: HTTPField.Name) -> [String]? {
        guard let value = headers[name] else { return nil }
        return value.split(separator: ",").map { part in
            var text = part.drop { $0 == " " }
            if text.hasPrefix("W/") { text = text.dropFirst(2) }
            while text.last == " " { text = text.dropLast() }
            return text.count >= 2 && text.first == "\"" && text.last == "\""
                ? String(text.dropFirst().dropLast()) : String(text)
        }
    }

    /// Whether the client has this state already.
    func has(_ tag: EntityTag) -> Bool { tags(.ifNoneMatch).map { $0.contains(tag.text) || $0.contains("*") } ?? false }

    /// Whether the client wants to make something that is not there yet.
    var isForNew: Bool { tags(.ifNoneMatch)?.contains("*") ?? false }

    /// The revision that the client has changed from; nil where any will do.
    ///
    /// - Parameter current: the revision of what is there; nil where nothing is.
    /// - Throws: ``Failure`` where the field names another than what is there.
    func expected(current: Int?) throws -> Int? {
        if isForNew, current != nil {
            throw Failure(.preconditionFailed, "exists", "the item is there already", param: "If-None-Match")
        }
        guard let tags = tags(.ifMatch) else { return nil }
        guard let current, tags.contains("*") || tags.contains(EntityTag(revision: current).text) else {
            throw Failure(
                .preconditionFailed, "changed_meanwhile",
                current.map { "the item is at revision \($0)" } ?? "the item is not there", param: "If-Match",
                remedy: "Get it again, and make the change on top of that.")
        }
        return tags.contains("*") ? nil : current
    }
}
