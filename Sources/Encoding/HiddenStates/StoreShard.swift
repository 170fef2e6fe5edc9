import Files
package import Foundation

/// An item as the store knows it: who it is and what of it was encoded.
package struct StoreItem: Codable, Equatable, Sendable {
    /// The dataset's item id.
    package var id: String
    /// SHA-256 of the title or picture that was encoded; empty when there was none.
    package var contentHash: String

    /// Names an item and its content.
    package init(id: String, contentHash: String) {
        self.id = id
        self.contentHash = contentHash
    }

    enum CodingKeys: String, CodingKey {
        case id
        case contentHash = "hash"
    }

    /// SHA-256 over item ids in their order: tells whether a store and a dataset number their items alike.
    package static func hash(ofIds ids: some Sequence<String>) -> String { ContentHash.of(texts: ids) }

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

/// One mapped file of a store: the states of a range of items.
package struct StoreShard: Sendable {
    /// The items it holds, as indices in the store.
    package let items: Range<Int>
    private let file: SafetensorsFile
    private let statesEntry: SafetensorsFile.Entry
    private let presentEntry: SafetensorsFile.Entry

    /// Where the file is.
    package var url: URL { file.file.url }
    /// The states of the items, [items.count, layers, width] in the store's dtype, mapped. Valid as long as this value or its store
    /// lives.
    package var states: UnsafeRawBufferPointer { file.bytes(of: statesEntry) }
    /// One byte per item: 0 where the title or picture is missing. Valid as long as this value or its store lives.
    package var present: UnsafeRawBufferPointer { file.bytes(of: presentEntry) }
    /// All bytes of the file.
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(file.file.bytes) }

    /// Maps a file and checks its header.
    ///
    /// - Parameters:
    ///   - firstOfFile: the first item as the file counts it; nil: as the store does.
    ///   - identityHash: the identity's hash: it takes longer to compute than a header to read, so it is given.
    /// - Throws: ``UserError`` when the file is missing or cut off, or its tensors are not of the expected shapes and types.
    init(
        _ url: URL, items: Range<Int>, firstOfFile: Int? = nil, identity: StoreIdentity, identityHash: String
    ) throws {
        let file = try SafetensorsFile(url)
        func entry(_ name: String, type: String, shape: [Int]) throws -> SafetensorsFile.Entry {
            guard let entry = file.entries[name] else {
                throw UserError("tensor \"\(name)\" is missing", at: url.path, remedy: Self.remedy)
            }
            guard entry.type == type, entry.shape == shape else {
                throw UserError(
                    "tensor \"\(name)\" is \(entry.type) \(entry.shape), expected \(type) \(shape)", at: url.path,
                    remedy: Self.remedy)
            }
            guard entry.range.lowerBound % identity.dtype.size == 0 || name == "present" else {
                throw UserError("tensor \"\(name)\" is not aligned to its type", at: url.path, remedy: Self.remedy)
            }
            return entry
        }
        statesEntry = try entry(
            "states", type: identity.dtype.element.safetensorsName, shape: [items.count, identity.layers.count, identity.width])
        presentEntry = try entry("present", type: "U8", shape: [items.count])
        guard file.metadata == Self.metadata(identityHash, firstItem: firstOfFile ?? items.lowerBound) else {
            throw UserError("the shard belongs to another store or place", at: url.path, remedy: Self.remedy)
        }
        self.file = file
        self.items = items
    }

    /// What the file says of itself, so that a shard copied from elsewhere is noticed.
    static func metadata(_ identityHash: String, firstItem: Int) -> [String: String] {
        ["identity": identityHash, "firstItem": String(firstItem)]
    }

    private static let remedy = "The store is damaged: encode again into another folder."
}
