import Torch

/// Turns each head's queries and keys by angles that grow with their token's position (Su et al. 2021).
protocol Rotation {
    /// Turns [items, heads, tokens, headWidth], the tokens from position 0 on.
    func callAsFunction(_ heads: Tensor) -> Tensor
}
