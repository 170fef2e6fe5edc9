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
    /// The encoder's intermediate results for one batch, estimated.
    public var batchBytes: Int
    /// The states of one shard, in float32, until it is written.
    public var shardBytes: Int
    /// What the program takes before it encodes, estimated.
    public var programBytes: Int
    /// How long it takes, estimated from the rate of the machine's matrix product.
    public var seconds: Double
    /// Bytes of weights that are read from the disk once, block by block; nil where the encoder is in memory whole.
    public var readBytes: Int?
    /// Bytes of states between blocks on the disk, estimated; nil where the encoder is in memory whole.
    public var spillBytes: Int?

    /// All memory together.
    public var memoryBytes: Int { weightBytes + inputBytes + batchBytes + shardBytes + programBytes }
}

extension EncodingPlan: CustomStringConvertible {
    /// A line for the user, as in `20825 items: store 213 MB; memory about 420 MB (...); about 2 min`.
    public var description: String {
        func megabytes(_ bytes: Int) -> String { "\((bytes + 999_999) / 1_000_000) MB" }
        let memory =
            "memory about \(megabytes(memoryBytes)) (weights \(megabytes(weightBytes)), inputs \(megabytes(inputBytes)), batch "
            + "\(megabytes(batchBytes)), shard \(megabytes(shardBytes)))"
        let streaming = readBytes.map {
            "block by block: \(megabytes($0)) read, \(megabytes(spillBytes ?? 0)) of states on the disk; "
        }
        let time = seconds < 90 ? "\(Int(seconds.rounded(.up))) s" : "\(Int((seconds / 60).rounded(.up))) min"
        return "\(items) items: store \(megabytes(storeBytes)); \(streaming ?? "")\(memory); about \(time)"
    }
}
