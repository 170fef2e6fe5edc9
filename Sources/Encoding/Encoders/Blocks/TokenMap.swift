import Torch

/// A map of each token's state by itself: [items, tokens, width] to [items, tokens, width].
public protocol TokenMap {
    /// Maps token states.
    func callAsFunction(_ states: Tensor) -> Tensor
}

extension LayerNorm: TokenMap {}
extension Linear: TokenMap {}
extension RMSNorm: TokenMap {}
