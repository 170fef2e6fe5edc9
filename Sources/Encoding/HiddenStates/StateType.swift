package import Files

/// What stored states may be written as: one of the element types that fractions have.
public enum StateType: String, Codable, Sendable, CaseIterable {
    /// 1 sign, 5 exponent, 10 mantissa bits; values up to 65504.
    case float16
    /// 1 sign, 8 exponent, 7 mantissa bits; the range of float32.
    case bfloat16
    /// IEEE 754 single precision.
    case float32

    /// The type as that of a tensor.
    package var element: ElementType {
        switch self {
        case .float16: .float16
        case .bfloat16: .bfloat16
        case .float32: .float32
        }
    }

    /// Bytes of one value.
    package var size: Int { element.size }

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

extension StateType {
    /// Converts float32 values to this type, rounding to nearest, ties to even.
    ///
    /// The loops are branchless integer code that the compiler vectorises; no hardware support for 16 bits is needed.
    ///
    /// - Parameters:
    ///   - values: the float32 values.
    ///   - bytes: takes `values.count * size` bytes, aligned to ``size``.
    /// - Returns: whether every value was finite and fits; when false, the bytes written are unusable.
    func convert(_ values: UnsafeBufferPointer<Float>, into bytes: UnsafeMutableRawBufferPointer) -> Bool {
        precondition(bytes.count == values.count * size, "\(bytes.count) bytes for \(values.count) values of \(self)")
        guard let source = values.baseAddress, let target = bytes.baseAddress else { return true }
        let count = values.count
        let bits = UnsafeRawPointer(source).assumingMemoryBound(to: UInt32.self)
        var largest: UInt32 = 0
        switch self {
        case .float16:
            let halves = target.assumingMemoryBound(to: UInt16.self)
            for index in 0..<count {
                let magnitude = bits[index] & 0x7FFF_FFFF
                largest = max(largest, magnitude)
                halves[index] = Self.float16(bits[index])
            }
        case .bfloat16:
            let halves = target.assumingMemoryBound(to: UInt16.self)
            for index in 0..<count {
                let value = bits[index]
                largest = max(largest, value & 0x7FFF_FFFF)
                halves[index] = UInt16(truncatingIfNeeded: (value &+ 0x7FFF &+ ((value >> 16) & 1)) >> 16)
            }
        case .float32:
            for index in 0..<count { largest = max(largest, bits[index] & 0x7FFF_FFFF) }
            target.copyMemory(from: source, byteCount: bytes.count)
        }
        return largest < overflowBits
    }

    /// What is left of values that are stored as this type; nil where one does not fit.
    package func rounded(_ values: [Float]) -> [Float]? {
        var bytes = [UInt32](repeating: 0, count: (values.count * size + 3) / 4)
        return bytes.withUnsafeMutableBytes { all in
            let bytes = UnsafeMutableRawBufferPointer(rebasing: all[..<(values.count * size)])
            guard values.withUnsafeBufferPointer({ convert($0, into: bytes) }) else { return nil }
            return [Float](unsafeUninitializedCapacity: values.count) { buffer, count in
                expand(UnsafeRawBufferPointer(bytes), into: UnsafeMutableBufferPointer(rebasing: buffer[..<values.count]))
                count = values.count
            }
        }
    }

    /// Converts stored values of this type back to float32, exactly.
    ///
    /// - Parameters:
    ///   - bytes: values of this type.
    ///   - values: takes `bytes.count / size` values.
    func expand(_ bytes: UnsafeRawBufferPointer, into values: UnsafeMutableBufferPointer<Float>) {
        precondition(bytes.count == values.count * size, "\(bytes.count) bytes for \(values.count) values of \(self)")
        for index in values.indices {
            values[index] =
                switch self {
                case .float16: ElementType.float(half: bytes.loadUnaligned(fromByteOffset: index * 2, as: UInt16.self))
                case .bfloat16:
                    Float(bitPattern: UInt32(bytes.loadUnaligned(fromByteOffset: index * 2, as: UInt16.self)) << 16)
                case .float32: bytes.loadUnaligned(fromByteOffset: index * 4, as: Float.self)
                }
        }
    }

    /// Whether all stored values of this type are finite.
    func areFinite(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let start = bytes.baseAddress else { return true }
        var largest: UInt32 = 0
        if size == 2 {
            let values = start.assumingMemoryBound(to: UInt16.self)
            var largestHalf: UInt16 = 0
            for index in 0..<(bytes.count / 2) { largestHalf = max(largestHalf, values[index] & 0x7FFF) }
            largest = UInt32(largestHalf)
        } else {
            let values = start.assumingMemoryBound(to: UInt32.self)
            for index in 0..<(bytes.count / 4) { largest = max(largest, values[index] & 0x7FFF_FFFF) }
        }
        return largest < infinityBits
    }

    /// The float16 bits nearest to the float32 value of these bits, ties to even; unusable at and above `overflowBits`.
    @inline(__always)
    private static func float16(_ value: UInt32) -> UInt16 {
        let magnitude = value & 0x7FFF_FFFF
        // Below 2^-14 the result is subnormal: adding 0.5 lets the float adder itself shift and round the mantissa.
        let shifted = Float(bitPattern: magnitude) + 0.5
        let subnormal = shifted.bitPattern &- 0x3F00_0000
        // Otherwise rebias the exponent by 15 - 127 and round the 13 bits that go.
        let normal = (magnitude &- 0x3800_0000 &+ 0xFFF &+ ((magnitude >> 13) & 1)) >> 13
        let half = magnitude < 0x3880_0000 ? subnormal : normal
        return UInt16(truncatingIfNeeded: half | (value >> 16) & 0x8000)
    }
}
