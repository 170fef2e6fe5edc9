/// The characters that stand for bytes in vocabularies of byte-level BPE: printable ones of Latin-1 for themselves, and from
/// U+0100 on for all others, so that a blank is "Ġ".
enum ByteCharacters {
    /// The character of each byte.
    static let scalars: [Unicode.Scalar] = {
        var next: UInt32 = 0x100
        return (0..<256).map { byte in
            switch byte {
            case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF: return Unicode.Scalar(UInt8(byte))
            default:
                defer { next += 1 }
                return Unicode.Scalar(next)!
            }
        }
    }()

    /// The byte of each character below U+0200; -1 for those that stand for none.
    private static let bytes: [Int16] = {
        var bytes = Array(repeating: Int16(-1), count: 0x200)
        for (byte, scalar) in scalars.enumerated() { bytes[Int(scalar.value)] = Int16(byte) }
        return bytes
    }()

    /// The bytes that a token's characters stand for; nil when one stands for none.
    static func bytes(of token: String) -> [UInt8]? {
        var result: [UInt8] = []
        result.reserveCapacity(token.utf8.count)
        for scalar in token.unicodeScalars {
            guard scalar.value < 0x200, bytes[Int(scalar.value)] >= 0 else { return nil }
            result.append(UInt8(bytes[Int(scalar.value)]))
        }
        return result
    }

    /// A text with each of its bytes as a character.
    static func characters(of text: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count + text.count / 4)
        for byte in text { result.append(scalars[Int(byte)]) }
        return result
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// The scalar that starts at `position`, which then moves past it. The bytes have to be valid UTF-8.
    @inline(__always)
    func scalar(at position: inout Int) -> Unicode.Scalar {
        let first = UInt32(self[position])
        let count = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
        var value = count == 1 ? first : first & (0x7F >> UInt32(count))
        for offset in 1..<Swift.max(count, 1) { value = value << 6 | UInt32(self[position + offset] & 0x3F) }
        position += count
        return Unicode.Scalar(value) ?? "\u{FFFD}"
    }

    /// The scalar that ends before `position`. The bytes have to be valid UTF-8.
    func scalar(before position: Int) -> Unicode.Scalar {
        var start = position - 1
        while start > 0, self[start] & 0xC0 == 0x80 { start -= 1 }
        return scalar(at: &start)
    }

    /// The bytes of a range, without a copy.
    @inline(__always)
    func slice(_ range: Range<Int>) -> UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(rebasing: self[range]) }
}

extension [UInt8] {
    /// Appends a scalar as UTF-8.
    @inline(__always)
    mutating func append(_ scalar: Unicode.Scalar) {
        if scalar.isASCII {
            append(UInt8(truncatingIfNeeded: scalar.value))
        } else {
            append(contentsOf: UTF8.encode(scalar)!)
        }
    }
}
