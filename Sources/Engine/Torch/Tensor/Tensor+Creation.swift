import CTorch

extension Tensor {
    private static let zerosOperator = Operator("zeros")
    private static let emptyOperator = Operator("empty", "memory_format")
    private static let fullOperator = Operator("full")
    private static let arangeOperator = Operator("arange", "start")
    private static let randnOperator = Operator("randn")
    private static let randOperator = Operator("rand")
    private static let randpermOperator = Operator("randperm")

    /// Zeros.
    public static func zeros(_ shape: [Int], dtype: ElementType = .float32, on device: Device = .cpu) -> Tensor {
        zerosOperator(.ints(shape), .dtype(dtype), .none, .device(device))
    }

    /// Ones.
    package static func ones(_ shape: [Int], dtype: ElementType = .float32, on device: Device = .cpu) -> Tensor {
        full(shape, 1, dtype: dtype, on: device)
    }

    /// One value everywhere.
    package static func full(_ shape: [Int], _ value: Double, dtype: ElementType = .float32, on device: Device = .cpu) -> Tensor
    {
        fullOperator(.ints(shape), .double(value), .dtype(dtype), .none, .device(device))
    }

    /// Memory that was not set to anything.
    package static func empty(_ shape: [Int], dtype: ElementType = .float32, on device: Device = .cpu) -> Tensor {
        emptyOperator(.ints(shape), .dtype(dtype), .none, .device(device))
    }

    /// The same on the processor, in memory that a device reads by itself: nothing waits for ``copy(from:isAwaited:)`` from there.
    package static func empty(_ shape: [Int], dtype: ElementType, readBy device: Device) -> Tensor {
        emptyOperator(.ints(shape), .dtype(dtype), .none, .device(.cpu), .bool(device.kind == .cuda))
    }

    /// The integers of a range, as `int64`.
    package static func range(_ range: Range<Int>, on device: Device = .cpu) -> Tensor {
        arangeOperator(.int(range.lowerBound), .int(range.upperBound), .dtype(.int64), .none, .device(device))
    }

    /// Independent draws of the standard normal distribution from the device's random state.
    public static func randomNormal(_ shape: [Int], dtype: ElementType = .float32, on device: Device = .cpu) -> Tensor {
        randnOperator(.ints(shape), .dtype(dtype), .none, .device(device))
    }

    /// Independent draws of the uniform distribution on [0, 1).
    package static func randomUniform(_ shape: [Int], dtype: ElementType = .float32, on device: Device = .cpu) -> Tensor {
        randOperator(.ints(shape), .dtype(dtype), .none, .device(device))
    }

    /// The integers below `count` in random order, as `int64`.
    package static func randomPermutation(_ count: Int, on device: Device = .cpu) -> Tensor {
        randpermOperator(.int(count), .dtype(.int64), .none, .device(device))
    }

    /// The elements of an array, copied, in a given shape.
    public convenience init<Element: TensorElement>(_ elements: [Element], shape: [Int]? = nil, on device: Device = .cpu) {
        let shape = shape ?? [elements.count]
        precondition(shape.reduce(1, *) == elements.count, "\(elements.count) elements do not fill the shape \(shape)")
        let tensor = Tensor.empty(shape, dtype: Element.dtype)
        elements.withUnsafeBytes { tensor.overwrite(with: $0) }
        self.init(sharing: device == .cpu ? tensor : tensor.to(device))
    }

    /// A second reference to what another tensor refers to.
    private convenience init(sharing other: Tensor) {
        self.init(
            owning: other.withHandle { ctorch.retain($0) }, isOnStandIn: other.isOnStandIn, isMissing: other.isMissing)
    }

    /// A scalar.
    public convenience init<Element: TensorElement>(_ element: Element, on device: Device = .cpu) {
        let value: Double? =
            switch element {
            case let value as Float: Double(value)
            case let value as Double: value
            case let value as Int64: Double(exactly: value)
            case let value as Bool: value ? 1 : 0
            default: nil
            }
        if device != .cpu, let value {
            // Set there, because what is copied there is waited for.
            self.init(sharing: .full([], value, dtype: Element.dtype, on: device))
        } else {
            self.init([element], shape: [], on: device)
        }
    }

    /// A tensor over memory that `owner` keeps alive and that is read alone, as a mapped file's: what is trained or written to is a
    /// copy, see ``writable()``.
    ///
    /// - Parameter owner: kept until the last tensor on the memory is gone.
    package static func reading(_ memory: UnsafeRawPointer?, shape: [Int], dtype: ElementType, owner: AnyObject) -> Tensor {
        over(UnsafeMutableRawPointer(mutating: memory), shape: shape, dtype: dtype, owner: owner, isReadOnly: true)
    }

    /// A tensor over memory that `owner` keeps alive, on the processor, without a copy.
    ///
    /// - Parameter owner: kept until the last tensor on the memory is gone.
    package static func over(_ memory: UnsafeMutableRawPointer?, shape: [Int], dtype: ElementType, owner: AnyObject) -> Tensor {
        over(memory, shape: shape, dtype: dtype, owner: owner, isReadOnly: false)
    }

    private static func over(
        _ memory: UnsafeMutableRawPointer?, shape: [Int], dtype: ElementType, owner: AnyObject, isReadOnly: Bool
    ) -> Tensor {
        let context = Unmanaged.passRetained(owner).toOpaque()
        let sizes = shape.map(Int64.init)
        let release: @convention(c) (UnsafeMutableRawPointer?) -> Void = { context in
            if let context { Unmanaged<AnyObject>.fromOpaque(context).release() }
        }
        guard let handle = ctorch.over_memory(memory, sizes, Int32(shape.count), dtype.number, release, context) else {
            release(context)
            Failure.report()
            return .missing()
        }
        return Tensor(owning: handle, isReadOnly: isReadOnly)
    }
}
