/// How a fresh parameter is filled.
public enum Initializer: Sendable {
    case zeros
    case ones
    /// Normal with mean 0 and this standard deviation.
    case normal(Double)
    /// Normal with mean 0 and standard deviation sqrt(2 / (inputs + outputs)) (Glorot and Bengio 2010).
    case xavierNormal
    /// Uniform within ±1 / sqrt(inputs): PyTorch's own for linear layers, weight and bias alike.
    case uniform(inputs: Int)

    /// A tensor of the shape, drawn from the processor's random state, so that a seed gives the same on every device.
    func fill(_ shape: [Int]) -> Tensor {
        switch self {
        case .zeros: return .zeros(shape)
        case .ones: return .ones(shape)
        case .normal(let deviation): return .randomNormal(shape) * deviation
        case .xavierNormal:
            precondition(shape.count == 2, "Xavier's form needs [outputs, inputs], not \(shape)")
            return .randomNormal(shape) * (2 / Double(shape[0] + shape[1])).squareRoot()
        case .uniform(let inputs):
            return (.randomUniform(shape) * 2 - 1) / Double(inputs).squareRoot()
        }
    }
}
