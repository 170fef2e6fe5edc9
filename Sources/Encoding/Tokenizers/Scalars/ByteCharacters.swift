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
