/// The types of elements that arrays and tensors of other programs' files have.
package enum ElementType: String, Sendable, CaseIterable {
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

    /// The type of a name in a safetensors header; nil for the others.
    init?(safetensors name: String) {
        let names: [String: ElementType] = [
            "F16": .float16, "BF16": .bfloat16, "F32": .float32, "F64": .float64, "I8": .int8, "I16": .int16, "I32": .int32,
            "I64": .int64, "U8": .uint8, "BOOL": .bool,
        ]
        guard let type = names[name] else { return nil }
        self = type
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
    private static func float(half: UInt16) -> Float {
        let sign: Float = half & 0x8000 == 0 ? 1 : -1
        let exponent = UInt32(half >> 10) & 0x1F
        let mantissa = UInt32(half) & 0x3FF
        if exponent == 0 { return sign * Float(mantissa) * 0x1p-24 }
        if exponent == 0x1F { return mantissa == 0 ? sign * .infinity : .nan }
        return sign * Float(bitPattern: (exponent + 112) << 23 | mantissa << 13)
    }
}
