import Torch

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
