import CTorch

extension Tensor {
    private static let convertOperator = Operator("_to_copy")
    private static let cloneOperator = Operator("clone")
    private static let contiguousOperator = Operator("contiguous")
    private static let copyOperator = Operator("copy_")
    private static let detachOperator = Operator("detach")

    /// The tensor with another element type; itself when it has that type.
    public func to(_ dtype: DType) -> Tensor {
        dtype == self.dtype ? self : Self.convertOperator(.tensor(self), .dtype(dtype))
    }

    /// The tensor on another device; itself when it is there.
    public func to(_ device: Device) -> Tensor {
        device == self.device ? self : Self.convertOperator(.tensor(self), .none, .none, .device(device))
    }

    /// A copy with memory of its own.
    public func clone() -> Tensor { Self.cloneOperator(.tensor(self)) }

    /// The tensor with its elements in row order in memory; itself when they are.
    public func contiguous() -> Tensor { ctorch.is_contiguous(handle) ? self : Self.contiguousOperator(.tensor(self)) }

    /// The same numbers outside the recorded graph.
    public func detached() -> Tensor { Self.detachOperator(.tensor(self)) }

    /// Overwrites the elements with those of another tensor of a shape that can be expanded to this one's; types are converted.
    public func copy(from other: Tensor) { Self.copyOperator.run(.tensor(self), .tensor(other), .bool(false)) }

    /// The elements in row order.
    ///
    /// - Precondition: `Element` is the tensor's type.
    public func array<Element: TensorElement>(of type: Element.Type = Element.self) -> [Element] {
        precondition(dtype == Element.dtype, "the elements are \(dtype.name), not \(Element.dtype.name)")
        let source = detached().to(.cpu).contiguous()
        return withExtendedLifetime(source) {
            [Element](unsafeUninitializedCapacity: source.count) { buffer, initialized in
                initialized = source.count
                guard let memory = ctorch.data(source.handle), source.count > 0 else { return }
                UnsafeMutableRawPointer(buffer.baseAddress!).copyMemory(
                    from: memory, byteCount: source.count * source.dtype.size)
            }
        }
    }

    /// The elements in row order, converted to `Float`.
    public func floats() -> [Float] { detached().to(.float32).array() }

    /// The only element, converted to `Double`.
    ///
    /// On an accelerator this waits for all work before it.
    public func item() -> Double {
        precondition(count == 1, "item() of a tensor of shape \(shape)")
        return detached().to(.cpu).to(.float64).array(of: Double.self)[0]
    }

    /// Lends the elements in row order as bytes, without a copy where they lie that way on the processor.
    public func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        let source = detached().to(.cpu).contiguous()
        return try withExtendedLifetime(source) {
            try body(UnsafeRawBufferPointer(start: ctorch.data(source.handle), count: source.count * source.dtype.size))
        }
    }
}

extension Tensor {
    /// Overwrites the elements, in row order, with bytes of the tensor's own type.
    ///
    /// - Precondition: the tensor lies in row order on the processor and has that many bytes.
    public func overwrite(with bytes: UnsafeRawBufferPointer) {
        precondition(device == .cpu && ctorch.is_contiguous(handle) && bytes.count == count * dtype.size)
        if let source = bytes.baseAddress, let memory = ctorch.data(handle) {
            memory.copyMemory(from: source, byteCount: bytes.count)
        }
    }

    /// The address of the first element.
    ///
    /// - Precondition: the tensor lies in row order on the processor. Valid as long as the tensor lives.
    public var mutableBytes: UnsafeMutableRawBufferPointer {
        precondition(device == .cpu && ctorch.is_contiguous(handle))
        return UnsafeMutableRawBufferPointer(start: ctorch.data(handle), count: count * dtype.size)
    }
}
