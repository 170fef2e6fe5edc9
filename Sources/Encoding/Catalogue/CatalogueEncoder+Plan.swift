import Encoders
import HiddenStates
import Torch

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
            inputBytes: Self.inputBytes(input),
            batchBytes: Self.batchBytes(identity, options),
            shardBytes: Self.shardBytes(identity, options, items: items.count),
            // Half of the rate is what an encoder of usual size reaches.
            seconds: operations / (0.5 * MatrixRate.measure(dtype, on: options.device)))
        if case .blocks = weights {
            plan.weightBytes = parts.blockwiseBytes
            plan.readBytes = parts.parts.reduce(0) { $0 + $1.storedBytes }
            plan.spillBytes = 2 * tokens * identity.width * dtype.size + items.count * rowCount * MemoryLayout<Float>.size
        }
        return plan
    }

    /// Bytes of memory beside the weights.
    static func workingBytes(
        _ identity: StoreIdentity, _ input: any CatalogueInput, _ options: EncodingOptions, items: Int
    ) -> Int {
        inputBytes(input) + batchBytes(identity, options) + shardBytes(identity, options, items: items)
    }

    private static func inputBytes(_ input: any CatalogueInput) -> Int { (input.batchesAhead + 2) * input.batchBytes }

    private static func batchBytes(_ identity: StoreIdentity, _ options: EncodingOptions) -> Int {
        16 * options.batchTokens * identity.width * options.precision.dtype.size
    }

    private static func shardBytes(_ identity: StoreIdentity, _ options: EncodingOptions, items: Int) -> Int {
        let shardItems = min(items, options.shardItems ?? HiddenStateStoreWriter.usualShardItems(of: identity))
        return shardItems * identity.layers.count * identity.width * MemoryLayout<Float>.size
    }

    /// Bytes of the token states of some items, before and after a block, at most.
    func activationBytes(items: Int) -> Int {
        2 * items * input.tokensPerItem * identity.width * options.precision.dtype.size
    }
}
