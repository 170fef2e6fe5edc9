import Files
package import Foundation
import Owned

/// Builds a hidden-state store shard by shard: interrupted builds continue, and rows of unchanged items are taken from the store
/// that was there before, or from others.
///
/// ```swift
/// let writer = try HiddenStateStoreWriter(folder, identity: identity, items: items)
/// for shard in writer.pendingShards {
///     let (states, present) = encode(shard.missing)
///     try writer.write(shard, states: states, present: present)
/// }
/// let store = try writer.finish()
/// ```
///
/// The finished bytes depend on identity, items and states only, not on interruptions. One process builds at a time; the store that
/// was in the place before can be read until ``finish()``.
package final class HiddenStateStoreWriter {
    /// A shard that is not written yet.
    package struct PendingShard: Sendable, Equatable {
        /// The shard's number.
        package let index: Int
        /// The items it holds, as indices into the writer's items.
        package let items: Range<Int>
        /// Those of them that have to be encoded, ascending; the others' rows are copied from a former store.
        package let missing: [Int]
    }

    /// Where the store will be, or is.
    package private(set) var folder: URL
    /// What determines the numbers.
    package let identity: StoreIdentity
    /// The items in store order.
    package let items: [StoreItem]
    /// Whether the store is finished; from the start when it was finished before with the same identity and items.
    package internal(set) var isComplete = false
    /// How many items have their row in a former store or a finished shard already; they are not encoded again.
    package var reusedItems: Int { items.count - pendingShards.reduce(0) { $0 + $1.missing.count } }

    /// A folder for files that serve the building and may outlive an interruption; who makes some removes them before ``finish()``.
    package var workFolder: URL { buildingFolder }

    let buildingFolder: URL
    let itemsHash: String
    var building: StoreBuilding
    /// The place of the store, locked while it is built.
    var place: OwnedFolder?
    /// The store that was in the place before, and others, whose rows are taken.
    let formers: [HiddenStateStore]
    /// For every item that one of them holds with the same content: where.
    let formerRows: [Int: FormerRow]
    var checkedFormerShards: Set<URL> = []

    /// A row of one of the former stores.
    struct FormerRow {
        /// Which store.
        let store: Int
        /// The item's index in it.
        let row: Int
    }

    /// Starts or continues a build.
    ///
    /// - Parameters:
    ///   - folder: where the store will be; a store of the same identity that is there gives its unchanged rows.
    ///   - identity: what determines the numbers.
    ///   - items: every item, in the dataset's order; ids are unique.
    ///   - shardItems: items per shard; default as many as fill 64 MB. An interrupted build keeps its own.
    ///   - isSparse: whether the shards are holes (``writeHole(_:)``), so that the disk needs no room for them.
    ///   - others: folders of stores whose unchanged rows are taken too, where they are there and of the same identity. While nothing is in
    ///     `folder`, one of them that is of these items counts as the finished store.
    ///   - startingAnew: whether a store or interrupted build of another identity or other items is replaced, instead of an error.
    /// - Throws: ``UserError`` for an impossible identity, no items, an id twice, a folder that holds something else, an interrupted
    ///   build or a store of something else, another process building, or too little space on the disk.
    package init(
        _ folder: URL, identity: StoreIdentity, items: [StoreItem], shardItems: Int? = nil, isSparse: Bool = false,
        others: [URL] = [], startingAnew: Bool = false
    ) throws {
        try identity.validate(at: folder.path)
        try Self.check(items, at: folder)
        self.folder = folder
        self.identity = identity
        self.items = items
        buildingFolder = StoreBuilding.folder(of: try FolderPlace.resolved(folder))
        let lines = try StoreItem.lines(items)
        itemsHash = lines.withUnsafeBytes { ContentHash.of($0) }
        building = StoreBuilding(
            identity: identity, itemCount: items.count, itemsHash: itemsHash,
            shardItems: max(1, min(items.count, shardItems ?? Self.usualShardItems(of: identity))))

        let isOfItems = { [itemsHash] (store: HiddenStateStore) in
            store.manifest.items.sha256 == itemsHash && store.itemCount == items.count
        }
        // A store that is as it should be is only read, and takes no lock.
        if !FileManager.default.fileExists(atPath: buildingFolder.path), !Self.hasLeftovers(folder) {
            let isThere = FileManager.default.fileExists(atPath: folder.path)
            for place in isThere ? [folder] : others {
                guard let store = try? HiddenStateStore.open(place), store.identity == identity, isOfItems(store) else {
                    continue
                }
                self.folder = place
                (formers, formerRows, isComplete) = ([store], [:], true)
                return
            }
        }
        let place = try OwnedFolder(.store, at: folder, for: .replacing)
        try Self.settle(buildingFolder, at: place)
        let former = try Self.openFormer(folder, identity: identity, startingAnew: startingAnew)
        if let former, isOfItems(former) {
            (formers, formerRows, isComplete) = ([former], [:], true)
            return
        }
        let opened = try others.map { try Self.openFormer($0, identity: identity, startingAnew: startingAnew) }
        formers = ([former] + opened).compactMap { $0 }
        formerRows = try Self.unchangedRows(of: items, in: formers)
        self.place = place
        try openBuilding(lines: lines, isSparse: isSparse, startingAnew: startingAnew)
    }

    /// The items per shard when nothing else is said: as many as fill 64 MB, at least 1.
    package static func usualShardItems(of identity: StoreIdentity) -> Int { usualShardItems(rowBytes: identity.rowBytes) }

    /// The same for rows of some bytes.
    package static func usualShardItems(rowBytes: Int) -> Int { max(1, (64 << 20) / rowBytes) }

    /// The shards still to be written, in order.
    package var pendingShards: [PendingShard] {
        if isComplete { return [] }
        let done = Set(building.finished.map(\.firstItem))
        return (0..<building.shardCount).compactMap { index in
            let range = building.items(of: index)
            if done.contains(range.lowerBound) { return nil }
            return PendingShard(index: index, items: range, missing: range.filter { formerRows[$0] == nil })
        }
    }

    /// Writes the manifest and puts the store in its place; does nothing when the store is finished.
    ///
    /// - Returns: the finished store, opened.
    /// - Throws: ``UserError`` when shards are still to be written or the disk fails.
    @discardableResult
    package func finish() throws -> HiddenStateStore {
        if isComplete { return try HiddenStateStore.open(folder, expecting: identity) }
        let pending = pendingShards
        guard pending.isEmpty else {
            throw UserError(
                "\(pending.count) of \(building.shardCount) shards are not written yet", at: buildingFolder.path,
                remedy: "Run the same encode command again: it continues where it stopped.")
        }
        let manifest = StoreManifest(
            formatVersion: StoreManifest.currentVersion, identity: identity, identityHash: identity.hash,
            itemCount: items.count,
            items: StoreManifest.Items(
                file: StoreManifest.itemsFileName, sha256: itemsHash, idsHash: StoreItem.hash(ofIds: items.lazy.map(\.id))),
            shards: building.finished)
        try JSONFile.write(manifest, to: buildingFolder.appending(path: StoreManifest.fileName))
        try place.map { try Self.put(buildingFolder, at: $0) }
        place = nil
        isComplete = true
        return try HiddenStateStore.open(folder, expecting: identity)
    }
}
