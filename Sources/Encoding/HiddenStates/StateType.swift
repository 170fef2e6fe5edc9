import Files

/// The number format of stored states.
public enum StateType: String, Codable, Sendable, CaseIterable {
    /// 1 sign, 5 exponent, 10 mantissa bits; values up to 65504.
    case float16
    /// 1 sign, 8 exponent, 7 mantissa bits; the range of float32.
    case bfloat16
    /// IEEE 754 single precision.
    case float32

    /// Bytes of one value.
    public var size: Int { self == .float32 ? 4 : 2 }

    /// The type's name in a safetensors header.
    public var safetensorsName: String {
        switch self {
        case .float16: "F16"
        case .bfloat16: "BF16"
        case .float32: "F32"
        }
    }

    /// The bits of the least float32 magnitude that does not fit: it rounds to infinity, or is infinite or NaN itself.
    var overflowBits: UInt32 {
        switch self {
        case .float16: 0x477F_F000
        case .bfloat16: 0x7F7F_8000
        case .float32: 0x7F80_0000
        }
    }

    /// The bits of infinity in this type, without the sign; a stored magnitude at or above it is not finite.
    var infinityBits: UInt32 {
        switch self {
        case .float16: 0x7C00
        case .bfloat16: 0x7F80
        case .float32: 0x7F80_0000
        }
    }
}
