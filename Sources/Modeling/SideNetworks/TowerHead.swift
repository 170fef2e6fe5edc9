import Torch

/// The two linear maps from a tower's last output to its part of the item vector, without an activation between them.
struct TowerHead {
    private let first: Linear
    private let second: Linear

    /// Asks for `head.0` [middle, width] and `head.1` [output, middle].
    init(_ parameters: Parameters, width: Int, middle: Int, output: Int) throws {
        first = try Linear(parameters.scoped("head", 0), width, middle)
        second = try Linear(parameters.scoped("head", 1), middle, output)
    }

    func callAsFunction(_ x: Tensor) -> Tensor { second(first(x)) }

    /// The head as one linear map, W₂ W₁ [output, width] with W₂ b₁ + b₂; or the head and a map F [outputs, output] after it.
    ///
    /// Without an activation between them several maps are one: W₁ [width, width] is then multiplied once in a step, not by every item.
    func joined(before map: Tensor?) -> (weight: Tensor, bias: Tensor) {
        let (last, bias) = withAutocast(to: nil, on: second.weight.device) {
            let last = map.map { $0.matmul(second.weight) } ?? second.weight  // [outputs, middle]
            var bias = Tensor.zeros([last.size(0), 1], on: last.device)
            if let own = first.bias { bias = bias + last.matmul(own.unsqueezed(1)) }
            if let own = second.bias?.unsqueezed(1) { bias = bias + (map?.matmul(own) ?? own) }
            return (last, bias.squeezed(1))
        }
        return (last.mapProduct(first.weight), bias)
    }
}
