import Files
import Foundation

/// An item as the store knows it: who it is and what of it was encoded.
public struct StoreItem: Codable, Equatable, Sendable {
    /// The dataset's item id.
    public var id: String
    /// SHA-256 of the title or picture that was encoded; empty when there was none.
    public var contentHash: String

    /// Names an item and its content.
    public init(id: String, contentHash: String) {
        self.id = id
        self.contentHash = contentHash
    }

    enum CodingKeys: String, CodingKey {
        case id
        case contentHash = "hash"
    }

    /// SHA-256 over item ids in their order: tells whether a store and a dataset number their items alike.
    public static func hash(ofIds ids: some Sequence<String>) -> String { ContentHash.of(texts: ids) }

    /// Items as JSON lines, one object with `id` and `hash` per line, in store order.
    static func lines(_ items: [StoreItem]) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var data = Data()
        for item in items {
            data.append(try encoder.encode(item))
            data.append(UInt8(ascii: "\n"))
        }
        return data
    }

    /// Reads items from JSON lines.
    ///
    /// - Throws: ``UserError`` that names the line that is not an item.
    static func read(_ url: URL) throws -> [StoreItem] {
        let reader = try LineReader(url)
        let decoder = JSONDecoder()
        var items: [StoreItem] = []
        while let line = try reader.nextBytes() {
            guard let item = try? decoder.decode(StoreItem.self, from: Data(line)) else {
                throw UserError(
                    "the line is not an item with id and hash", at: reader.place,
                    remedy: "The store is damaged: encode again into another folder.")
            }
            items.append(item)
        }
        return items
    }
}
