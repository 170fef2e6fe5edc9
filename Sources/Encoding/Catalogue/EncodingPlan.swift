import FoundationEssentials
import Encoders
import Files
import HiddenStates
import Torch

/// What encoding a catalogue will take, in bytes; made before it starts.
public struct EncodingPlan: Sendable, Equatable {
    /// How many items the catalogue has.
    package var items: Int
    /// The size of the finished store.
    package var storeBytes: Int
    /// The encoder's weights, in the type they are computed in.
    package var weightBytes: Int
    /// The inputs that are ready or being made.
    package var inputBytes: Int
    /// The encoder's intermediate results for one batch, estimated.
    package var batchBytes: Int
    /// The states of one shard, in float32, until it is written.
    package var shardBytes: Int
    /// What the program takes before it encodes, estimated.
    package var programBytes: Int
    /// How long it takes, estimated from the rate of the machine's matrix product.
    package var seconds: Double
    /// Bytes of weights that are read from the disk once, block by block; nil where the encoder is in memory whole.
    package var readBytes: Int?
    /// Bytes of states between blocks on the disk, estimated; nil where the encoder is in memory whole.
    package var spillBytes: Int?

    /// All memory together.
    package var memoryBytes: Int { weightBytes + inputBytes + batchBytes + shardBytes + programBytes }
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

extension CatalogueEncoder {
    /// What encoding the whole catalogue will take.
    ///
    /// Times the machine's matrix product for a moment to estimate the time.
    public func plan() -> EncodingPlan {
        let rowCount = identity.layers.count * identity.width
        let dtype = options.precision.dtype
        let tokens = input.expectedTokens(of: items)
        // A token takes part in a multiply-add with every number of a block.
        let operations = 2 * Double(parts.blocks.reduce(0) { $0 + $1.count }) * Double(tokens)
        var plan = EncodingPlan(
            items: items.count,
            storeBytes: items.count * rowCount * identity.dtype.size,
            weightBytes: parts.bytes,
            inputBytes: (input.batchesAhead + 2) * input.batchBytes,
            batchBytes: Self.batchBytes(parts, width: identity.width, options),
            shardBytes: Self.shardBytes(width: identity.width, layers: identity.layers.count, items: items.count, options),
            programBytes: Self.programBytes,
            // Half of the rate is what an encoder of usual size reaches.
            seconds: operations / (0.5 * MatrixRate.measure(dtype, on: options.device)))
        if case .blocks = weights {
            plan.weightBytes = parts.blockwiseBytes
            plan.readBytes = parts.parts.reduce(0) { $0 + $1.storedBytes }
            plan.spillBytes = 2 * tokens * identity.width * dtype.size + items.count * rowCount * MemoryLayout<Float>.size
        }
        return plan
    }

    /// Whether the whole encoder fits the memory, or two of its blocks at a time do; batches become smaller where that helps.
    ///
    /// - Throws: ``UserError`` when not even two blocks fit.
    static func weightsAreWhole(
        _ parts: EncoderPlan, _ directory: EncoderDirectory, layers: Int, items: Int, _ options: inout EncodingOptions
    ) throws -> Bool {
        guard let memory = options.memory else { return true }
        func working() -> Int {
            programBytes + batchBytes(parts, width: directory.family.width, options)
                + shardBytes(width: directory.family.width, layers: layers, items: items, options)
        }
        if parts.bytes + working() <= memory { return true }
        while parts.blockwiseBytes + working() > memory, options.batchTokens >= 512 { options.batchTokens /= 2 }
        let least = parts.blockwiseBytes + working()
        guard least <= memory else {
            throw UserError(
                "the encoder takes \(parts.bytes / 1_000_000) MB and, read block by block, at least "
                    + "\((least + 999_999) / 1_000_000) MB with its batches; \(memory / 1_000_000) MB may be used",
                at: directory.url.path, remedy: "Allow more memory, or compute in bfloat16.")
        }
        return false
    }

    /// What the program takes before it encodes, LibTorch above all.
    static let programBytes = 300_000_000

    /// The intermediate results of a batch: some values per token and width, and a few of the widest map.
    static func batchBytes(_ parts: EncoderPlan, width: Int, _ options: EncodingOptions) -> Int {
        options.batchTokens * (16 * width + 4 * parts.widest) * options.precision.dtype.size
    }

    static func shardBytes(width: Int, layers: Int, items: Int, _ options: EncodingOptions) -> Int {
        let row = layers * width
        let usual = HiddenStateStoreWriter.usualShardItems(rowBytes: row * options.storedType.size)
        return min(items, options.shardItems ?? usual) * row * MemoryLayout<Float>.size
    }

    /// Bytes of the token states of a shard's items, before and after a block, at most.
    func activationBytes(of shard: HiddenStateStoreWriter.PendingShard) -> Int {
        2 * inputCounts(of: shard).reduce(0, +) * input.tokensPerItem * identity.width * options.precision.dtype.size
    }
}
