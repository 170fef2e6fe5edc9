import Encoders
public import Files
public import Foundation
import HiddenStates
import Torch

extension CatalogueEncoder {
    /// Encodes the catalogue into a store: only items that are new or changed since the store was made.
    ///
    /// - Parameters:
    ///   - folder: where the store is or will be.
    ///   - progress: is called with items, after each batch.
    ///   - stop: looked at between batches; finished shards stay and the same call later continues.
    /// - Returns: the finished store, and what was done.
    /// - Throws: `CancellationError` when told to stop; ``UserError`` for a store of another encoder, a picture that may not be skipped,
    ///   a state that cannot be stored, a full disk, and memory that runs out.
    public func encode(
        into folder: URL, progress: WorkProgress.Handler? = nil, stop: StopToken = StopToken()
    ) throws -> EncodingResult {
        try encode(into: folder, from: [], progress: progress, stop: stop)
    }

    /// Encodes the catalogue into a store, as ``encode(into:progress:stop:)``.
    ///
    /// - Parameter others: stores whose unchanged rows are taken too, or, while nothing is in `folder`, that are the wanted one already.
    package func encode(
        into folder: URL, from others: [URL], progress: WorkProgress.Handler?, stop: StopToken
    ) throws -> EncodingResult {
        let clock = ContinuousClock()
        let stored = try storeItems(progress: progress, stop: stop)
        let writer = try HiddenStateStoreWriter(
            folder, identity: identity, items: stored, shardItems: options.shardItems, others: others,
            startingAnew: options.startingAnew)
        let start = clock.now
        let reused = writer.reusedItems
        let done: (encoded: Int, problems: [Int: String])
        switch weights {
        case .whole(let encoder): done = try encode(writer, with: encoder, progress: progress, stop: stop)
        case .blocks(let reader): done = try encode(writer, with: reader, progress: progress, stop: stop)
        case .notLoaded: preconditionFailure("the encoder was not loaded")
        }
        let store = try writer.finish()
        progress?(WorkProgress(task, done: items.count, total: items.count, unit: "items"))
        let seconds = (clock.now - start) / .seconds(1)
        return try result(store, encoded: done.encoded, reused: reused, problems: done.problems, seconds: seconds)
    }

    /// Encodes shard by shard with an encoder that is in memory whole.
    private func encode(
        _ writer: HiddenStateStoreWriter, with encoder: PretrainedEncoder, progress: WorkProgress.Handler?,
        stop: StopToken
    ) throws -> (encoded: Int, problems: [Int: String]) {
        let shards = writer.pendingShards
        guard !shards.isEmpty else { return (0, [:]) }
        var problems: [Int: String] = [:]
        var encoded = 0
        var done = writer.reusedItems
        let stream = InputStream(input, items: items, shards: shards)
        let ahead = threads.areBeside ? Prefetcher(ahead: input.batchesAhead) { try stream.next() } : nil
        defer { ahead?.stop() }
        let nextBatch = ahead?.next ?? stream.next
        for shard in shards {
            var states = ShardStates(inputs: inputCounts(of: shard), layers: identity.layers.count, width: identity.width)
            while let batch = try nextBatch() {
                if case .endOfShard = batch.values { break }
                try stop.check()
                try withTensorErrors { try run(batch, through: encoder, into: &states) }
                problems.merge(batch.damaged.map { (shard.missing[$0.row], $0.problem) }) { first, _ in first }
                done += batch.done
                progress?(WorkProgress(task, done: done, total: items.count, unit: "items"))
            }
            states.finish()
            try writer.write(shard, states: states.values, present: states.present)
            encoded += states.present.count { $0 }
        }
        return (encoded, problems)
    }

    /// How many inputs each missing item of a shard has.
    func inputCounts(of shard: HiddenStateStoreWriter.PendingShard) -> [Int] {
        shard.missing.map { input.inputCount(of: items[$0]) }
    }

