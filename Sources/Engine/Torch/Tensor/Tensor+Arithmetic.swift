extension Tensor {
    private static let addOperator = Operator("add", "Tensor")
    private static let subtractOperator = Operator("sub", "Tensor")
    private static let multiplyOperator = Operator("mul", "Tensor")
    private static let divideOperator = Operator("div", "Tensor")
    private static let addScalarOperator = Operator("add", "Scalar")
    private static let multiplyScalarOperator = Operator("mul", "Scalar")
    private static let addInPlaceOperator = Operator("add_", "Tensor")
    private static let multiplyInPlaceOperator = Operator("mul_", "Scalar")
    private static let negativeOperator = Operator("neg")
    private static let matmulOperator = Operator("matmul")
    private static let batchProductOperator = Operator("bmm")
    private static let addBatchProductOperator = Operator("baddbmm")
    private static let addProductOperator = Operator("addmm")
    private static let exponentialOperator = Operator("exp")
    private static let logarithmOperator = Operator("log")
    private static let sigmoidOperator = Operator("sigmoid")
    private static let tanhOperator = Operator("tanh")
    private static let squareRootOperator = Operator("sqrt")
    private static let reciprocalRootOperator = Operator("rsqrt")
    private static let cosineOperator = Operator("cos")
    private static let sineOperator = Operator("sin")
    private static let absoluteOperator = Operator("abs")
    private static let signOperator = Operator("sign")
    private static let ceilingOperator = Operator("ceil")
    private static let clampOperator = Operator("clamp")
    private static let clampBelowOperator = Operator("clamp_min")
    private static let lessOperator = Operator("lt", "Tensor")
    private static let greaterOperator = Operator("gt", "Tensor")
    private static let atLeastOperator = Operator("ge", "Tensor")
    private static let greaterScalarOperator = Operator("gt", "Scalar")
    private static let equalOperator = Operator("eq", "Tensor")
    private static let equalScalarOperator = Operator("eq", "Scalar")
    private static let notOperator = Operator("logical_not")
    private static let andOperator = Operator("logical_and")
    private static let orOperator = Operator("logical_or")
    private static let isFiniteOperator = Operator("isfinite")

    /// Sum, element by element; shapes are broadcast.
    package static func + (a: Tensor, b: Tensor) -> Tensor { addOperator(.tensor(a), .tensor(b)) }
    /// Difference, element by element; shapes are broadcast.
    package static func - (a: Tensor, b: Tensor) -> Tensor { subtractOperator(.tensor(a), .tensor(b)) }
    /// Product, element by element; shapes are broadcast.
    public static func * (a: Tensor, b: Tensor) -> Tensor { multiplyOperator(.tensor(a), .tensor(b)) }
    /// Quotient, element by element; shapes are broadcast.
    package static func / (a: Tensor, b: Tensor) -> Tensor { divideOperator(.tensor(a), .tensor(b)) }
    /// Sum with a number.
    package static func + (a: Tensor, b: Double) -> Tensor { addScalarOperator(.tensor(a), .double(b)) }
    /// Difference to a number.
    package static func - (a: Tensor, b: Double) -> Tensor { addScalarOperator(.tensor(a), .double(-b)) }
    /// A number less the tensor.
    package static func - (a: Double, b: Tensor) -> Tensor { -b + a }
    /// Product with a number.
    package static func * (a: Tensor, b: Double) -> Tensor { multiplyScalarOperator(.tensor(a), .double(b)) }
    /// Quotient by a number.
    package static func / (a: Tensor, b: Double) -> Tensor { multiplyScalarOperator(.tensor(a), .double(1 / b)) }
    /// The negative.
    package static prefix func - (a: Tensor) -> Tensor { negativeOperator(.tensor(a)) }

    /// Adds another tensor in place.
    package func add(_ other: Tensor) { Self.addInPlaceOperator.run(.tensor(self), .tensor(other)) }
    /// Multiplies by a number in place.
    package func multiply(_ factor: Double) { Self.multiplyInPlaceOperator.run(.tensor(self), .double(factor)) }

    /// Matrix product over the last two dimensions; the others are broadcast.
    package func matmul(_ other: Tensor) -> Tensor { Self.matmulOperator(.tensor(self), .tensor(other)) }

    /// The matrix products of two batches [batch, rows, inner] and [batch, inner, columns].
    package func batchProduct(_ other: Tensor) -> Tensor { Self.batchProductOperator(.tensor(self), .tensor(other)) }

    /// This tensor, broadcast, plus a factor times the matrix products of two batches.
    package func addingProduct(_ a: Tensor, _ b: Tensor, scale: Double) -> Tensor {
        Self.addBatchProductOperator(.tensor(self), .tensor(a), .tensor(b), .double(1), .double(scale))
    }

    /// This tensor, broadcast, plus the product of two matrices.
    package func addingMatrixProduct(_ a: Tensor, _ b: Tensor) -> Tensor {
        Self.addProductOperator(.tensor(self), .tensor(a), .tensor(b))
    }

    /// e to the power of each element.
    package func exponential() -> Tensor { Self.exponentialOperator(.tensor(self)) }
    /// The natural logarithm of each element.
    package func logarithm() -> Tensor { Self.logarithmOperator(.tensor(self)) }
    /// 1 / (1 + exp(-x)) of each element.
    package func sigmoid() -> Tensor { Self.sigmoidOperator(.tensor(self)) }
    /// The hyperbolic tangent of each element.
    package func tanh() -> Tensor { Self.tanhOperator(.tensor(self)) }
    /// The square root of each element.
    package func squareRoot() -> Tensor { Self.squareRootOperator(.tensor(self)) }
    /// 1 / sqrt(x) of each element.
    package func reciprocalRoot() -> Tensor { Self.reciprocalRootOperator(.tensor(self)) }
    /// The cosine of each element.
    package func cosine() -> Tensor { Self.cosineOperator(.tensor(self)) }
    /// The sine of each element.
    package func sine() -> Tensor { Self.sineOperator(.tensor(self)) }
    /// Each element without its sign.
    package func absolute() -> Tensor { Self.absoluteOperator(.tensor(self)) }

    /// -1, 0 or 1 by the sign of each element.
    package func sign() -> Tensor { Self.signOperator(.tensor(self)) }
    /// The smallest whole number that is not below each element.
    package func roundedUp() -> Tensor { Self.ceilingOperator(.tensor(self)) }
    /// Each element, or the nearer end of a range that it lies outside of.
    package func clamped(to range: ClosedRange<Int>) -> Tensor {
        Self.clampOperator(.tensor(self), .int(range.lowerBound), .int(range.upperBound))
    }

    /// Each element, or a bound that it lies below.
    package func raised(to bound: Double) -> Tensor { Self.clampBelowOperator(.tensor(self), .double(bound)) }

    /// Where an element is less than the other tensor's.
    package static func .< (a: Tensor, b: Tensor) -> Tensor { lessOperator(.tensor(a), .tensor(b)) }
    /// Where an element is greater than the other tensor's.
    package static func .> (a: Tensor, b: Tensor) -> Tensor { greaterOperator(.tensor(a), .tensor(b)) }
    /// Where an element is at least the other tensor's.
    package static func .>= (a: Tensor, b: Tensor) -> Tensor { atLeastOperator(.tensor(a), .tensor(b)) }
    /// Where an element is greater than a number.
    package static func .> (a: Tensor, b: Double) -> Tensor { greaterScalarOperator(.tensor(a), .double(b)) }
    /// Where an element equals the other tensor's.
    package static func .== (a: Tensor, b: Tensor) -> Tensor { equalOperator(.tensor(a), .tensor(b)) }
    /// Where an element equals a number.
    package static func .== (a: Tensor, b: Double) -> Tensor { equalScalarOperator(.tensor(a), .double(b)) }
    /// Where the elements, as truths, are false.
    package func not() -> Tensor { Self.notOperator(.tensor(self)) }
    /// Where both tensors' elements, as truths, are true.
    package func and(_ other: Tensor) -> Tensor { Self.andOperator(.tensor(self), .tensor(other)) }
    /// Where at least one tensor's elements, as truths, are true.
    package func or(_ other: Tensor) -> Tensor { Self.orOperator(.tensor(self), .tensor(other)) }
    /// Where an element is neither infinite nor not a number.
    package func isFinite() -> Tensor { Self.isFiniteOperator(.tensor(self)) }
}

