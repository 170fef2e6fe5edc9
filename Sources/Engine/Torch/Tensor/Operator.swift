import CTorch

/// An operator of LibTorch, found once by its schema's name.
struct Operator: @unchecked Sendable {
    // The handle points to an immutable registration that lives as long as the process.
    let handle: CTorchOperator

    /// Finds an operator; those of LibTorch are in the namespace `aten`, our own in `iisan`.
    init(_ name: String, _ overload: String = "", namespace: String = "aten") {
        guard let handle = ctorch.find_operator("\(namespace)::\(name)", overload) else {
            fatalError("LibTorch: \(String(cString: ctorch.error()))")
        }
        self.handle = handle
    }

    /// An argument of an operator.
    enum Argument {
        /// What the schema says.
        case standard
        case none
        case bool(Bool)
        case int(Int)
        case double(Double)
        case text(StaticString)
        case tensor(Tensor?)
        case tensors([Tensor])
        case optionalTensors([Tensor?])
        case ints([Int])
        case dtype(DType?)
        case device(Device)
    }

    /// Calls the operator for its first result.
    func callAsFunction(_ arguments: Argument...) -> Tensor {
        var result: CTorchTensor?
        let count = withUnsafeMutablePointer(to: &result) { invoke(arguments, $0, 1) }
        guard count == 1, let result else {
            Failure.report()
            return Tensor.nothing()
        }
        return Tensor(owning: result)
    }

    /// Calls the operator for all its results; those it leaves undefined are nil.
    func all(_ arguments: Argument..., capacity: Int) -> [Tensor?] {
        var results = [CTorchTensor?](repeating: nil, count: capacity)
        let count = invoke(arguments, &results, Int32(capacity))
        guard count >= 0 else {
            Failure.report()
            return Array(repeating: Tensor.nothing(), count: capacity)
        }
        return results.prefix(Int(count)).map { $0.map(Tensor.init(owning:)) }
    }

    /// Calls the operator for what it does to its arguments.
    func run(_ arguments: Argument...) {
        var results = [CTorchTensor?](repeating: nil, count: 8)
        let count = invoke(arguments, &results, 8)
        guard count >= 0 else { return Failure.report() }
        for result in results.prefix(Int(count)) { result.map(ctorch.release) }
    }

    private func invoke(
        _ arguments: [Argument], _ results: UnsafeMutablePointer<CTorchTensor?>, _ capacity: Int32
    ) -> Int32 {
        var tensors: [CTorchTensor?] = []
        var integers: [Int64] = []
        var encoded: [CTorchArgument] = []
        encoded.reserveCapacity(arguments.count)
        func add(_ kind: CTorchKind, _ integer: Int = 0, _ count: Int = 0, _ real: Double = 0, _ text: StaticString? = nil) {
            encoded.append(
                CTorchArgument(
                    kind: kind, integer: Int64(integer), count: Int64(count), real: real,
                    text: text.map { UnsafeRawPointer($0.utf8Start).assumingMemoryBound(to: CChar.self) }))
        }
        for argument in arguments {
            switch argument {
            case .standard: add(CTORCH_DEFAULT)
            case .none: add(CTORCH_NONE)
            case .bool(let value): add(CTORCH_BOOL, value ? 1 : 0)
            case .int(let value): add(CTORCH_INT, value)
            case .double(let value): add(CTORCH_DOUBLE, 0, 0, value)
            case .text(let value): add(CTORCH_STRING, 0, 0, 0, value)
            case .tensor(nil): add(CTORCH_NONE)
            case .tensor(let value?):
                add(CTORCH_TENSOR, tensors.count)
                tensors.append(value.handle)
            case .tensors(let values):
                add(CTORCH_TENSORS, tensors.count, values.count)
                tensors.append(contentsOf: values.map(\.handle))
            case .optionalTensors(let values):
                add(CTORCH_TENSORS, tensors.count, values.count)
                tensors.append(contentsOf: values.map { $0?.handle })
            case .ints(let values):
                add(CTORCH_INTS, integers.count, values.count)
                integers.append(contentsOf: values.map(Int64.init))
            case .dtype(nil): add(CTORCH_NONE)
            case .dtype(let value?): add(CTORCH_INT, Int(value.rawValue))
            case .device(let value): add(CTORCH_DEVICE, Int(value.kind.rawValue), value.kind == .cpu ? -1 : value.index)
            }
        }
        // The handles in `tensors` are borrowed from `arguments`, which has to outlive the call.
        return withExtendedLifetime(arguments) {
            ctorch.call(handle, encoded, Int32(encoded.count), tensors, integers, results, capacity)
        }
    }
}
