import Files
import Foundation

extension HiddenStateStore {
    /// Reads the whole store and checks every checksum, that every state is finite, and that rows of missing content are zero.
    ///
    /// - Parameters:
    ///   - progress: is told of every shard checked.
    ///   - stop: looked at between shards; `CancellationError` is thrown then.
    /// - Throws: ``UserError`` that names the first damaged file, and for a state that is not finite its item and layer.
    public func verify(progress: Files.Progress.Handler? = nil, stop: StopToken = StopToken()) throws {
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
            progress?(Files.Progress("verifying hidden states", done: shard.items.upperBound, total: itemCount, unit: "items"))
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
