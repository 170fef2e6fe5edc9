/// A linear map: y = x Wᵀ + b.
public struct Linear {
    /// W [outputs, inputs].
    public let weight: Tensor
    /// b [outputs]; nil for a map without one.
    public let bias: Tensor?
    /// What LoRA adds to the map; nil for nothing.
    public var lowRank: LowRank?

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
        self.weight = try parameters("weight", [outputs, inputs], weight ?? standard)
        self.bias = bias ? try parameters("bias", [outputs], biasInitializer ?? standard) : nil
    }

    /// Takes the map's tensors: W [outputs, inputs] and b [outputs].
    public init(weight: Tensor, bias: Tensor?) {
        self.weight = weight
        self.bias = bias
    }

    /// Maps the last dimension: [.., inputs] to [.., outputs].
    public func callAsFunction(_ x: Tensor) -> Tensor {
        let y = x.linear(weight, bias)
        return lowRank.map { y + $0(x) } ?? y
    }
}
