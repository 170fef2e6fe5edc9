import CTorch

extension Tensor {
    private static let convertOperator = Operator("_to_copy")
    private static let cloneOperator = Operator("clone")
    private static let contiguousOperator = Operator("contiguous")
    private static let copyOperator = Operator("copy_")
    private static let detachOperator = Operator("detach")

    /// The tensor with another element type; itself when it has that type.
    package func to(_ dtype: ElementType) -> Tensor {
        dtype == self.dtype ? self : Self.convertOperator(.tensor(self), .dtype(dtype))
    }

    /// The tensor on another device; itself when it is there.
    package func to(_ device: Device) -> Tensor {
        device == self.device ? self : Self.convertOperator(.tensor(self), .none, .none, .device(device))
    }

    /// A copy with memory of its own.
    package func clone() -> Tensor { Self.cloneOperator(.tensor(self)) }

    /// The tensor, to be trained or written to: a copy where it lies over memory that is read alone.
    package func writable() -> Tensor { isReadOnly ? clone() : self }

    /// The tensor with its elements in row order in memory; itself when they are.
    package func contiguous() -> Tensor { isContiguous ? self : Self.contiguousOperator(.tensor(self)) }

    /// The same numbers outside the recorded graph.
    package func detached() -> Tensor { Self.detachOperator(.tensor(self)) }

    /// Overwrites the elements with those of another tensor of a shape that can be expanded to this one's; types are converted.
    ///
    /// - Parameter isAwaited: whether a device has read all of it when this returns; else it reads in its turn, memory of
    ///   ``empty(_:dtype:readBy:)`` alone, which is not overwritten meanwhile.
    package func copy(from other: Tensor, isAwaited: Bool = true) {
        Self.copyOperator.run(.tensor(self), .tensor(other), .bool(!isAwaited))
    }

    /// The elements in row order; none where the tensor could not be computed, see ``checked()``.
    ///
    /// - Precondition: `Element` is the tensor's type.
    package func array<Element: TensorElement>(of type: Element.Type = Element.self) -> [Element] {
        precondition(
            isMissing || dtype == Element.dtype, "the elements are \(dtype.rawValue), not \(Element.dtype.rawValue)")
        return withBytes { bytes in
            [Element](unsafeUninitializedCapacity: bytes.count / MemoryLayout<Element>.size) { buffer, initialized in
                UnsafeMutableRawBufferPointer(buffer).copyMemory(from: bytes)
                initialized = bytes.count / MemoryLayout<Element>.size
            }
        }
    }

    /// The elements in row order, converted to `Float`; none where the tensor could not be computed, see ``checked()``.
    public func floats() -> [Float] { detached().to(.float32).array() }

    /// The only element, converted to `Double`; not a number where the tensor could not be computed, see ``checked()``.
    ///
    /// On an accelerator this waits for all work before it.
    package func item() -> Double {
        precondition(isMissing || count == 1, "item() of a tensor of shape \(shape)")
        return detached().to(.cpu).to(.float64).array(of: Double.self).first ?? .nan
    }

    /// This tensor, once what has failed so far within ``withTensorErrors(_:)`` is thrown.
    ///
    /// To be asked for before elements are read that something follows from: a tensor that could not be computed has none.
    ///
    /// - Throws: ``UserError`` with LibTorch's first message.
    package func checked() throws -> Tensor {
        try Failure.check()
        return self
    }

    /// Lends the elements in row order as bytes, without a copy where they lie that way on the processor; none where the tensor could
    /// not be computed, see ``checked()``.
    package func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        let source = detached().to(.cpu).contiguous()
        return try source.withHandle { handle in
            let memory = source.isMissing ? nil : ctorch.data(handle)
            return try body(UnsafeRawBufferPointer(start: memory, count: memory == nil ? 0 : source.byteCount))
        }
    }
}

extension Tensor {
    /// Bytes of all elements.
    var byteCount: Int { count * dtype.size }

    /// Overwrites the elements, in row order, with bytes of the tensor's own type.
    ///
    /// - Precondition: the tensor lies in row order on the processor and has that many bytes.
    package func overwrite(with bytes: UnsafeRawBufferPointer) {
        if isMissing { return }
        precondition(!isReadOnly, "the tensor's memory is for reading alone")
        precondition(device == .cpu && isContiguous && bytes.count == byteCount)
        withHandle { handle in
            if let source = bytes.baseAddress, let memory = ctorch.data(handle) {
                memory.copyMemory(from: source, byteCount: bytes.count)
            }
        }
    }

    /// Lends the elements' memory, to be written to; empty where the tensor could not be computed, see ``checked()``.
    ///
    /// - Precondition: the tensor lies in row order on the processor.
    package func withMutableBytes<Result>(_ body: (UnsafeMutableRawBufferPointer) throws -> Result) rethrows -> Result {
        precondition(isMissing || (device == .cpu && isContiguous && !isReadOnly))
        return try withHandle { handle in
            let memory = isMissing ? nil : ctorch.data(handle)
            return try body(UnsafeMutableRawBufferPointer(start: memory, count: memory == nil ? 0 : byteCount))
        }
    }
}
