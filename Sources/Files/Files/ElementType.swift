/// The type of the elements of tensors and arrays, in files and in memory.
public enum ElementType: String, Sendable, CaseIterable {
    case float16, bfloat16, float32, float64
    case int8, int16, int32, int64, uint8, bool

    /// Bytes of an element.
    package var size: Int {
        switch self {
        case .int8, .uint8, .bool: 1
        case .float16, .bfloat16, .int16: 2
        case .float32, .int32: 4
        case .float64, .int64: 8
        }
    }

    /// Whether elements are numbers with a point.
    package var isFloating: Bool {
        switch self {
        case .float16, .bfloat16, .float32, .float64: true
        case .int8, .int16, .int32, .int64, .uint8, .bool: false
        }
    }

    /// The type's name in a safetensors header: `F32`, `BF16`, `I64`, ...
    package var safetensorsName: String {
        switch self {
        case .float16: "F16"
        case .bfloat16: "BF16"
        case .float32: "F32"
        case .float64: "F64"
        case .int8: "I8"
        case .int16: "I16"
        case .int32: "I32"
        case .int64: "I64"
        case .uint8: "U8"
        case .bool: "BOOL"
        }
    }

    /// The type of a name in a safetensors header; nil for the others.
    package init?(safetensorsName: String) {
        guard let match = Self.allCases.first(where: { $0.safetensorsName == safetensorsName }) else { return nil }
        self = match
    }

    /// The value of a floating element that begins at a place.
    @inline(__always)
    func value(at place: Int, of bytes: UnsafeRawBufferPointer, isBigEndian: Bool) -> Float {
        switch self {
        case .float16:
            let bits = bytes.loadUnaligned(fromByteOffset: place, as: UInt16.self)
            return Self.float(half: isBigEndian ? bits.byteSwapped : bits)
        case .bfloat16:
            let bits = bytes.loadUnaligned(fromByteOffset: place, as: UInt16.self)
            return Float(bitPattern: UInt32(isBigEndian ? bits.byteSwapped : bits) << 16)
        case .float32:
            let bits = bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self)
            return Float(bitPattern: isBigEndian ? bits.byteSwapped : bits)
        case .float64:
            let bits = bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self)
            return Float(Double(bitPattern: isBigEndian ? bits.byteSwapped : bits))
        case .int8, .int16, .int32, .int64, .uint8, .bool: preconditionFailure("not a floating element")
        }
    }

    /// The exact value of float16 bits.
    @inlinable
    package static func float(half: UInt16) -> Float {
        let sign = UInt32(half & 0x8000) << 16
        let exponent = UInt32(half >> 10) & 0x1F
        let mantissa = UInt32(half) & 0x3FF
        if exponent == 0 {
            let magnitude = Float(mantissa) * 0x1p-24
            return sign == 0 ? magnitude : -magnitude
        }
        if exponent == 0x1F { return Float(bitPattern: sign | 0x7F80_0000 | mantissa << 13) }
        return Float(bitPattern: sign | (exponent + 112) << 23 | mantissa << 13)
    }
}
