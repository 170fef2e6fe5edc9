package import Files
package import Foundation

/// Makes a hidden-state store of states that another program computed.
///
/// Rows are read and written shard by shard; an interrupted import continues where it stopped. Items of the dataset that the source has no
/// states of are stored as missing.
package struct StateImport: Sendable {
    /// What the states lie in. Tensors are of float16, bfloat16 (not in `.npy`), float32 or float64.
    package enum Source: Sendable {
        /// One tensor of all items, [items, layers, width] or [items, width]: a `.npy` file, or a safetensors file of one tensor.
        /// The rows are those of the ids in a file, one a line; without one, those of the dataset's items in their order.
        case table(URL, ids: URL?)
        /// A safetensors file with a tensor per item, named by its id: [layers, width], [width] or [layers, tokens, width].
        case tensors(URL)
        /// A folder with a file per item, `<item id>.pt` or `.npy`: a tensor as above, or a list with one per layer, [width],
        /// [tokens, width] or [1, tokens, width].
        case folder(URL)
    }

    /// How states are stored and named.
    package struct Options: Sendable {
        /// What people call the encoder; for messages only.
        package var name: String
        /// What was encoded.
        package var modality: Modality
        /// How the tokens of a layer become, or became, one vector. Every token counts: padding has to be cut off before.
        package var pooling: StoreIdentity.Pooling
        /// The encoder's layers, in the source's order; nil numbers them from 0.
        package var layers: [Int]?
        /// The number format of the store.
        package var dtype: StateType
        /// Whether a store or interrupted import of something else is replaced.
        package var startingAnew: Bool
        /// Items per shard; nil for as many as fill 64 MB.
        package var shardItems: Int?

        /// Makes options; by default the first token is taken, layers are numbered from 0, and states are stored as float16.
        package init(
            name: String, modality: Modality, pooling: StoreIdentity.Pooling = .first, layers: [Int]? = nil,
            dtype: StateType = .float16, startingAnew: Bool = false, shardItems: Int? = nil
        ) {
            self.name = name
            self.modality = modality
            self.pooling = pooling
            self.layers = layers
            self.dtype = dtype
            self.startingAnew = startingAnew
            self.shardItems = shardItems
        }
    }

    /// What an import has done.
    package struct Summary: Sendable {
        /// The finished store.
        package let store: HiddenStateStore
        /// How many items of the dataset have states.
        package let present: Int
        /// How many items of the dataset have none.
        package let missing: Int
        /// How many ids of the source are not of the dataset.
        package let extra: Int
        /// Some of these ids, in their order.
        package let extraExamples: [String]
    }

    /// What the states lie in.
    package let source: Source
    /// How they are stored.
    package let options: Options

    /// Plans an import.
    package init(_ source: Source, options: Options) {
        self.source = source
        self.options = options
    }

    /// Reads the source and writes the store.
    ///
    /// - Parameters:
    ///   - folder: where the store will be.
    ///   - items: the dataset's item ids, in its order.
    ///   - progress: is called with every file hashed and every shard written.
    ///   - stop: looked at as often; the same call continues from there.
    /// - Throws: ``UserError`` for files that cannot be read or do not fit together, states that are not finite or do not fit the number
    ///   format, and what ``HiddenStateStoreWriter`` throws.
    package func run(
        into folder: URL, items: [String], progress: WorkProgress.Handler? = nil, stop: StopToken = StopToken()
    ) throws -> Summary {
        let states = try open(items: items, progress: progress, stop: stop)
        let layers = options.layers ?? Array(0..<states.layers)
        guard layers.count == states.layers else {
            throw UserError("the source has \(states.layers) layers, \(layers.count) were named", at: folder.path)
        }
        let known = states.ids
        let present = items.filter(known.contains)
        let extra = known.subtracting(items)
        guard !present.isEmpty else {
            throw UserError(
                "none of the \(known.count) ids of the source is an item of the dataset, as \"\(extra.min() ?? "")\"",
                at: folder.path, remedy: "The ids have to be those of the dataset's items.")
        }
        let identity = StoreIdentity(
            encoder: .init(family: "import", name: options.name, weightsHash: states.hash), preprocessing: [:],
            modality: options.modality, pooling: options.pooling, layers: layers, width: states.width, dtype: options.dtype)
        let writer = try HiddenStateStoreWriter(
            folder, identity: identity, items: items.map { Self.item($0, of: states, isPresent: known.contains($0)) },
            shardItems: options.shardItems, startingAnew: options.startingAnew)
        for shard in writer.pendingShards {
            try stop.check()
            try Self.write(shard, to: writer, from: states, known: known)
            progress?(
                WorkProgress("importing hidden states", done: shard.items.upperBound, total: items.count, unit: "items"))
        }
        return Summary(
            store: try writer.finish(), present: present.count, missing: items.count - present.count, extra: extra.count,
            extraExamples: Array(extra.sorted().prefix(5)))
    }

    private func open(items: [String], progress: WorkProgress.Handler?, stop: StopToken) throws -> any StateSource {
        switch source {
        case .table(let file, let ids): try StateTable(file, ids: ids, items: items)
        case .tensors(let file): try StateTensors(file, pooling: options.pooling)
        case .folder(let folder): try StateFolder(folder, pooling: options.pooling, progress: progress, stop: stop)
        }
    }

    /// An item as the store knows it. The files themselves are part of the store's identity.
    private static func item(_ id: String, of states: any StateSource, isPresent: Bool) -> StoreItem {
        guard isPresent else { return StoreItem(id: id, contentHash: "") }
        var hash = ContentHash()
        hash.update(states.place(of: id))
        return StoreItem(id: id, contentHash: hash.digits)
    }

    private static func write(
        _ shard: HiddenStateStoreWriter.PendingShard, to writer: HiddenStateStoreWriter, from states: any StateSource,
        known: Set<String>
    ) throws {
        let rowCount = writer.identity.rowCount
        var values = [Float](repeating: 0, count: shard.missing.count * rowCount)
        var present: [Bool] = []
        try values.withUnsafeMutableBufferPointer { values in
            for (index, item) in shard.missing.enumerated() {
                let id = writer.items[item].id
                present.append(known.contains(id))
                guard known.contains(id) else { continue }
                try states.copy(
                    id, into: UnsafeMutableBufferPointer(rebasing: values[index * rowCount..<(index + 1) * rowCount]))
            }
        }
        try writer.write(shard, states: values, present: present)
    }
}
