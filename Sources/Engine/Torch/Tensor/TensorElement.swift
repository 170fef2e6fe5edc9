@_exported public import enum Files.ElementType

extension ElementType {
    /// The number that LibTorch knows the type by.
    var number: Int32 {
        switch self {
        case .uint8: 0
        case .int8: 1
        case .int16: 2
        case .int32: 3
        case .int64: 4
        case .float16: 5
        case .float32: 6
        case .float64: 7
        case .bool: 11
        case .bfloat16: 15
        }
    }

    /// The type of a number of LibTorch's; nil for the complex and quantised ones.
    init?(number: Int32) {
        guard Self.byNumber.indices.contains(Int(number)), let type = Self.byNumber[Int(number)] else { return nil }
        self = type
    }

    private static let byNumber = (0...15).map { number in allCases.first { $0.number == number } }
}

/// A Swift type whose arrays become tensors and back.
public protocol TensorElement: BitwiseCopyable {
    /// The tensor's type for these elements.
    static var dtype: ElementType { get }
}

extension Float: TensorElement {
    /// `float32`.
    public static var dtype: ElementType { .float32 }
}
extension Double: TensorElement {
    /// `float64`.
    public static var dtype: ElementType { .float64 }
}
extension Int64: TensorElement {
    /// `int64`.
    public static var dtype: ElementType { .int64 }
}
extension Int32: TensorElement {
    /// `int32`.
    public static var dtype: ElementType { .int32 }
}
extension UInt8: TensorElement {
    /// `uint8`.
    public static var dtype: ElementType { .uint8 }
}
extension Bool: TensorElement {
    /// `bool`.
    public static var dtype: ElementType { .bool }
}
