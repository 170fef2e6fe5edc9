package import Files
package import Foundation

/// A hidden-state store that no encoder made: random numbers, or zeros that take no disk, to measure time and memory with.
///
/// The numbers are even in [-1.73, 1.73), so that their variance is 1. An item's follow from the seed and its id alone.
/// ```swift
/// try RandomStates(modality: .text, layers: [0, 2, 4], width: 768).write(to: folder, items: ids)
/// ```
package struct RandomStates: Sendable {
    /// What the states stand for.
    package var modality: Modality
    /// The layers of the encoder that the numbers are in place of.
    package var layers: [Int]
    /// Values per layer.
    package var width: Int
    /// The number format of the store.
    package var dtype: StateType
    /// What the numbers follow from; nil for zeros, stored as holes in files: a store of any size takes no space on the disk.
    package var seed: UInt64?
    /// Items per shard; nil for as many as fill 64 MB.
    package var shardItems: Int?
    /// Whether a store of something else is replaced.
    package var startingAnew: Bool

    /// Plans a store.
    package init(
        modality: Modality, layers: [Int], width: Int, dtype: StateType = .float16, seed: UInt64? = 1,
        shardItems: Int? = nil, startingAnew: Bool = false
    ) {
        self.modality = modality
        self.layers = layers
        self.width = width
        self.dtype = dtype
        self.seed = seed
        self.shardItems = shardItems
        self.startingAnew = startingAnew
    }

    /// Writes the store, or continues with one that was interrupted. Every checksum is right: reading a hole costs no disk either.
    ///
    /// - Parameters:
    ///   - folder: where the store will be.
    ///   - items: the dataset's item ids, in its order.
    ///   - progress: is called with every shard written.
    ///   - stop: looked at between shards; the same call continues from there.
    /// - Throws: what ``HiddenStateStoreWriter`` throws; `CancellationError` when told to stop.
    @discardableResult
    package func write(
        to folder: URL, items: [String], progress: WorkProgress.Handler? = nil, stop: StopToken = StopToken()
    ) throws -> HiddenStateStore {
        let name = seed.map { "random numbers, seed \($0)" } ?? "zeros"
        let hash = Data(name.utf8).withUnsafeBytes { ContentHash.of($0) }
        let identity = StoreIdentity(
            encoder: .init(family: "none", name: name, weightsHash: hash), preprocessing: [:], modality: modality,
            pooling: .first, layers: layers, width: width, dtype: dtype)
        let writer = try HiddenStateStoreWriter(
            folder, identity: identity, items: items.map { StoreItem(id: $0, contentHash: hash) }, shardItems: shardItems,
            isSparse: seed == nil, startingAnew: startingAnew)
        for shard in writer.pendingShards {
            try stop.check()
            if let seed {
                let states = numbers(of: shard.missing.map { items[$0] }, seed: seed)
                try writer.write(shard, states: states, present: shard.missing.map { _ in true })
            } else {
                try writer.writeHole(shard)
            }
            progress?(
                WorkProgress("writing hidden states", done: shard.items.upperBound, total: items.count, unit: "items"))
        }
        return try writer.finish()
    }

    /// The numbers of some items, [items, layers, width].
    private func numbers(of ids: [String], seed: UInt64) -> [Float] {
        let count = layers.count * width
        return [Float](unsafeUninitializedCapacity: ids.count * count) { buffer, initialized in
            // Every item's numbers are written by one thread only.
            nonisolated(unsafe) let buffer = buffer
            DispatchQueue.concurrentPerform(iterations: ids.count) { index in
                // FNV-1a: the standard library's hashes differ from run to run.
                let hash = ids[index].utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
                var random = SplitMix64(seed: seed &+ hash)
                for place in index * count..<(index + 1) * count {
                    let number = Float(Int32(truncatingIfNeeded: random.next())) * 0x1p-31
                    buffer.initializeElement(at: place, to: number * Float(3).squareRoot())
                }
            }
            initialized = ids.count * count
        }
    }
}
