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
    package func reshaped(_ shape: [Int]) -> Tensor { Self.reshapeOperator(.tensor(self), .ints(shape)) }
    /// A view with two dimensions exchanged.
    package func transposed(_ a: Int, _ b: Int) -> Tensor { Self.transposeOperator(.tensor(self), .int(a), .int(b)) }
    /// A view with the dimensions in another order.
    package func permuted(_ order: [Int]) -> Tensor { Self.permuteOperator(.tensor(self), .ints(order)) }
    /// A view that repeats dimensions of length 1; -1 leaves a dimension as it is.
    package func expanded(_ shape: [Int]) -> Tensor { Self.expandOperator(.tensor(self), .ints(shape)) }
    /// A view with a new dimension of length 1.
    package func unsqueezed(_ dimension: Int) -> Tensor { Self.unsqueezeOperator(.tensor(self), .int(dimension)) }
    /// A view without a dimension of length 1.
    package func squeezed(_ dimension: Int) -> Tensor { Self.squeezeOperator(.tensor(self), .int(dimension)) }
    /// A view of a range of a dimension.
    package func narrowed(_ dimension: Int, _ range: Range<Int>) -> Tensor {
        Self.narrowOperator(.tensor(self), .int(dimension), .int(range.lowerBound), .int(range.count))
    }
    /// A view of a dimension from a place on.
    package func narrowed(_ dimension: Int, from start: Int) -> Tensor {
        Self.narrowOperator(.tensor(self), .int(dimension), .int(start), .int(size(dimension) - start))
    }
    /// A view of one place of a dimension, which is gone from the shape.
    package func selected(_ dimension: Int, _ index: Int) -> Tensor {
        Self.selectOperator(.tensor(self), .int(dimension), .int(index))
    }

    /// The tensor with zeros around: for each dimension, from the last on, how many before it and how many after it.
    package func padded(_ zeros: [Int]) -> Tensor { Self.padOperator(.tensor(self), .ints(zeros), .double(0)) }

    /// Tensors one after the other along a dimension that they have.
    package static func concatenated(_ tensors: [Tensor], along dimension: Int) -> Tensor {
        catOperator(.tensors(tensors), .int(dimension))
    }
    /// Tensors of one shape side by side along a new dimension.
    package static func stacked(_ tensors: [Tensor], along dimension: Int = 0) -> Tensor {
        stackOperator(.tensors(tensors), .int(dimension))
    }
}

extension Tensor {
    private static let indexSelectOperator = Operator("index_select")
    private static let gatherOperator = Operator("gather")
    private static let nonzeroOperator = Operator("nonzero")
    private static let indexAddOperator = Operator("index_add_")
    private static let indexPutOperator = Operator("index_put_")
    private static let indexCopyOperator = Operator("index_copy")
    private static let indexOperator = Operator("index", "Tensor")
    private static let maskedFillOperator = Operator("masked_fill", "Scalar")
    private static let whereOperator = Operator("where", "self")
    private static let topOperator = Operator("topk")
    private static let argmaxOperator = Operator("argmax")
    private static let triangleOperator = Operator("tril")

    /// The places of a dimension that `indices` (`int64`, one dimension) name, in that order.
    package func selecting(_ indices: Tensor, along dimension: Int = 0) -> Tensor {
        Self.indexSelectOperator(.tensor(self), .int(dimension), .tensor(indices))
    }

    /// For each place of `indices` the element at that index of a dimension.
    package func gathering(_ indices: Tensor, along dimension: Int) -> Tensor {
        Self.gatherOperator(.tensor(self), .int(dimension), .tensor(indices))
    }

    /// The elements at places given by one index tensor per dimension; nil takes a dimension whole.
    package func at(_ indices: [Tensor?]) -> Tensor { Self.indexOperator(.tensor(self), .optionalTensors(indices)) }

    /// Overwrites the elements at places given by one index tensor per dimension.
    package func put(_ values: Tensor, at indices: [Tensor?]) {
        Self.indexPutOperator.run(.tensor(self), .optionalTensors(indices), .tensor(values))
    }

    /// Adds to the elements at places given by one index tensor per dimension; a place that is named several times is added to as often.
    package func add(_ values: Tensor, at indices: [Tensor?]) {
        Self.indexPutOperator.run(.tensor(self), .optionalTensors(indices), .tensor(values), .bool(true))
    }

    /// The tensor with other rows at the places of the first dimension that `indices` (`int64`, each once) name.
    package func replacing(_ indices: Tensor, with rows: Tensor) -> Tensor {
        Self.indexCopyOperator(.tensor(self), .int(0), .tensor(indices), .tensor(rows))
    }

    /// The places (`int64`) [places, dimensions] of the elements that are not zero or false.
    ///
    /// How many there are is known only when they are counted: on an accelerator this waits for all work before it.
    package func places() -> Tensor { Self.nonzeroOperator(.tensor(self)) }

    /// Adds rows to those of the first dimension that `indices` (`int64`) name, in place.
    package func add(_ rows: Tensor, to indices: Tensor) {
        Self.indexAddOperator.run(.tensor(self), .int(0), .tensor(indices), .tensor(rows))
    }

    /// A number where the mask is true, the elements elsewhere.
    package func filled(_ value: Double, where mask: Tensor) -> Tensor {
        Self.maskedFillOperator(.tensor(self), .tensor(mask), .double(value))
    }

    /// The elements where the mask is true, those of `other` elsewhere.
    package func kept(where mask: Tensor, otherwise other: Tensor) -> Tensor {
        Self.whereOperator(.tensor(mask), .tensor(self), .tensor(other))
    }

    /// The largest elements of the last dimension, in falling order, and their indices.
    package func largest(_ count: Int) -> (values: Tensor, indices: Tensor) {
        let found = Self.topOperator.all(.tensor(self), .int(count), .int(-1), .bool(true), .bool(true), capacity: 2)
        return (found[0] ?? .missing(), found[1] ?? .missing())
    }

    /// The index of the largest element of a dimension.
    package func indexOfLargest(along dimension: Int) -> Tensor { Self.argmaxOperator(.tensor(self), .int(dimension)) }

    /// The lower triangle of the last two dimensions; zeros elsewhere.
    package func lowerTriangle() -> Tensor { Self.triangleOperator(.tensor(self)) }
}
