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

/// The few calls of a pickle that make tensors.
extension PickleReader {
    /// A call: of the function below its arguments on the stack.
    mutating func call() throws {
        guard case .sequence(let index) = try pop(), case .global(let name) = try pop() else { throw damaged() }
        let arguments = contents.sequences[index]
        switch name {
        case "collections.OrderedDict":
            guard arguments.isEmpty else { throw damaged() }
            pushDictionary()
        case "torch._utils._rebuild_tensor_v2": try pushTensor(arguments)
        case "torch._utils._rebuild_parameter":
            guard let tensor = arguments.first, case .tensor = tensor else { throw damaged() }
            stack.append(tensor)
        default: throw unknown(name)
        }
    }

    /// A tensor: storage, offset, shape, strides, whether it wants gradients, and hooks.
    private mutating func pushTensor(_ arguments: [PickleValue]) throws {
        guard arguments.count >= 4, case .storage(let storage) = arguments[0], case .whole(let offset) = arguments[1],
            let shape = numbers(arguments[2]), let strides = numbers(arguments[3])
        else { throw damaged() }
        contents.tensors.append(PickleTensor(storage: storage, offset: offset, shape: shape, strides: strides))
        stack.append(.tensor(contents.tensors.count - 1))
    }

    /// A storage: the word "storage", its class, the entry's key, the device, the number of elements.
    mutating func pushStorage() throws {
        guard case .sequence(let index) = try pop() else { throw damaged() }
        let fields = contents.sequences[index]
        guard fields.count == 5, fields[0] == .text("storage"), case .global(let name) = fields[1],
            case .text(let key) = fields[2],
            case .whole(let count) = fields[4]
        else { throw damaged() }
        let types: [String: ElementType] = [
            "torch.FloatStorage": .float32, "torch.HalfStorage": .float16, "torch.BFloat16Storage": .bfloat16,
            "torch.DoubleStorage": .float64, "torch.CharStorage": .int8, "torch.ShortStorage": .int16,
            "torch.IntStorage": .int32,
            "torch.LongStorage": .int64, "torch.ByteStorage": .uint8, "torch.BoolStorage": .bool,
        ]
        guard let type = types[name] else { throw unknown(name) }
        stack.append(.storage(PickleStorage(type: type, key: key, count: count)))
    }

    private func numbers(_ value: PickleValue) -> [Int]? {
        guard case .sequence(let index) = value, contents.sequences[index].count <= 64 else { return nil }
        var numbers: [Int] = []
        for value in contents.sequences[index] {
            guard case .whole(let number) = value else { return nil }
            numbers.append(number)
        }
        return numbers
    }

    private func unknown(_ name: String) -> UserError { error("it holds \"\(name)\", which is no tensor and is not read") }
}
