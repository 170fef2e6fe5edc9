import CTorch
import Files

/// An array of numbers of any rank on a device, with the gradient machinery of LibTorch behind it.
///
/// A reference type, as the tensors of LibTorch are. Not `Sendable`: keep a tensor, and whatever is computed with it, on one thread or
/// in one actor that does not run on the cooperative pool. Expressions do not throw; see ``withTensorErrors(_:)``.
public final class Tensor {
    private let handle: CTorchTensor
    /// Whether the tensor is on the processor's stand-in for an accelerator, which LibTorch does not tell from the processor.
    let isOnStandIn: Bool
    /// Whether this stands for a result that could not be computed.
    let isMissing: Bool
    /// Whether the tensor lies over memory that nobody may write to, as a mapped file's.
    let isReadOnly: Bool

    init(owning handle: CTorchTensor, isOnStandIn: Bool = false, isMissing: Bool = false, isReadOnly: Bool = false) {
        self.handle = handle
        self.isOnStandIn = isOnStandIn
        self.isMissing = isMissing
        self.isReadOnly = isReadOnly
    }

    deinit { ctorch.release(handle) }

    /// Lends the tensor's handle for a call.
    ///
    /// This and ``withHandles(of:_:)`` are the only ways to a handle: a tensor that is not used after a call may otherwise be freed
    /// before it.
    @inline(__always)
    func withHandle<Result>(_ body: (CTorchTensor) throws -> Result) rethrows -> Result {
        try withExtendedLifetime(self) { try body(handle) }
    }

    /// Lends the handles of several tensors for a call; nil ones are null.
    static func withHandles<Result>(
        of tensors: [Tensor?], _ body: (UnsafePointer<CTorchTensor?>?) throws -> Result
    ) rethrows -> Result {
        try withUnsafeTemporaryAllocation(of: CTorchTensor?.self, capacity: tensors.count) { handles in
            for (index, tensor) in tensors.enumerated() { handles.initializeElement(at: index, to: tensor?.handle) }
            return try withExtendedLifetime(tensors) { try body(handles.baseAddress.map { UnsafePointer($0) }) }
        }
    }

    /// How many dimensions there are; 0 for a scalar.
    package var rank: Int { withHandle { Int(ctorch.rank($0)) } }

    /// The length of each dimension.
    public var shape: [Int] { withHandle { handle in (0..<Int64(ctorch.rank(handle))).map { Int(ctorch.size(handle, $0)) } } }

    /// The length of one dimension; negative ones count from the last.
    package func size(_ dimension: Int) -> Int { isMissing ? 0 : withHandle { Int(ctorch.size($0, Int64(dimension))) } }

    /// How many elements there are.
    package var count: Int { withHandle { Int(ctorch.element_count($0)) } }

    /// The elements' type.
    package var dtype: ElementType {
        let number = withHandle { ctorch.dtype($0) }
        guard let dtype = ElementType(number: number) else {
            preconditionFailure("a tensor of LibTorch's type \(number), which the engine does not hold")
        }
        return dtype
    }

    /// Whether the elements lie in row order in memory.
    var isContiguous: Bool { withHandle { ctorch.is_contiguous($0) } }

    /// Where the tensor lives.
    package var device: Device {
        var (kind, index): (Int32, Int32) = (0, 0)
        _ = withHandle { ctorch.device($0, &kind, &index) }
        return isOnStandIn ? .standIn : Device(Device.Kind(rawValue: kind) ?? .cpu, index: Int(index))
    }

    /// An empty tensor that stands for a result that could not be computed, until the failure is thrown.
    ///
    /// What is computed with it is missing too.
    static func missing() -> Tensor {
        var sizes: Int64 = 0
        guard let handle = ctorch.over_memory(nil, &sizes, 1, ElementType.float32.number, { _ in }, nil) else {
            fatalError("LibTorch: \(Failure.lastMessage)")
        }
        return Tensor(owning: handle, isMissing: true)
    }
}

extension Tensor: CustomStringConvertible {
    /// Type, shape and device, as in `float32[2, 3] on cpu`.
    public var description: String { "\(dtype.rawValue)\(shape) on \(device)" }
}
