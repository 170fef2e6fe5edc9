import Torch

/// A factor per value of what a step adds (Touvron et al. 2021).
struct LayerScale: TokenMap {
    /// The factor [width].
    let weight: Tensor

    func callAsFunction(_ states: Tensor) -> Tensor { states * weight }
}
