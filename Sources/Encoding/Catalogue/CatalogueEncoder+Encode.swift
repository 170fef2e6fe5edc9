import Encoders
import Files
import Foundation
import HiddenStates
import Torch

extension CatalogueEncoder {
    /// Encodes the catalogue into a store: only items that are new or changed since the store was made.
    ///
    /// - Parameters:
    ///   - folder: where the store is or will be.
    ///   - progress: is told of items, after each batch.
    ///   - isCancelled: asked between batches; when it says true, finished shards stay and the same call later continues.
    /// - Returns: the finished store, and what was done.
    /// - Throws: `CancellationError` when cancelled; ``UserError`` for a store of another encoder, a picture that may not be skipped,
    ///   a state that cannot be stored, a full disk, and memory that runs out.
    public func encode(
        into folder: URL, progress: Files.Progress.Handler? = nil, isCancelled: @escaping () -> Bool = { false }
    ) throws -> EncodingResult {
        let clock = ContinuousClock()
        let stored = try storeItems(progress: progress, isCancelled: isCancelled)
        let writer = try HiddenStateStoreWriter(
            folder, identity: identity, items: stored, shardItems: options.shardItems, startingAnew: options.startingAnew)
        let shards = writer.pendingShards
        let reused = writer.reusedItems
        let start = clock.now
        var problems: [Int: String] = [:]
        var encoded = 0
        if !shards.isEmpty {
            let stream = InputStream(input, items: items, shards: shards)
            let ahead = threads.areBeside ? Prefetcher(ahead: input.batchesAhead) { try stream.next() } : nil
            defer { ahead?.stop() }
            let nextBatch = ahead?.next ?? stream.next
            var done = reused
            for shard in shards {
                var states = ShardStates(items: shard.missing.count, layers: identity.layers.count, width: identity.width)
                while let batch = try nextBatch() {
                    if case .endOfShard = batch.values { break }
                    if isCancelled() { throw CancellationError() }
                    try withTensorErrors { try run(batch, into: &states) }
                    for (row, problem) in batch.damaged { problems[shard.missing[row]] = problem }
                    done += batch.rows.count + batch.copies.count + batch.damaged.count
                    progress?(Files.Progress(task, done: done, total: items.count, unit: "items"))
                }
                try writer.write(shard, states: states.values, present: states.present)
                encoded += states.present.count { $0 }
            }
        }
        let store = try writer.finish()
        progress?(Files.Progress(task, done: items.count, total: items.count, unit: "items"))
        let seconds = (clock.now - start) / .seconds(1)
        return try result(store, encoded: encoded, reused: reused, problems: problems, seconds: seconds)
    }

    private var task: String { identity.modality == .text ? "encoding titles" : "encoding pictures" }

    /// Encodes one batch.
    private func run(_ batch: InputBatch, into states: inout ShardStates) throws {
        guard let tensor = batch.tensor(on: options.device) else { return }
        withoutGradients {
            let pooled = encoder.pooledStates(of: tensor, layers: identity.layers, pooling: pooling)
            // An operation that failed left no states; its error is thrown around this call.
            guard pooled.shape == [batch.rows.count, identity.layers.count, identity.width] else { return }
            pooled.withBytes { states.take($0, of: batch) }
        }
    }

    /// The items with the hashes of what is encoded of them.
    private func storeItems(progress: Files.Progress.Handler?, isCancelled: () -> Bool) throws -> [StoreItem] {
        var stored: [StoreItem] = []
        stored.reserveCapacity(items.count)
        let part = 1024
        for start in stride(from: 0, to: items.count, by: part) {
            if isCancelled() { throw CancellationError() }
            let end = min(start + part, items.count)
            let hashes = ParallelWork.map(count: end - start, threads: threads.count) { [items, input] index in
                Result { try input.contentHash(of: items[start + index]) }
            }
            for (index, hash) in hashes.enumerated() {
                stored.append(StoreItem(id: items[start + index].id, contentHash: try hash.get()))
            }
            if identity.modality == .image {
                progress?(Files.Progress("reading pictures", done: end, total: items.count, unit: "items"))
            }
        }
        return stored
    }

    /// Names what of the catalogue is missing in the finished store.
    private func result(
        _ store: HiddenStateStore, encoded: Int, reused: Int, problems: [Int: String], seconds: Double
    ) throws -> EncodingResult {
        var missing = 0
        var skipped: [EncodingResult.SkippedPicture] = []
        for (index, item) in items.enumerated() where !store.isPresent(index) {
            missing += 1
            guard identity.modality == .image, let file = item.picture else { continue }
            let problem = problems[index] ?? "could not be read when it was encoded"
            if options.damagedPictures == .fail {
                throw UserError(
                    "the picture of item \"\(item.id)\" was skipped by an earlier run: \(problem)", at: file.path,
                    remedy: "Mend or remove the picture, or let damaged pictures be skipped.")
            }
            skipped.append(EncodingResult.SkippedPicture(item: item.id, file: file, problem: problem))
        }
        return EncodingResult(
            store: store, encoded: encoded, reused: reused, missing: missing, skipped: skipped, seconds: seconds)
    }
}
