extension Tensor {
    private static let reshapeOperator = Operator("reshape")
    private static let transposeOperator = Operator("transpose", "int")
    private static let permuteOperator = Operator("permute")
    private static let expandOperator = Operator("expand")
    private static let unsqueezeOperator = Operator("unsqueeze")
    private static let squeezeOperator = Operator("squeeze", "dim")
    private static let catOperator = Operator("cat")
    private static let stackOperator = Operator("stack")
    private static let padOperator = Operator("constant_pad_nd")
    private static let narrowOperator = Operator("narrow")
    private static let selectOperator = Operator("select", "int")

    /// The same elements in another shape; -1 stands for the one length that follows from the others.
    public func reshaped(_ shape: [Int]) -> Tensor { Self.reshapeOperator(.tensor(self), .ints(shape)) }
    /// A view with two dimensions exchanged.
    public func transposed(_ a: Int, _ b: Int) -> Tensor { Self.transposeOperator(.tensor(self), .int(a), .int(b)) }
    /// A view with the dimensions in another order.
    public func permuted(_ order: [Int]) -> Tensor { Self.permuteOperator(.tensor(self), .ints(order)) }
    /// A view that repeats dimensions of length 1; -1 leaves a dimension as it is.
    public func expanded(_ shape: [Int]) -> Tensor { Self.expandOperator(.tensor(self), .ints(shape)) }
    /// A view with a new dimension of length 1.
    public func unsqueezed(_ dimension: Int) -> Tensor { Self.unsqueezeOperator(.tensor(self), .int(dimension)) }
    /// A view without a dimension of length 1.
    public func squeezed(_ dimension: Int) -> Tensor { Self.squeezeOperator(.tensor(self), .int(dimension)) }
    /// A view of a range of a dimension.
    public func narrowed(_ dimension: Int, _ range: Range<Int>) -> Tensor {
        Self.narrowOperator(.tensor(self), .int(dimension), .int(range.lowerBound), .int(range.count))
    }
    /// A view of a dimension from a place on.
    public func narrowed(_ dimension: Int, from start: Int) -> Tensor {
        Self.narrowOperator(.tensor(self), .int(dimension), .int(start), .int(size(dimension) - start))
    }
    /// A view of one place of a dimension, which is gone from the shape.
    public func selected(_ dimension: Int, _ index: Int) -> Tensor {
        Self.selectOperator(.tensor(self), .int(dimension), .int(index))
    }

    /// The tensor with zeros around: for each dimension, from the last on, how many before it and how many after it.
    public func padded(_ zeros: [Int]) -> Tensor { Self.padOperator(.tensor(self), .ints(zeros), .double(0)) }

    /// Tensors one after the other along a dimension that they have.
    public static func concatenated(_ tensors: [Tensor], along dimension: Int) -> Tensor {
        catOperator(.tensors(tensors), .int(dimension))
    }
    /// Tensors of one shape side by side along a new dimension.
    public static func stacked(_ tensors: [Tensor], along dimension: Int = 0) -> Tensor {
        stackOperator(.tensors(tensors), .int(dimension))
    }
}
