import Files
import Foundation

/// The `manifest.json` of a finished store: identity, items and shards with their checksums.
package struct StoreManifest: Codable, Equatable, Sendable {
    /// The version of the form this program writes.
    package static let currentVersion = 1

    /// One file of states.
    package struct Shard: Codable, Equatable, Sendable {
        /// The file's name within the store.
        package var file: String
        /// The index of its first item.
        package var firstItem: Int
        /// How many items it holds.
        package var count: Int
        /// SHA-256 of the file.
        package var sha256: String
    }

    /// The list of items.
    package struct Items: Codable, Equatable, Sendable {
        /// The file's name within the store.
        package var file: String
        /// SHA-256 of the file: ids and content hashes.
        package var sha256: String
        /// The hash of the ids alone, as ``StoreItem/hash(ofIds:)`` gives it.
        package var idsHash: String
    }

    /// The version of the form.
    package var formatVersion: Int
    /// What determines the numbers.
    package var identity: StoreIdentity
    /// The identity's hash.
    package var identityHash: String
    /// How many items there are.
    package var itemCount: Int
    /// The list of items.
    package var items: Items
    /// The files of states, in item order.
    package var shards: [Shard]

    static let fileName = "manifest.json"
    static let itemsFileName = "items.jsonl"

    static func shardFileName(_ index: Int) -> String {
        let digits = String(index)
        return "states-" + String(repeating: "0", count: max(0, 5 - digits.count)) + digits + ".safetensors"
    }

    /// Reads and checks a manifest.
    ///
    /// - Throws: ``UserError`` for another format version, missing keys, or counts that do not fit together.
    static func read(from url: URL) throws -> StoreManifest {
        let version = try JSONFile.read(FormatVersion.self, from: url).formatVersion
        guard version == currentVersion else {
            throw UserError(
                "the store has format version \(version), this program reads \(currentVersion)", at: url.path,
                remedy: "Use the program that wrote the store, or encode again into another folder.")
        }
        let manifest = try JSONFile.read(StoreManifest.self, from: url)
        try manifest.validate(at: url.path)
        return manifest
    }

    private func validate(at place: String) throws {
        func damaged(_ problem: String) -> UserError {
            UserError(problem, at: place, remedy: "The store is damaged: encode again into another folder.")
        }
        try identity.validate(at: place)
        guard identityHash == identity.hash else {
            throw damaged("the identity does not have the hash that is written beside it")
        }
        guard items.file == Self.itemsFileName else { throw damaged("the items file is not called \(Self.itemsFileName)") }
        guard itemCount >= 0 else { throw damaged("the item count is \(itemCount)") }
        var next = 0
        for (index, shard) in shards.enumerated() {
            guard shard.file == Self.shardFileName(index) else {
                throw damaged("shard \(index) is called \"\(shard.file)\", expected \(Self.shardFileName(index))")
            }
            guard shard.firstItem == next, shard.count > 0, shard.count <= itemCount - next else {
                throw damaged("\(shard.file) holds \(shard.count) items from \(shard.firstItem), expected some from \(next)")
            }
            next += shard.count
        }
        guard next == itemCount else { throw damaged("the shards hold \(next) items, the store \(itemCount)") }
    }
}

/// The one key that every version of the form has.
struct FormatVersion: Decodable {
    let formatVersion: Int
}
