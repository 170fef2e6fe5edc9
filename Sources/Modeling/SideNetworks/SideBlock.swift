import Foundation
package import Torch

/// The side adapted network block: SANB(x) = x + U s(D x + b) + c (IISAN, section 3).
///
/// D and U start at N(0, 0.01²), b and c at 0, so that a fresh block nearly passes its input on.
package struct SideBlock {
    private let down: Linear
    private let up: Linear
    private let activation: Activation

    /// Asks for `down` [bottleneck, width] and `up` [width, bottleneck] with their biases.
    package init(_ parameters: Parameters, width: Int, bottleneck: Int, activation: Activation) throws {
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

    /// The block's output [..., width] for states [..., width].
    package func callAsFunction(_ x: Tensor) -> Tensor { x + up(activation(down(x))) }
}

/// One gate per block of a tower: g = sigmoid(θ / 0.1), with θ from 0, so that a fresh gate mixes half and half.
///
/// The gate that merges the n-th of several inputs into the others starts at (n - 1) / n: a fresh tower takes in all of them equally.
struct Gates {
    /// θ [blocks].
    let theta: Tensor

    /// What θ is divided by.
    static let temperature = 0.1

    /// Asks for `gates` [blocks].
    ///
    /// - Parameter inputs: how many inputs are mixed with the one that they stand for.
    init(_ parameters: Parameters, count: Int, merging inputs: Int = 2) throws {
        let start = Self.temperature * log(Double(inputs - 1))
        theta = try parameters("gates", [count], inputs == 2 ? .zeros : .constant(start))
    }

    /// All gates: [blocks], each in (0, 1).
    func values() -> Tensor { (theta / Self.temperature).sigmoid() }
}

extension BottleneckChain {
    /// The blocks and gates of a tower as one operation.
    static func joining(_ blocks: [SideBlock], _ gates: Gates?, _ activation: Activation) -> BottleneckChain {
        BottleneckChain(
            blocks.compactMap(\.link), gates: gates?.theta, temperature: Gates.temperature, activation: activation)
    }
}

/// What a tower adds to the item vectors: the result of a chain, which is computed together with those of other towers, or a tensor.
enum TowerOutput {
    case chain(BottleneckChain.Reading)
    case tensor(Tensor)

    /// The sum of some outputs [items, outputs] and a bias [outputs].
    static func sum(_ outputs: [TowerOutput], bias: Tensor) -> Tensor {
        var sum = bias
        var readings: [BottleneckChain.Reading] = []
        for output in outputs {
            switch output {
            case .chain(let reading): readings.append(reading)
            case .tensor(let tensor): sum = tensor + sum
            }
        }
        return readings.isEmpty ? sum : BottleneckChain.sum(readings) + sum
    }
}
