import CTorch

/// An operator of LibTorch, found once by its schema's name.
struct Operator: @unchecked Sendable {
    // The handle points to an immutable registration that lives as long as the process.
    private let handle: CTorchOperator

    private let name: String
    /// Whether its tensors may be on several devices: what copies from one to another.
    private let isCopy: Bool

    /// Finds an operator of the namespace `aten`.
    init(_ name: String, _ overload: String = "") {
        guard let handle = ctorch.find_operator("aten::\(name)", overload) else {
            fatalError("LibTorch: \(Failure.lastMessage)")
        }
        self.handle = handle
        self.name = "aten::\(name)"
        isCopy = ["_to_copy", "copy_"].contains(name)
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
        case dtype(ElementType?)
        case device(Device)
    }

    /// Calls the operator for its first result.
    func callAsFunction(_ arguments: Argument...) -> Tensor {
        var result: CTorchTensor?
        let call = withUnsafeMutablePointer(to: &result) { invoke(arguments, $0, 1) }
        guard call.count == 1, let result else { return .missing() }
        return Tensor(owning: result, isOnStandIn: call.isOnStandIn)
    }

    /// Calls the operator for all its results; those it leaves undefined are nil.
    func all(_ arguments: Argument..., capacity: Int) -> [Tensor?] {
        var results = [CTorchTensor?](repeating: nil, count: capacity)
        let call = invoke(arguments, &results, Int32(capacity))
        guard call.count >= 0 else { return (0..<capacity).map { _ in .missing() } }
        return results.prefix(Int(call.count)).map { $0.map { Tensor(owning: $0, isOnStandIn: call.isOnStandIn) } }
    }

    /// Calls the operator for what it does to its arguments.
    func run(_ arguments: Argument...) {
        if case .tensor(let target?) = arguments.first, target.isReadOnly {
            return Failure.report("\(name) would write to memory that is for reading alone")
        }
        var results = [CTorchTensor?](repeating: nil, count: 8)
        let call = invoke(arguments, &results, 8)
        for result in results.prefix(max(0, Int(call.count))) { result.map(ctorch.release) }
    }

    /// How many results a call gave, or -1 once its failure is reported, and which of the processor's devices they are on.
    private func invoke(
        _ arguments: [Argument], _ results: UnsafeMutablePointer<CTorchTensor?>, _ capacity: Int32
    ) -> (count: Int32, isOnStandIn: Bool) {
        var call = Call()
        for argument in arguments { call.add(argument) }
        // What follows from a failure is none of its own.
        if call.hasMissing { return (-1, false) }
        if call.hasStandIn, let problem = problem(call) {
            Failure.report(problem)
            return (-1, false)
        }
        let count = Tensor.withHandles(of: call.tensors) {
            ctorch.call(handle, call.encoded, Int32(call.encoded.count), $0, call.integers, results, capacity)
        }
        if count < 0 { Failure.report() }
        return (count, call.isOnStandIn)
    }

    /// What an accelerator would refuse.
    private func problem(_ call: Call) -> String? {
        // Scalars may come from the processor.
        let isMixed = call.tensors.contains { tensor in tensor.map { !$0.isOnStandIn && $0.rank > 0 } ?? false }
        return isMixed && !isCopy ? "\(name) of tensors on \(Device.standIn) and on \(Device.cpu)" : nil
    }
}

/// An operator's arguments as the C interface takes them.
private struct Call {
    var tensors: [Tensor?] = []
    var integers: [Int64] = []
    var encoded: [CTorchArgument] = []
    var hasMissing = false
    var hasStandIn = false
    private var device: Device?

    /// Where the results are: on the device that is asked for, or that of the tensors.
    var isOnStandIn: Bool { device.map { $0 == .standIn } ?? hasStandIn }

    mutating func add(_ argument: Operator.Argument) {
        switch argument {
        case .standard: encode(CTORCH_DEFAULT)
        case .none: encode(CTORCH_NONE)
        case .bool(let value): encode(CTORCH_BOOL, value ? 1 : 0)
        case .int(let value): encode(CTORCH_INT, value)
        case .double(let value): encode(CTORCH_DOUBLE, 0, 0, value)
        case .text(let value): encode(CTORCH_STRING, 0, 0, 0, value)
        case .tensor(nil): encode(CTORCH_NONE)
        case .tensor(let value?):
            encode(CTORCH_TENSOR, tensors.count)
            append(value)
        case .tensors(let values):
            encode(CTORCH_TENSORS, tensors.count, values.count)
            for value in values { append(value) }
        case .optionalTensors(let values):
            encode(CTORCH_TENSORS, tensors.count, values.count)
            for value in values { append(value) }
        case .ints(let values):
            encode(CTORCH_INTS, integers.count, values.count)
            integers.append(contentsOf: values.map(Int64.init))
        case .dtype(nil): encode(CTORCH_NONE)
        case .dtype(let value?): encode(CTORCH_INT, Int(value.number))
        case .device(let value):
            device = value
            encode(CTORCH_DEVICE, Int(value.kind.rawValue), value.kind == .cpu ? -1 : value.index)
        }
    }

    private mutating func append(_ tensor: Tensor?) {
        tensors.append(tensor)
        hasMissing = hasMissing || tensor?.isMissing == true
        hasStandIn = hasStandIn || tensor?.isOnStandIn == true
    }

    private mutating func encode(
        _ kind: CTorchKind, _ integer: Int = 0, _ count: Int = 0, _ real: Double = 0, _ text: StaticString? = nil
    ) {
        encoded.append(
            CTorchArgument(
                kind: kind, integer: Int64(integer), count: Int64(count), real: real,
                text: text.map { UnsafeRawPointer($0.utf8Start).assumingMemoryBound(to: CChar.self) }))
    }
}
