import Torch

/// What a tower adds to the item vectors: the result of a chain, which is computed together with those of other towers, or a tensor.
enum TowerOutput {
    case chain(BottleneckChain.Reading, bias: Tensor)
    case tensor(Tensor)

    /// The sum of some outputs: [items, output].
    static func sum(_ outputs: [TowerOutput]) -> Tensor {
        var parts: [Tensor] = []
        var readings: [BottleneckChain.Reading] = []
        for output in outputs {
            switch output {
            case .chain(let reading, let bias):
                readings.append(reading)
                parts.append(bias)
            case .tensor(let tensor): parts.append(tensor)
            }
        }
        let rest = parts.dropFirst().reduce(parts[0], +)
        return readings.isEmpty ? rest : BottleneckChain.sum(readings) + rest
    }
}
