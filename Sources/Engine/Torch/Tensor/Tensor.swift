import CTorch
import Files

/// An array of numbers of any rank on a device, with the gradient machinery of LibTorch behind it.
///
/// A reference type, as the tensors of LibTorch are. Not `Sendable`: keep a tensor, and whatever is computed with it, on one thread or
/// in one actor that does not run on the cooperative pool. Expressions do not throw; see ``withTensorErrors(_:)``.
public final class Tensor {
    let handle: CTorchTensor

    init(owning handle: CTorchTensor) { self.handle = handle }

    deinit { ctorch.release(handle) }

    /// How many dimensions there are; 0 for a scalar.
    public var rank: Int { Int(ctorch.rank(handle)) }

    /// The length of each dimension.
    public var shape: [Int] { (0..<rank).map { Int(ctorch.size(handle, Int64($0))) } }

    /// The length of one dimension; negative ones count from the last.
    public func size(_ dimension: Int) -> Int { Int(ctorch.size(handle, Int64(dimension))) }

    /// How many elements there are.
    public var count: Int { Int(ctorch.element_count(handle)) }

    /// The elements' type.
    public var dtype: DType {
        guard let dtype = DType(rawValue: ctorch.dtype(handle)) else {
            preconditionFailure("a tensor of LibTorch's type \(ctorch.dtype(handle)), which the engine does not hold")
        }
        return dtype
    }

    /// Where the tensor lives.
    public var device: Device {
        var kind: Int32 = 0
        var index: Int32 = 0
        ctorch.device(handle, &kind, &index)
        return Device(Device.Kind(rawValue: kind) ?? .cpu, index: Int(index))
    }

    /// An empty tensor that stands for a result that could not be computed, until the failure is thrown.
    static func nothing() -> Tensor {
        var sizes: Int64 = 0
        guard let handle = ctorch.over_memory(nil, &sizes, 1, DType.float32.rawValue, { _ in }, nil) else {
            fatalError("LibTorch: \(String(cString: ctorch.error()))")
        }
        return Tensor(owning: handle)
    }
}

extension Tensor: CustomStringConvertible {
    /// Type, shape and device, as in `float32[2, 3] on cpu`.
    public var description: String { "\(dtype.name)\(shape) on \(device)" }
}
