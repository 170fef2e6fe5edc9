/// Layer normalisation: (x - mean) / sqrt(variance + epsilon) · weight + bias over the last dimension.
public struct LayerNorm {
    /// The factor [width], ones when fresh.
    public let weight: Tensor
    /// The summand [width], zeros when fresh.
    public let bias: Tensor
    /// What keeps the root from zero.
    public let epsilon: Double

    /// Asks for `weight` and `bias`, or for `gamma` and `beta` where an older checkpoint calls them so.
    ///
    /// - Throws: ``UserError`` as ``Parameters`` does.
    public init(_ parameters: Parameters, _ width: Int, epsilon: Double) throws {
        let isOlder = !parameters.has("weight") && parameters.has("gamma")
        weight = try parameters(isOlder ? "gamma" : "weight", [width], .ones)
        bias = try parameters(isOlder ? "beta" : "bias", [width], .zeros)
        self.epsilon = epsilon
    }

    /// Normalises the last dimension.
    public func callAsFunction(_ x: Tensor) -> Tensor { x.layerNorm(weight, bias, epsilon: epsilon) }
}
