import Files
package import Foundation

/// What a client says that an item is.
package struct ItemBody: Sendable, Equatable, Decodable {
    /// Its title; nil where it has none.
    package var title: String?
    /// Words that questions can ask for.
    package var tags: [String] = []
    /// Whether it is hidden from answers.
    package var isHidden = false
    /// The file of its picture; nil where that stays as it is.
    package var picture: Data?

    static let known = ["title", "tags", "hidden", "picture"]

    /// Describes an item.
    package init(title: String? = nil, tags: [String] = [], isHidden: Bool = false, picture: Data? = nil) {
        (self.title, self.tags, self.isHidden, self.picture) = (title, tags, isHidden, picture)
    }

    /// Reads `{"title": "...", "tags": ["..."], "hidden": false, "picture": "..."}`, each of which may be left out; the picture's file is in
    /// base64.
    package init(from decoder: any Decoder) throws { try self.init(Fields(decoder, known: Self.known)) }

    init(_ fields: Fields) throws {
        title = try fields.value("title", String.self).map { try Checks.title($0, at: fields.path("title")) }
        tags = try fields.tags("tags") ?? []
        isHidden = try fields.value("hidden") ?? false
        picture = try fields.value("picture", Data.self)
    }
}

/// What is to change of an item: a JSON merge patch (RFC 7396), in which null takes away.
package struct ItemPatch: Sendable, Equatable, Decodable {
    /// The title, where it is to change; nil inside takes it away.
    package var title: String??
    /// The tags, where they are to change.
    package var tags: [String]?
    /// The mark, where it is to change.
    package var isHidden: Bool?
    /// The file of its picture, where that is to change; nil inside takes it away.
    package var picture: Data??

    /// Describes a change.
    package init(title: String?? = nil, tags: [String]? = nil, isHidden: Bool? = nil, picture: Data?? = nil) {
        (self.title, self.tags, self.isHidden, self.picture) = (title, tags, isHidden, picture)
    }

    /// Reads a patch.
    package init(from decoder: any Decoder) throws {
        let fields = try Fields(decoder, known: ItemBody.known)
        let item = try ItemBody(fields)
        if fields.has("title") { title = .some(item.title) }
        if fields.has("tags") { tags = item.tags }
        if fields.has("hidden") { isHidden = item.isHidden }
        if fields.has("picture") { picture = .some(item.picture) }
    }
}

/// An item in a list of many.
struct ItemLine: Decodable {
    var id: String
    var item: ItemBody

    init(from decoder: any Decoder) throws {
        let fields = try Fields(decoder, known: ["id"] + ItemBody.known)
        id = try Checks.id(fields.required("id"), at: fields.path("id"))
        item = try ItemBody(fields)
    }
}
