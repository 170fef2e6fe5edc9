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
    public func selecting(_ indices: Tensor, along dimension: Int = 0) -> Tensor {
        Self.indexSelectOperator(.tensor(self), .int(dimension), .tensor(indices))
    }

    /// For each place of `indices` the element at that index of a dimension.
    public func gathering(_ indices: Tensor, along dimension: Int) -> Tensor {
        Self.gatherOperator(.tensor(self), .int(dimension), .tensor(indices))
    }

    /// The elements at places given by one index tensor per dimension; nil takes a dimension whole.
    public func at(_ indices: [Tensor?]) -> Tensor { Self.indexOperator(.tensor(self), .optionalTensors(indices)) }

    /// Overwrites the elements at places given by one index tensor per dimension.
    public func put(_ values: Tensor, at indices: [Tensor?]) {
        Self.indexPutOperator.run(.tensor(self), .optionalTensors(indices), .tensor(values))
    }

    /// The tensor with other rows at the places of the first dimension that `indices` (`int64`, each once) name.
    public func replacing(_ indices: Tensor, with rows: Tensor) -> Tensor {
        Self.indexCopyOperator(.tensor(self), .int(0), .tensor(indices), .tensor(rows))
    }

    /// The places (`int64`) [places, dimensions] of the elements that are not zero or false.
    ///
    /// How many there are is known only when they are counted: on an accelerator this waits for all work before it.
    public func places() -> Tensor { Self.nonzeroOperator(.tensor(self)) }

    /// Adds rows to those of the first dimension that `indices` (`int64`) name, in place.
    public func add(_ rows: Tensor, to indices: Tensor) {
        Self.indexAddOperator.run(.tensor(self), .int(0), .tensor(indices), .tensor(rows))
    }

    /// A number where the mask is true, the elements elsewhere.
    public func filled(_ value: Double, where mask: Tensor) -> Tensor {
        Self.maskedFillOperator(.tensor(self), .tensor(mask), .double(value))
    }

    /// The elements where the mask is true, those of `other` elsewhere.
    public func kept(where mask: Tensor, otherwise other: Tensor) -> Tensor {
        Self.whereOperator(.tensor(mask), .tensor(self), .tensor(other))
    }

    /// The largest elements of the last dimension, in falling order, and their indices.
    public func largest(_ count: Int) -> (values: Tensor, indices: Tensor) {
        let found = Self.topOperator.all(.tensor(self), .int(count), .int(-1), .bool(true), .bool(true), capacity: 2)
        return (found[0] ?? .missing(), found[1] ?? .missing())
    }

    /// The index of the largest element of a dimension.
    public func indexOfLargest(along dimension: Int) -> Tensor { Self.argmaxOperator(.tensor(self), .int(dimension)) }

    /// The lower triangle of the last two dimensions; zeros elsewhere.
    public func lowerTriangle() -> Tensor { Self.triangleOperator(.tensor(self)) }
}
