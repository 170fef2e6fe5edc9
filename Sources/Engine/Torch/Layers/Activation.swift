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
    public func callAsFunction(_ x: Tensor) -> Tensor {
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
