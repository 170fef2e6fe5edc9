/// A value of a pickle that holds tensors. Containers are numbers into ``PickleContents``, so that no value holds another: the
/// nesting of a hostile file then costs no stack.
enum PickleValue: Equatable {
    case none
    case truth(Bool)
    case whole(Int)
    case real(Double)
    case text(String)
    case sequence(Int)
    case dictionary(Int)
    /// A class or function by its name; it is never looked up.
    case global(String)
    case storage(PickleStorage)
    case tensor(Int)
}

/// A reference to the bytes of one or several tensors.
struct PickleStorage: Equatable {
    /// What the elements are.
    var type: ElementType
    /// The name of the entry that holds them.
    var key: String
    /// How many there are.
    var count: Int
}

/// A tensor as a pickle describes it, not yet checked against its storage.
struct PickleTensor {
    var storage: PickleStorage
    var offset: Int
    var shape: [Int]
    var strides: [Int]
}

/// What a pickle made: its containers and tensors, and the value that is left at its end.
struct PickleContents {
    /// Lists and tuples.
    var sequences: [[PickleValue]] = []
    /// Dictionaries, in the order of their writing.
    var dictionaries: [[(key: PickleValue, value: PickleValue)]] = []
    /// Tensors.
    var tensors: [PickleTensor] = []
    /// The value of the whole.
    var root = PickleValue.none
}
