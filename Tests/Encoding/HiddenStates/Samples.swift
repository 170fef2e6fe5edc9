import Files
import Foundation
import HiddenStates
import TestSupport

/// Made-up stores for the tests.
enum Samples {
    static func identity(_ dtype: StateType = .float16, name: String = "tiny-bert", layers: [Int] = [0, 2, 4], width: Int = 5)
        -> StoreIdentity
    {
        StoreIdentity(
            encoder: .init(family: "bert", name: name, weightsHash: String(repeating: "a", count: 64), tokenizerHash: "b"),
            preprocessing: ["maximumTokens": "30"], modality: .text, pooling: .first, layers: layers, width: width, dtype: dtype
        )
    }

    static func items(_ count: Int) -> [StoreItem] {
        (0..<count).map { StoreItem(id: "item-\($0)", contentHash: "hash-\($0)") }
    }

    /// The states an encoder would give for an item's content: a function of the content hash alone.
    static func states(_ item: StoreItem, count: Int) -> [Float] {
        var generator = SeededGenerator(seed: item.contentHash.utf8.reduce(7) { $0 &* 31 &+ UInt64($1) })
        return (0..<count).map { _ in Float.random(in: -8...8, using: &generator) }
    }

    /// Every seventh item has nothing to encode.
    static func isPresent(_ item: StoreItem) -> Bool { item.contentHash.utf8.reduce(0) { $0 &+ Int($1) } % 7 != 0 }

    /// Writes some pending shards and returns how many items were encoded.
    @discardableResult
    static func write(_ writer: HiddenStateStoreWriter, shards: Int = .max) throws -> Int {
        let count = writer.identity.layers.count * writer.identity.width
        var encoded = 0
        for shard in writer.pendingShards.prefix(shards) {
            let missing = shard.missing.map { writer.items[$0] }
            try writer.write(shard, states: missing.flatMap { states($0, count: count) }, present: missing.map(isPresent))
            encoded += missing.count
        }
        return encoded
    }

    /// A whole store of seven items per shard.
    @discardableResult
    static func store(at folder: URL, _ identity: StoreIdentity = identity(), items: [StoreItem] = items(30)) throws
        -> HiddenStateStore
    {
        let writer = try HiddenStateStoreWriter(folder, identity: identity, items: items, shardItems: 7)
        try write(writer)
        return try writer.finish()
    }

    /// Every file of a folder with its bytes.
    static func contents(_ folder: URL) throws -> [String: Data] {
        var contents: [String: Data] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
            contents[name] = try Data(contentsOf: folder.appending(path: name))
        }
        return contents
    }
}
