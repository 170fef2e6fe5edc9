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

    /// Heads as one linear map each, W₂ W₁ [output, width] with the bias W₂ b₁ + b₂; with a map F [outputs, sum of outputs] after all of them
    /// each with its columns of F before it.
    ///
    /// Without an activation between them several maps are one: W₁ [width, width] is then multiplied once in a step, not by every item. All of
    /// it is float32, whatever precision is in effect: LibTorch's sums may follow the number of threads, which in bfloat16 would be seen.
    ///
    /// - Returns: the maps, and the biases [heads, outputs].
    static func joined(_ heads: [TowerHead], before fusion: Tensor?) -> (weights: [Tensor], biases: Tensor) {
        var start = 0
        let maps = heads.map { head in
            let columns = start..<(start + head.second.weight.size(0))
            start = columns.upperBound
            return withAutocast(to: nil, on: head.second.weight.device) {
                let map = fusion.map { $0.narrowed(1, columns) }
                let last = map.map { $0.matmul(head.second.weight) } ?? head.second.weight  // [outputs, middle]
                var bias = Tensor.zeros([last.size(0), 1], on: last.device)
                if let own = head.first.bias { bias = bias + last.matmul(own.unsqueezed(1)) }
                if let own = head.second.bias?.unsqueezed(1) { bias = bias + (map?.matmul(own) ?? own) }
                return (weight: last.matmul(head.first.weight), bias: bias.squeezed(1))
            }
        }
        return (maps.map(\.weight), .stacked(maps.map(\.bias), along: 0))
    }
}
