package import Torch

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

/// A map of each token's state by itself: [items, tokens, width] to [items, tokens, width].
package protocol TokenMap {
    /// Maps token states.
    func callAsFunction(_ states: Tensor) -> Tensor
}

extension LayerNorm: TokenMap {}
extension Linear: TokenMap {}
extension RMSNorm: TokenMap {}

/// Two maps with an activation between them: Down(norm(activation(Up(x)))).
struct FeedForward: TokenMap {
    let up: Linear
    let down: Linear
    let activation: Activation
    /// A norm before the last map; most families have none.
    var norm: (any TokenMap)?

    func callAsFunction(_ states: Tensor) -> Tensor {
        let active = activation(up(states))
        return down(norm?(active) ?? active)
    }
}

/// The gated form (Shazeer 2020): Down(norm(activation(Gate(x)) · Up(x))); with SiLU it is called SwiGLU.
struct GatedFeedForward: TokenMap {
    let gate: Linear
    let up: Linear
    let down: Linear
    let activation: Activation
    /// A norm before the last map; most families have none.
    var norm: (any TokenMap)?

    func callAsFunction(_ states: Tensor) -> Tensor {
        let gated = activation(gate(states)) * up(states)
        return down(norm?(gated) ?? gated)
    }
}

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

/// A feed-forward of several experts, of which each token uses the few that a router likes best (Shazeer et al. 2017).
///
/// A token's result is the mean of its experts' results, weighted by the router's softmax over those chosen.
struct MixtureOfExperts: TokenMap {
    let router: Linear
    let experts: [GatedFeedForward]
    /// How many experts a token uses.
    let chosen: Int

    func callAsFunction(_ states: Tensor) -> Tensor {
        let rows = states.reshaped([-1, states.size(-1)])  // [rows, width]
        let likings = router(rows).to(.float32).softmax()  // [rows, experts]
        let best = likings.largest(chosen)  // [rows, chosen]
        let weights = best.values / best.values.sum(along: 1, keeping: true)
        let result = Tensor.zeros(rows.shape, dtype: rows.dtype, on: rows.device)
        for (index, expert) in experts.enumerated() {
            let places = (best.indices .== Double(index)).places()  // [uses, 2]: row and rank of the choice
            if places.size(0) == 0 { continue }
            let (users, ranks) = (places.selected(1, 0), places.selected(1, 1))
            let share = weights.at([users, ranks]).unsqueezed(1)
            result.add((expert(rows.selecting(users)) * share).to(rows.dtype), to: users)
        }
        return result.reshaped(states.shape)
    }
}
