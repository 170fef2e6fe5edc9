import Torch

/// What attention adds to its logits by the positions of the two tokens.
protocol PositionBias {
    /// The summands [1, heads, tokens, tokens].
    func callAsFunction(tokens: Int) -> Tensor
}
