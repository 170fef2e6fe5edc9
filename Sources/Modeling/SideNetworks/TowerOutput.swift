import Torch

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
