import Torch

/// The step of a block in which tokens see each other.
protocol TokenMixer {
    /// Lets tokens look at all tokens of their item.
    ///
    /// - Parameters:
    ///   - states: [items, tokens, width].
    ///   - count: how many of the first tokens are wanted; nil: all.
    /// - Returns: [items, count, width].
    func callAsFunction(_ states: Tensor, first count: Int?, dropout: EncoderDropout) -> Tensor

    /// The same step with what fine-tuning adds to its maps.
    func tuned(by tuning: some BlockTuning, block: Int, width: Int) throws -> Self
}
