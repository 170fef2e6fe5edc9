/// What LoRA adds to a linear map (Hu et al. 2022): (α / r) B A x.
///
/// A starts uniform and B at zero, so that a fresh addition adds nothing.
public struct LowRank {
    /// A [rank, inputs].
    public let down: Tensor
    /// B [outputs, rank].
    public let up: Tensor
    /// α / r.
    public let factor: Double

    /// Asks for `down` and `up`.
    ///
    /// - Throws: ``UserError`` as ``Parameters`` does.
    public init(_ parameters: Parameters, inputs: Int, outputs: Int, rank: Int, alpha: Double) throws {
        down = try parameters("down", [rank, inputs], .uniform(inputs: inputs))
        up = try parameters("up", [outputs, rank], .zeros)
        factor = alpha / Double(rank)
    }

    /// What is added for inputs [.., inputs]: [.., outputs].
    public func callAsFunction(_ x: Tensor) -> Tensor { (x.linear(down) * factor).linear(up) }
}
