package import Files
import Foundation

extension HiddenStateStore {
    /// The items in store order, from `items.jsonl`.
    ///
    /// - Throws: ``UserError`` when the file is missing, damaged or not the one the manifest was written with.
    package func items() throws -> [StoreItem] {
        let url = folder.appending(path: manifest.items.file)
        guard try ContentHash.of(file: url) == manifest.items.sha256 else { throw Self.damagedItems(url) }
        let items = try StoreItem.read(url)
        guard items.count == itemCount else { throw Self.damagedItems(url) }
        return items
    }

    /// Checks that the store holds these items in this order.
    ///
    /// - Parameters:
    ///   - ids: the dataset's item ids.
    ///   - hash: their hash, where the dataset has it: the ids are then only read when they differ.
    /// - Throws: ``UserError`` that names the first item that differs, and the remedy.
    package func check(ids: some Collection<String>, hash: String? = nil) throws {
        if ids.count == itemCount, hash ?? StoreItem.hash(ofIds: ids) == manifest.items.idsHash { return }
        let remedy = "Encode the dataset again: only new and changed items are computed."
        for (index, (id, item)) in zip(ids, try items()).enumerated() where id != item.id {
            throw UserError(
                "the store is of other items: item \(index) is \"\(item.id)\" here and \"\(id)\" in the dataset",
                at: folder.path,
                remedy: remedy)
        }
        throw UserError("the store holds \(itemCount) items, the dataset \(ids.count)", at: folder.path, remedy: remedy)
    }

    private static func damagedItems(_ url: URL) -> UserError {
        UserError(
            "the list of items is not the one the store was written with", at: url.path,
            remedy: "The store is damaged: encode again into another folder.")
    }
}

extension HiddenStateStore {
    /// Reads the whole store and checks every checksum, that every state is finite, and that rows of missing content are zero.
    ///
    /// - Parameters:
    ///   - progress: is called with every shard checked.
    ///   - stop: looked at between shards; `CancellationError` is thrown then.
    /// - Throws: ``UserError`` that names the first damaged file, and for a state that is not finite its item and layer.
    package func verify(progress: WorkProgress.Handler? = nil, stop: StopToken = StopToken()) throws {
        _ = try items()
        for (shard, record) in zip(shards, manifest.shards) {
            try stop.check()
            guard ContentHash.of(shard.bytes) == record.sha256 else {
                throw UserError(
                    "the shard's bytes are not the ones that were written (its SHA-256 differs)", at: shard.url.path,
                    remedy: "Copy the store again from where it came, or remove it and encode again.")
            }
            if !dtype.areFinite(shard.states) { throw try notFinite(in: shard) }
            try checkMissingRows(of: shard)
            progress?(WorkProgress("verifying hidden states", done: shard.items.upperBound, total: itemCount, unit: "items"))
        }
    }

    private func notFinite(in shard: StoreShard) throws -> UserError {
        let layerBytes = width * dtype.size
        for item in shard.items {
            for (position, layer) in layers.enumerated() {
                let start = (item - shard.items.lowerBound) * bytesPerItem + position * layerBytes
                if dtype.areFinite(UnsafeRawBufferPointer(rebasing: shard.states[start..<(start + layerBytes)])) { continue }
                return UserError(
                    "the state of item \"\(try items()[item].id)\" at layer \(layer) is not finite", at: shard.url.path,
                    remedy: "Remove the store and encode again.")
            }
        }
        preconditionFailure("a shard with a value that is not finite has a layer with one")
    }

    private func checkMissingRows(of shard: StoreShard) throws {
        for (row, flag) in shard.present.enumerated() where flag != 1 {
            let bytes = shard.states[(row * bytesPerItem)..<((row + 1) * bytesPerItem)]
            guard flag == 0, bytes.allSatisfy({ $0 == 0 }) else {
                throw UserError(
                    "item \(shard.items.lowerBound + row) is marked \(flag) but its row is not that of a missing item",
                    at: shard.url.path, remedy: "Remove the store and encode again.")
            }
        }
    }
}
