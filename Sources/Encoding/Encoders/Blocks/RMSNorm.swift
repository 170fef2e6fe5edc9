import Torch

/// Root mean square normalisation (Zhang and Sennrich 2019): x / sqrt(mean(x²) + epsilon) · weight over the last dimension.
///
/// The root is taken in float32 whatever the type of x.
struct RMSNorm {
    /// The factor [width], less 1 where `isOffset`.
    let weight: Tensor
    let isOffset: Bool
    /// What keeps the root from zero.
    let epsilon: Double

    /// Asks for `weight`.
    ///
    /// - Parameter isOffset: whether the checkpoint holds the factor less 1, as Gemma's do.
    /// - Throws: ``UserError`` as ``Parameters`` does.
    init(_ parameters: Parameters, _ width: Int, epsilon: Double, isOffset: Bool = false) throws {
        weight = try parameters("weight", [width], isOffset ? .zeros : .ones)
        self.isOffset = isOffset
        self.epsilon = epsilon
    }

    func callAsFunction(_ states: Tensor) -> Tensor {
        let exact = states.to(.float32)
        let normal = exact * ((exact * exact).mean(along: -1, keeping: true) + epsilon).reciprocalRoot()
        // The families' own code multiplies in these types.
        return isOffset ? (normal * (weight.to(.float32) + 1)).to(states.dtype) : normal.to(states.dtype) * weight
    }
}

extension RMSNorm: EncoderPart {
    func callAsFunction(_ input: Tensor, dropout: EncoderDropout) -> Tensor { self(input) }
}
