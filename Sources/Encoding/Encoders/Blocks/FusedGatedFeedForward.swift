import Torch

/// ``GatedFeedForward`` of a checkpoint that keeps Gate and Up as one map, Gate first.
struct FusedGatedFeedForward: TokenMap {
    /// Gate and Up: width to twice the width between.
    let both: Linear
    let down: Linear
    let activation: Activation

    func callAsFunction(_ states: Tensor) -> Tensor {
        let mapped = both(states)
        let half = mapped.size(2) / 2
        return down(activation(mapped.narrowed(2, 0..<half)) * mapped.narrowed(2, half..<(2 * half)))
    }
}