    /// Encodes with an encoder that is read block by block, as many shards at a time as the disk has room for.
    private func encode(
        _ writer: HiddenStateStoreWriter, with reader: BlockReader, progress: WorkProgress.Handler?,
        stop: StopToken
    ) throws -> (encoded: Int, problems: [Int: String]) {
        var problems: [Int: String] = [:]
        var encoded = 0
        let depth = parts.blocks.count
        while !writer.pendingShards.isEmpty {
            var rows = 0
            let blockwise = try BlockwiseEncoding(
                self, reader, shards: writer.pendingShards, in: writer.workFolder, stop: stop
            ) { [task] part, done in
                progress?(
                    WorkProgress(
                        part == 0 ? "\(task), embeddings" : "\(task), block \(part) of \(depth)", done: part * rows + done,
                        total: (depth + 1) * rows, unit: "steps"))
            }
            rows = blockwise.inputCount
            try blockwise.run { shard, states in
                try writer.write(shard, states: states.values, present: states.present)
                encoded += states.present.count { $0 }
            }
            problems.merge(blockwise.record.problems) { one, _ in one }
        }
        return (encoded, problems)
    }

    /// The states of one item as a store would keep them, row by row [layers, width]; nil where it has none of the modality.
    ///
    /// - Throws: ``UserError`` for a picture that cannot be used, an encoder that is not in memory whole, and memory that runs out.
    package func states(of item: CatalogueItem) throws -> [Float]? {
        guard case .whole(let encoder) = weights else {
            throw UserError(
                "the encoder does not fit into memory", at: directory.url.path,
                remedy: "Allow more memory (encode.memory), or encode the items of a dataset.")
        }
        var states = ShardStates(
            inputs: [input.inputCount(of: item)], layers: identity.layers.count, width: identity.width)
        let next = try input.batches(of: [item])
        while let batch = try next() {
            if let (_, problem) = batch.damaged.first {
                throw UserError(
                    "the picture of item \(item.id.quoted) cannot be used: \(problem)", at: item.pictures.first?.path)
            }
            try withTensorErrors { try run(batch, through: encoder, into: &states) }
        }
        states.finish()
        guard states.present[0] else { return nil }
        guard let kept = options.storedType.rounded(states.values) else {
            throw UserError(
                "a state of item \(item.id.quoted) does not fit into \(options.storedType.rawValue)", at: directory.url.path)
        }
        return kept
    }

    private var task: String { "encoding \(identity.modality.itemPart)s" }

    /// Encodes one batch.
    private func run(_ batch: InputBatch, through encoder: PretrainedEncoder, into states: inout ShardStates) throws {
        guard let tensor = batch.tensor(on: options.device) else { return }
        withoutGradients {
            let pooled = encoder.pooledStates(of: tensor, layers: identity.layers, pooling: pooling)
            // An operation that failed left no states; its error is thrown around this call.
            guard pooled.shape == [batch.rows.count, identity.layers.count, identity.width] else { return }
            pooled.withBytes { states.take($0, of: batch) }
        }
    }

    /// The items with the hashes of what is encoded of them.
    func storeItems(progress: WorkProgress.Handler?, stop: StopToken) throws -> [StoreItem] {
        var stored: [StoreItem] = []
        stored.reserveCapacity(items.count)
        let part = 1024
        for start in stride(from: 0, to: items.count, by: part) {
            try stop.check()
            let end = min(start + part, items.count)
            let hashes = ParallelWork.map(count: end - start, threads: threads.count) { [items, input] index in
                Result { try input.contentHash(of: items[start + index]) }
            }
            for (index, hash) in hashes.enumerated() {
                stored.append(StoreItem(id: items[start + index].id, contentHash: try hash.get()))
            }
            if identity.modality == .image {
                progress?(WorkProgress("reading pictures", done: end, total: items.count, unit: "items"))
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
            guard identity.modality == .image, let file = item.pictures.first else { continue }
            let problem = problems[index] ?? "could not be read when it was encoded"
            if options.damagedPictures == .fail {
                throw UserError(
                    "the picture of item \"\(item.id)\" was skipped by an earlier run: \(problem)", at: file.path,
                    remedy: "Repair or remove the picture, or let damaged pictures be skipped.")
            }
            skipped.append(EncodingResult.SkippedPicture(item: item.id, file: file, problem: problem))
        }
        return EncodingResult(
            store: store, encoded: encoded, reused: reused, missing: missing, skipped: skipped, seconds: seconds)
    }
}
