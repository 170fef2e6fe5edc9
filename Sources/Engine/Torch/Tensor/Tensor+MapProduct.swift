extension Tensor {
    private static let mapProductOperator = Operator("map_product", namespace: "iisan")

    /// The product of this small matrix of weights [outputs, depth] and a large one [depth, width]: float32 [outputs, width].
    ///
    /// The same as ``matmul(_:)``; where bfloat16 is in force on a processor the large matrix is rounded piece by piece where it is
    /// multiplied, and neither it nor the gradients go through memory in bfloat16.
    public func mapProduct(_ other: Tensor) -> Tensor { Self.mapProductOperator(.tensor(self), .tensor(other)) }
}
