extension Tensor {
    private static let sumAllOperator = Operator("sum")
    private static let sumOperator = Operator("sum", "dim_IntList")
    private static let meanAllOperator = Operator("mean")
    private static let meanOperator = Operator("mean", "dim")
    private static let maximumAllOperator = Operator("max")
    private static let softmaxOperator = Operator("softmax", "int")
    private static let plainSoftmaxOperator = Operator("_softmax")
    private static let logSoftmaxOperator = Operator("log_softmax", "int")
    private static let logSumExpOperator = Operator("logsumexp")
    private static let logAddExpOperator = Operator("logaddexp")
    private static let runningSumOperator = Operator("cumsum")
    private static let allOperator = Operator("all")

    /// The sum of all elements.
    public func sum() -> Tensor { Self.sumAllOperator(.tensor(self)) }
    /// The sum along a dimension.
    public func sum(along dimension: Int, keeping: Bool = false) -> Tensor {
        Self.sumOperator(.tensor(self), .ints([dimension]), .bool(keeping))
    }
    /// The mean of all elements.
    public func mean() -> Tensor { Self.meanAllOperator(.tensor(self)) }
    /// The mean along a dimension.
    public func mean(along dimension: Int, keeping: Bool = false) -> Tensor {
        Self.meanOperator(.tensor(self), .ints([dimension]), .bool(keeping))
    }
    /// The largest of all elements.
    public func maximum() -> Tensor { Self.maximumAllOperator(.tensor(self)) }
    /// exp(x) / sum(exp(x)) along a dimension.
    public func softmax(along dimension: Int = -1) -> Tensor { Self.softmaxOperator(.tensor(self), .int(dimension)) }
    /// The softmax along the last dimension in the tensor's own type, also where automatic mixed precision would widen it.
    public func softmaxOfSameType() -> Tensor { Self.plainSoftmaxOperator(.tensor(self), .int(-1), .bool(false)) }
    /// The logarithm of the softmax along a dimension.
    public func logSoftmax(along dimension: Int = -1) -> Tensor { Self.logSoftmaxOperator(.tensor(self), .int(dimension)) }
    /// log(sum(exp(x))) along a dimension.
    public func logSumExp(along dimension: Int) -> Tensor { Self.logSumExpOperator(.tensor(self), .ints([dimension])) }
    /// log(exp(x) + exp(y)), element by element.
    public func logAddExp(_ other: Tensor) -> Tensor { Self.logAddExpOperator(.tensor(self), .tensor(other)) }
    /// The sums of the first elements along a dimension, each with its own.
    public func runningSum(along dimension: Int) -> Tensor { Self.runningSumOperator(.tensor(self), .int(dimension)) }
    /// Whether every element, as a truth, is true.
    public func allTrue() -> Tensor { Self.allOperator(.tensor(self)) }
}