infix operator .< : ComparisonPrecedence
infix operator .> : ComparisonPrecedence
infix operator .== : ComparisonPrecedence
infix operator .>= : ComparisonPrecedence

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
    private static let eigenOperator = Operator("linalg_eigh")
    private static let allOperator = Operator("all")
    private static let allAlongOperator = Operator("all", "dim")

    /// The sum of all elements.
    package func sum() -> Tensor { Self.sumAllOperator(.tensor(self)) }
    /// The sum along a dimension.
    package func sum(along dimension: Int, keeping: Bool = false) -> Tensor {
        Self.sumOperator(.tensor(self), .ints([dimension]), .bool(keeping))
    }
    /// The mean of all elements.
    public func mean() -> Tensor { Self.meanAllOperator(.tensor(self)) }
    /// The mean along a dimension.
    package func mean(along dimension: Int, keeping: Bool = false) -> Tensor {
        Self.meanOperator(.tensor(self), .ints([dimension]), .bool(keeping))
    }
    /// The largest of all elements.
    package func maximum() -> Tensor { Self.maximumAllOperator(.tensor(self)) }
    /// exp(x) / sum(exp(x)) along a dimension.
    package func softmax(along dimension: Int = -1) -> Tensor { Self.softmaxOperator(.tensor(self), .int(dimension)) }
    /// The softmax along the last dimension in the tensor's own type, also where automatic mixed precision would widen it.
    package func softmaxOfSameType() -> Tensor { Self.plainSoftmaxOperator(.tensor(self), .int(-1), .bool(false)) }
    /// The logarithm of the softmax along a dimension.
    package func logSoftmax(along dimension: Int = -1) -> Tensor { Self.logSoftmaxOperator(.tensor(self), .int(dimension)) }
    /// log(sum(exp(x))) along a dimension.
    package func logSumExp(along dimension: Int) -> Tensor { Self.logSumExpOperator(.tensor(self), .ints([dimension])) }
    /// log(exp(x) + exp(y)), element by element.
    package func logAddExp(_ other: Tensor) -> Tensor { Self.logAddExpOperator(.tensor(self), .tensor(other)) }
    /// The sums of the first elements along a dimension, each with its own.
    package func runningSum(along dimension: Int) -> Tensor { Self.runningSumOperator(.tensor(self), .int(dimension)) }
    /// Whether every element, as a truth, is true.
    package func allTrue() -> Tensor { Self.allOperator(.tensor(self)) }
    /// Whether all elements along a dimension are true.
    package func allTrue(along dimension: Int) -> Tensor { Self.allAlongOperator(.tensor(self), .int(dimension)) }
    /// The eigenvalues of a symmetric matrix [n, n], ascending [n], and its eigenvectors, the columns of [n, n].
    package func symmetricEigen() -> (values: Tensor, vectors: Tensor) {
        let found = Self.eigenOperator.all(.tensor(self), .text("L"), capacity: 2)
        return (found[0] ?? .missing(), found[1] ?? .missing())
    }
}
