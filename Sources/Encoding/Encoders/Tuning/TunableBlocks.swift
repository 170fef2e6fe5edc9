package import Torch

extension PreNormBlock: TunableBlock {
    func tuned(by tuning: some BlockTuning, block: Int, width: Int) throws -> PreNormBlock {
        var copy = self
        copy.mixer = try mixer.tuned(by: tuning, block: block, width: width)
        copy.mixerResult = MapChain.joining(try tuning.adapter("attention", block: block, width: width), mixerResult)
        copy.feedForwardResult = MapChain.joining(
            try tuning.adapter("feed_forward", block: block, width: width), feedForwardResult)
        return copy
    }
}

extension PostNormBlock: TunableBlock {
    func tuned(by tuning: some BlockTuning, block: Int, width: Int) throws -> PostNormBlock {
        var copy = self
        copy.mixer = try mixer.tuned(by: tuning, block: block, width: width)
        copy.mixerResult = try tuning.adapter("attention", block: block, width: width)
        copy.feedForwardResult = try tuning.adapter("feed_forward", block: block, width: width)
        return copy
    }
}

extension ConvolvedBlock: TunableBlock {
    func tuned(by tuning: some BlockTuning, block: Int, width: Int) throws -> ConvolvedBlock {
        var copy = self
        copy.block = try self.block.tuned(by: tuning, block: block, width: width)
        return copy
    }
}

extension Attention {
    func tuned(by tuning: some BlockTuning, block: Int, width: Int) throws -> Attention {
        var copy = self
        copy.query = try query.tuned("query", by: tuning, block: block)
        copy.value = try value.tuned("value", by: tuning, block: block)
        return copy
    }
}

extension DisentangledAttention {
    /// Distances that go through the query map of the contents get what is added to it, too.
    func tuned(by tuning: some BlockTuning, block: Int, width: Int) throws -> DisentangledAttention {
        var copy = self
        copy.query = try query.tuned("query", by: tuning, block: block)
        copy.value = try value.tuned("value", by: tuning, block: block)
        if sharesMaps, distanceQuery != nil { copy.distanceQuery = copy.query }
        return copy
    }
}

extension Linear {
    fileprivate func tuned(_ map: String, by tuning: some BlockTuning, block: Int) throws -> Linear {
        var copy = self
        copy.lowRank = try tuning.lowRank(map, block: block, inputs: weight.size(1), outputs: weight.size(0))
        return copy
    }
}

/// What fine-tuning adds to the blocks of a frozen encoder: asked for block by block, at the places where methods add something.
package protocol BlockTuning {
    /// What is added to a map of attention; nil for nothing.
    ///
    /// - Parameters:
    ///   - map: `query` or `value`.
    ///   - block: the block's number, from 0.
    func lowRank(_ map: String, block: Int, inputs: Int, outputs: Int) throws -> LowRank?

    /// The map after a step's last map, before the step's result is added to its input; nil for none.
    ///
    /// - Parameters:
    ///   - step: `attention` or `feed_forward`.
    ///   - block: the block's number, from 0.
    ///   - width: of the token states.
    func adapter(_ step: String, block: Int, width: Int) throws -> (any TokenMap)?
}

/// A block that fine-tuning can add to.
protocol TunableBlock: EncoderPart {
    /// The same block with what is added.
    func tuned(by tuning: some BlockTuning, block: Int, width: Int) throws -> Self
}

extension PretrainedEncoder {
    /// Adds to every block what a method of fine-tuning asks for.
    ///
    /// - Throws: what making the additions throws.
    package func tune(by tuning: some BlockTuning) throws {
        blocks = try blocks.enumerated().map { index, block in
            guard let block = block as? any TunableBlock else { preconditionFailure("block \(index) cannot be tuned") }
            return try block.tuned(by: tuning, block: index, width: family.width)
        }
    }
}

/// One map after another.
struct MapChain: TokenMap {
    let first: any TokenMap
    let second: any TokenMap

    func callAsFunction(_ states: Tensor) -> Tensor { second(first(states)) }

    /// An adapter before what a block has at its place; nil where there is neither.
    static func joining(_ adapter: (any TokenMap)?, _ present: (any TokenMap)?) -> (any TokenMap)? {
        guard let adapter else { return present }
        return present.map { MapChain(first: adapter, second: $0) } ?? adapter
    }
}
