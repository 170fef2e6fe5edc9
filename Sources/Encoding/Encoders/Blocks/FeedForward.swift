import Torch

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
