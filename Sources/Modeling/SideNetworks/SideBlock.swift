import Torch

/// The side adapted network block: SANB(x) = x + U s(D x + b) + c (IISAN, section 3).
///
/// D and U start at N(0, 0.01²), b and c at 0, so that a fresh block nearly passes its input on.
struct SideBlock {
    private let down: Linear
    private let up: Linear
    private let activation: Activation

    /// Asks for `down` [bottleneck, width] and `up` [width, bottleneck] with their biases.
    init(_ parameters: Parameters, width: Int, bottleneck: Int, activation: Activation) throws {
        let start = Initializer.normal(0.01)
        down = try Linear(parameters.scoped("down"), width, bottleneck, weight: start, biasInitializer: .zeros)
        up = try Linear(parameters.scoped("up"), bottleneck, width, weight: start, biasInitializer: .zeros)
        self.activation = activation
    }

    /// The block as a part of a chain.
    var link: BottleneckChain.Block? {
        guard let downBias = down.bias, let upBias = up.bias else { return nil }
        return BottleneckChain.Block(
            downWeight: down.weight, downBias: downBias, upWeight: up.weight, upBias: upBias)
    }

    func callAsFunction(_ x: Tensor) -> Tensor { x + up(activation(down(x))) }
}
