/// The type of a tensor's elements.
public enum DType: Int32, Sendable, CaseIterable {
    case uint8 = 0
    case int32 = 3
    case int64 = 4
    case float16 = 5
    case float32 = 6
    case float64 = 7
    case bool = 11
    case bfloat16 = 15

    /// Bytes of one element.
    package var size: Int {
        switch self {
        case .uint8, .bool: 1
        case .float16, .bfloat16: 2
        case .int32, .float32: 4
        case .int64, .float64: 8
        }
    }

    /// The type's name in safetensors files: `F32`, `BF16`, `I64`, ...
    package var safetensorsName: String {
        switch self {
        case .uint8: "U8"
        case .int32: "I32"
        case .int64: "I64"
        case .float16: "F16"
        case .float32: "F32"
        case .float64: "F64"
        case .bool: "BOOL"
        case .bfloat16: "BF16"
        }
    }

    /// The type of that name in safetensors files; nil for one that the engine does not hold.
    package init?(safetensorsName: String) {
        guard let match = Self.allCases.first(where: { $0.safetensorsName == safetensorsName }) else { return nil }
        self = match
    }

    /// The type's name in settings and tables, as in `float32`.
    package var name: String { "\(self)" }
}

/// A Swift type whose arrays become tensors and back.
public protocol TensorElement: BitwiseCopyable {
    /// The tensor's type for these elements.
    static var dtype: DType { get }
}

extension Float: TensorElement {
    /// `float32`.
    public static var dtype: DType { .float32 }
}
extension Double: TensorElement {
    /// `float64`.
    public static var dtype: DType { .float64 }
}
extension Int64: TensorElement {
    /// `int64`.
    public static var dtype: DType { .int64 }
}
extension Int32: TensorElement {
    /// `int32`.
    public static var dtype: DType { .int32 }
}
extension UInt8: TensorElement {
    /// `uint8`.
    public static var dtype: DType { .uint8 }
}
extension Bool: TensorElement {
    /// `bool`.
    public static var dtype: DType { .bool }
}
