/// A linear map: y = x Wᵀ + b.
public struct Linear {
    /// W [outputs, inputs].
    package let weight: Tensor
    /// b [outputs]; nil for a map without one.
    package let bias: Tensor?
    /// What LoRA adds to the map; nil for nothing.
    package var lowRank: LowRank?

    /// Asks for `weight` and, unless `bias` is false, `bias`.
    ///
    /// - Parameters:
    ///   - weight: how a fresh weight is drawn; by default as PyTorch does.
    ///   - bias: whether there is a bias.
    ///   - biasInitializer: how a fresh bias is drawn; by default as PyTorch does.
    /// - Throws: ``UserError`` as ``Parameters`` does.
    public init(
        _ parameters: Parameters, _ inputs: Int, _ outputs: Int, weight: Initializer? = nil, bias: Bool = true,
        biasInitializer: Initializer? = nil
    ) throws {
        let standard = Initializer.uniform(inputs: inputs)
        self.weight = try parameters("weight", [outputs, inputs], weight ?? standard, decays: true)
        self.bias = bias ? try parameters("bias", [outputs], biasInitializer ?? standard) : nil
    }

    /// Takes the map's tensors: W [outputs, inputs] and b [outputs].
    package init(weight: Tensor, bias: Tensor?) {
        self.weight = weight
        self.bias = bias
    }

    /// Maps the last dimension: [.., inputs] to [.., outputs].
    public func callAsFunction(_ x: Tensor) -> Tensor {
        let y = x.linear(weight, bias)
        return lowRank.map { y + $0(x) } ?? y
    }
}

/// What LoRA adds to a linear map (Hu et al. 2022): (α / r) B A x.
///
/// A starts uniform and B at zero, so that a fresh addition adds nothing.
package struct LowRank {
    /// A [rank, inputs].
    package let down: Tensor
    /// B [outputs, rank].
    package let up: Tensor
    /// α / r.
    package let factor: Double

    /// Asks for `down` and `up`.
    ///
    /// - Throws: ``UserError`` as ``Parameters`` does.
    package init(_ parameters: Parameters, inputs: Int, outputs: Int, rank: Int, alpha: Double) throws {
        down = try parameters("down", [rank, inputs], .uniform(inputs: inputs), decays: true)
        up = try parameters("up", [outputs, rank], .zeros, decays: true)
        factor = alpha / Double(rank)
    }

    /// What is added for inputs [.., inputs]: [.., outputs].
    package func callAsFunction(_ x: Tensor) -> Tensor { (x.linear(down) * factor).linear(up) }
}

/// A table of vectors, looked up by index.
package struct Embedding {
    /// The table [entries, width].
    package let weight: Tensor

    /// Asks for `weight`.
    ///
    /// - Throws: ``UserError`` as ``Parameters`` does.
    package init(_ parameters: Parameters, _ entries: Int, _ width: Int, _ initializer: Initializer = .normal(1)) throws {
        weight = try parameters("weight", [entries, width], initializer)
    }

    /// The vectors of indices (`int64`): [..] to [.., width].
    package func callAsFunction(_ indices: Tensor) -> Tensor { weight.embedding(indices) }
}

/// Layer normalisation: (x - mean) / sqrt(variance + epsilon) · weight + bias over the last dimension.
package struct LayerNorm {
    /// The factor [width], ones when fresh.
    package let weight: Tensor
    /// The summand [width], zeros when fresh.
    package let bias: Tensor
    /// What keeps the root from zero.
    package let epsilon: Double

    /// Asks for `weight` and `bias`, or for `gamma` and `beta` where an older checkpoint calls them so.
    ///
    /// - Throws: ``UserError`` as ``Parameters`` does.
    package init(_ parameters: Parameters, _ width: Int, epsilon: Double) throws {
        let isOlder = !parameters.has("weight") && parameters.has("gamma")
        weight = try parameters(isOlder ? "gamma" : "weight", [width], .ones)
        bias = try parameters(isOlder ? "beta" : "bias", [width], .zeros)
        self.epsilon = epsilon
    }

    /// Normalises the last dimension.
    package func callAsFunction(_ x: Tensor) -> Tensor { x.layerNorm(weight, bias, epsilon: epsilon) }
}

/// A function between two linear maps, by the names that settings and checkpoints use.
public enum Activation: String, Sendable, Codable, CaseIterable {
    case relu
    /// x Φ(x).
    case gelu
    /// The tanh form of GELU.
    case geluTanh = "gelu_pytorch_tanh"
    /// The tanh form of GELU, by its older name.
    case geluNew = "gelu_new"
    /// x sigmoid(1.702 x), the form of CLIP.
    case quickGELU = "quick_gelu"
    /// x sigmoid(x).
    case silu
    case tanh

    /// Applies the function to each element.
    package func callAsFunction(_ x: Tensor) -> Tensor {
        switch self {
        case .relu: x.relu()
        case .gelu: x.gelu()
        case .geluTanh, .geluNew: x.gelu(approximate: true)
        case .quickGELU: x * (x * 1.702).sigmoid()
        case .silu: x.silu()
        case .tanh: x.tanh()
        }
    }
}

/// How a fresh parameter is filled.
public enum Initializer: Sendable {
    case zeros
    case ones
    /// This number everywhere.
    case constant(Double)
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
        case .constant(let value): return .full(shape, value)
        case .normal(let deviation): return .randomNormal(shape) * deviation
        case .xavierNormal:
            precondition(shape.count == 2, "Xavier's form needs [outputs, inputs], not \(shape)")
            return .randomNormal(shape) * (2 / Double(shape[0] + shape[1])).squareRoot()
        case .uniform(let inputs):
            return (.randomUniform(shape) * 2 - 1) / Double(inputs).squareRoot()
        }
    }
}
