import HiddenStates

/// The batches of all pending shards one after the other, with a mark at the end of each shard.
final class InputStream: @unchecked Sendable {
    // Only the one thread that makes the batches uses the mutable state.
    private let input: any CatalogueInput
    private let items: [CatalogueItem]
    private var shards: ArraySlice<HiddenStateStoreWriter.PendingShard>
    private var current: (() throws -> InputBatch?)?

    /// Starts with the first of the shards.
    init(_ input: any CatalogueInput, items: [CatalogueItem], shards: [HiddenStateStoreWriter.PendingShard]) {
        self.input = input
        self.items = items
        self.shards = shards[...]
    }

    /// The next batch; nil after the last shard's end.
    func next() throws -> InputBatch? {
        if current == nil {
            guard let shard = shards.popFirst() else { return nil }
            current = try input.batches(of: shard.missing.map { items[$0] })
        }
        if let batch = try current?() { return batch }
        current = nil
        return InputBatch(values: .endOfShard)
    }
}
