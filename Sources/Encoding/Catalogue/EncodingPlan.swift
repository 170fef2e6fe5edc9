import Files

/// What encoding a catalogue will take, in bytes; made before it starts.
public struct EncodingPlan: Sendable, Equatable {
    /// How many items the catalogue has.
    public var items: Int
    /// The size of the finished store.
    public var storeBytes: Int
    /// The encoder's weights, in the type they are computed in.
    public var weightBytes: Int
    /// The inputs that are ready or being made.
    public var inputBytes: Int
    /// The encoder's intermediate results for one batch, estimated: 16 values per token state and width.
    public var batchBytes: Int
    /// The states of one shard, in float32, until it is written.
    public var shardBytes: Int

    /// All memory together.
    public var memoryBytes: Int { weightBytes + inputBytes + batchBytes + shardBytes }
}

extension EncodingPlan: CustomStringConvertible {
    /// A line for the user, as in `20,825 items: store 213 MB; memory 420 MB (...)`.
    public var description: String {
        func megabytes(_ bytes: Int) -> String { "\((bytes + 999_999) / 1_000_000) MB" }
        return "\(items) items: store \(megabytes(storeBytes)); memory about \(megabytes(memoryBytes)) (weights "
            + "\(megabytes(weightBytes)), inputs \(megabytes(inputBytes)), batch \(megabytes(batchBytes)), shard "
            + "\(megabytes(shardBytes)))"
    }
}
