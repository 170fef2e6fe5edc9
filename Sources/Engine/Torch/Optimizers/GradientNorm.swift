/// The length of all gradients together.
package enum GradientNorm {
    private static let normsOperator = Operator("_foreach_norm", "Scalar")
    private static let normOperator = Operator("linalg_vector_norm")
    private static let atMostOperator = Operator("clamp_max")
    private static let multiplyAllOperator = Operator("_foreach_mul_", "Tensor")

    /// Makes gradients shorter in place, all by one factor, where together they are longer than a bound, as PyTorch's `clip_grad_norm_`
    /// does.
    ///
    /// g *= min(1, bound / (‖all g‖₂ + 1e-6)). Nothing is read from the device; a gradient that is not finite makes all of them so.
    ///
    /// - Parameter gradients: all on one device.
    /// - Returns: the norm before, a scalar; nil of no gradients.
    @discardableResult
    package static func clip(_ gradients: [Tensor], to bound: Double) -> Tensor? {
        guard !gradients.isEmpty else { return nil }
        return withoutGradients {
            let norms = normsOperator.all(.tensors(gradients), .double(2), capacity: gradients.count).compactMap { $0 }
            let norm = normOperator(.tensor(.stacked(norms)))
            let factor = atMostOperator(.tensor(Tensor(Float(bound), on: norm.device) / (norm + 1e-6)), .double(1))
            multiplyAllOperator.run(.tensors(gradients), .tensor(factor))
            return norm
        }
    }
}
