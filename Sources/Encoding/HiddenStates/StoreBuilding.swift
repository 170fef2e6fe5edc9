import Files
import Foundation

/// The `building.json` of a store that is not finished: what is being built and which shards are done.
///
/// A store is built in a folder beside its place, `<folder>.building`, which becomes the store when the last shard is there. What
/// was in the place before stays readable until then.
struct StoreBuilding: Codable {
    var formatVersion = StoreManifest.currentVersion
    var identity: StoreIdentity
    var itemCount: Int
    /// SHA-256 of `items.jsonl`.
    var itemsHash: String
    /// Items per shard; the last one may have fewer.
    var shardItems: Int
    /// The shards that are done, in item order.
    var finished: [StoreManifest.Shard] = []

    static let fileName = "building.json"

    /// Where the store of a folder is built.
    static func folder(of store: URL) -> URL {
        store.deletingLastPathComponent().appending(path: store.lastPathComponent + ".building")
    }

    var shardCount: Int { (itemCount + shardItems - 1) / shardItems }

    func items(of shard: Int) -> Range<Int> { shard * shardItems..<min(itemCount, (shard + 1) * shardItems) }

    /// Reads the state of an interrupted build and checks that it is of this identity and these items.
    ///
    /// Shards that are written down as done but are not there whole are taken off the list.
    ///
    /// - Throws: ``UserError`` for a build of something else, with the remedy to start again.
    static func resume(_ folder: URL, identity: StoreIdentity, itemsHash: String, itemCount: Int) throws -> StoreBuilding {
        let url = folder.appending(path: fileName)
        func other(_ problem: String) -> UserError {
            UserError(
                problem, at: folder.path,
                remedy: "Start again from the beginning (what is there is lost), or choose another folder.")
        }
        guard try JSONFile.read(FormatVersion.self, from: url).formatVersion == StoreManifest.currentVersion else {
            throw other("an interrupted build of another format version is here")
        }
        var building = try JSONFile.read(StoreBuilding.self, from: url)
        guard building.identity == identity else {
            throw other(
                "an interrupted build of other hidden states is here; they differ in (found, expected) "
                    + building.identity.differences(from: identity).joined(separator: "; "))
        }
        guard building.itemsHash == itemsHash, building.itemCount == itemCount, building.shardItems > 0 else {
            throw other("an interrupted build of other items is here (\(building.itemCount) items, expected \(itemCount))")
        }
        let hash = identity.hash
        building.finished = building.finished.filter { building.isWhole($0, in: folder, identityHash: hash) }
        return building
    }

    private func isWhole(_ record: StoreManifest.Shard, in folder: URL, identityHash: String) -> Bool {
        guard record.firstItem >= 0, record.firstItem < itemCount, record.firstItem % shardItems == 0 else { return false }
        let index = record.firstItem / shardItems
        let items = items(of: index)
        guard record.count == items.count, record.file == StoreManifest.shardFileName(index) else { return false }
        let url = folder.appending(path: record.file)
        return (try? StoreShard(url, items: items, identity: identity, identityHash: identityHash)) != nil
    }
}
