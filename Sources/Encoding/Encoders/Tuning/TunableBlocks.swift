import Torch

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
