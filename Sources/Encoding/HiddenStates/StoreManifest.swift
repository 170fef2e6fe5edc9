import Files
import Foundation

/// The `manifest.json` of a finished store: identity, items and shards with their checksums.
package struct StoreManifest: Codable, Equatable, Sendable {
    /// The version of the form this program writes.
    package static let currentVersion = 1
    /// The version of a store that was put together from parts, which programs before it do not read.
    static let mergedVersion = 2

    /// One file of states.
    package struct Shard: Codable, Equatable, Sendable {
        /// The file's path within the store.
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
    /// How many parts the store was put together from, each a folder with its shards; nil for a store that was made as a whole.
    package var parts: Int?

    static let fileName = "manifest.json"
    static let itemsFileName = "items.jsonl"

    /// The path of a shard within a store, or within one of its parts.
    static func shardFileName(_ index: Int, in part: WorkPart? = nil) -> String {
        let digits = String(index)
        let name = "states-" + String(repeating: "0", count: max(0, 5 - digits.count)) + digits + ".safetensors"
        return part.map { "\(StorePart.folderName)/\($0.fileName)/\(name)" } ?? name
    }

    /// For each shard its first item as the file itself counts it: from the start of its part.
    var firstItemsOfFiles: [Int] {
        guard parts != nil else { return shards.map(\.firstItem) }
        var start = 0
        return shards.map { shard in
            if shard.file.hasSuffix("/" + Self.shardFileName(0)) { start = shard.firstItem }
            return shard.firstItem - start
        }
    }

    /// Reads and checks a manifest.
    ///
    /// - Throws: ``UserError`` for another format version, missing keys, or counts that do not fit together.
    static func read(from url: URL) throws -> StoreManifest {
        let version = try JSONFile.read(FormatVersion.self, from: url).formatVersion
        guard version == currentVersion || version == mergedVersion else {
            throw UserError(
                "the store has format version \(version), this program reads \(currentVersion) and \(mergedVersion)",
                at: url.path,
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
        guard (formatVersion == Self.mergedVersion) == (parts != nil), (1...WorkPart.most).contains(parts ?? 1) else {
            throw damaged("the store has \(parts.map { "\($0)" } ?? "no") parts and format version \(formatVersion)")
        }
        // Every path is one of a number, so that none leads out of the store.
        var part = parts.map { WorkPart(1, of: $0) }
        var index = 0
        var next = 0
        for (number, shard) in shards.enumerated() {
            if index > 0, let following = part?.next, shard.file == Self.shardFileName(0, in: following) {
                (part, index) = (following, 0)
            }
            let expected = Self.shardFileName(index, in: part)
            guard shard.file == expected else {
                throw damaged("shard \(number) is called \(shard.file.quoted), expected \(expected)")
            }
            index += 1
            guard shard.firstItem == next, shard.count > 0, shard.count <= itemCount - next else {
                throw damaged("\(shard.file) holds \(shard.count) items from \(shard.firstItem), expected some from \(next)")
            }
            next += shard.count
        }
        guard part?.next == nil else { throw damaged("there are no shards of \(part?.next?.description ?? "a part")") }
        guard next == itemCount else { throw damaged("the shards hold \(next) items, the store \(itemCount)") }
    }
}

/// The one key that every version of the form has.
struct FormatVersion: Decodable {
    let formatVersion: Int
}
