/// Linear maps in a row without an activation between them, multiplied out: for heads y = W₂ (W₁ x + b₁) + b₂, and a map F after them, the
/// maps F W₂ W₁ and the biases F (W₂ b₁ + b₂).
///
/// Each head has its own columns of F. The large product with W₁ is bfloat16 where that is in force, with sums and results in float32; all
/// else is float32.
public enum JoinedMaps {
    private static let joinedMapsOperator = Operator("joined_maps", namespace: "iisan")

    /// Multiplies out heads on the processor.
    ///
    /// - Parameters:
    ///   - fusion: F [outputs, sum of the heads' outputs]; nil for heads alone.
    ///   - heads: `first` W₁ [middle, width] and `second` W₂ [columns, middle], with biases, float32.
    /// - Returns: the map of each head [outputs, width], and all biases [heads, outputs].
    public static func of(
        _ heads: [(first: (weight: Tensor, bias: Tensor), second: (weight: Tensor, bias: Tensor))], before fusion: Tensor?
    ) -> (weights: [Tensor], biases: Tensor) {
        let results = joinedMapsOperator.all(
            .tensor(fusion), .tensors(heads.map(\.second.weight)), .tensors(heads.map(\.second.bias)),
            .tensors(heads.map(\.first.weight)), .tensors(heads.map(\.first.bias)), capacity: heads.count + 1
        ).compactMap { $0 }
        return (Array(results.prefix(heads.count)), results.last ?? Tensor.missing())
    }
}
