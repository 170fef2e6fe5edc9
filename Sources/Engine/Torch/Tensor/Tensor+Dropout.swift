extension Tensor {
    private static let dropoutOperator = Operator("dropout")
    private static let fastDropoutOperator = Operator("fast_dropout", namespace: "iisan")

    /// Zeroes elements with a probability and scales the others by 1 / (1 - probability).
    public func dropout(_ probability: Double) -> Tensor {
        Self.dropoutOperator(.tensor(self), .double(probability), .bool(true))
    }

    /// The same in a fraction of the time, for float32 on the processor: the random state gives one seed, from which the fate of every
    /// element follows.
    public func fastDropout(_ probability: Double) -> Tensor {
        guard device == .cpu, dtype == .float32 else { return dropout(probability) }
        return Self.fastDropoutOperator(.tensor(self), .double(probability))
    }
}
