import Torch

/// Two maps with an activation between them: Down(activation(Up(x))).
struct FeedForward: TokenMap {
    let up: Linear
    let down: Linear
    let activation: Activation

    func callAsFunction(_ states: Tensor) -> Tensor { down(activation(up(states))) }
}
