/// How the characters of a text file are written as bytes.
public enum TextEncoding: String, Sendable, Codable, CaseIterable {
    /// UTF-8.
    case utf8 = "utf-8"
    /// UTF-16 with the lower byte first.
    case utf16LittleEndian = "utf-16le"
    /// UTF-16 with the upper byte first.
    case utf16BigEndian = "utf-16be"
    /// The code page of Western European Windows: Latin-1 with letters and signs at 128 to 159.
    case windows1252 = "windows-1252"
    /// ISO 8859-1: the first 256 characters of Unicode, one byte each.
    case latin1 = "latin-1"

    /// The encoding that a byte order mark at a file's start says, and the mark's length; nil where there is none.
    static func mark(_ bytes: UnsafeRawBufferPointer) -> (encoding: TextEncoding, length: Int)? {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return (.utf8, 3) }
        if bytes.starts(with: [0xFF, 0xFE]) { return (.utf16LittleEndian, 2) }
        if bytes.starts(with: [0xFE, 0xFF]) { return (.utf16BigEndian, 2) }
        return nil
    }

    /// The encoding that zero bytes at a file's start speak for: the other half of the first letter in UTF-16 without a mark.
    static func guess(_ bytes: UnsafeRawBufferPointer) -> TextEncoding? {
        guard bytes.count >= 2, (bytes[0] == 0) != (bytes[1] == 0) else { return nil }
        return bytes[1] == 0 ? .utf16LittleEndian : .utf16BigEndian
    }

    /// The characters 128 to 159 of ``windows1252``; undefined ones stand for themselves.
    package static let windows1252Characters: [UInt16] = [
        0x20AC, 0x81, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D, 0x017D,
        0x8F,
        0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D, 0x017E,
        0x0178,
    ]
}

/// Turns the bytes of another encoding into UTF-8, block by block.
struct TextDecoder {
    let encoding: TextEncoding
    /// The most bytes of UTF-8 that one byte becomes.
    static let growth = 3
    // What the last block ended in the middle of: a byte of a pair, or the first unit of a surrogate pair.
    private var half: UInt8?
    private var leading: UInt16?

    /// What is wrong with the bytes, and how many bytes of UTF-8 were written before it.
    struct Failure: Error {
        let problem: String
        let written: Int
    }

    init(_ encoding: TextEncoding) { self.encoding = encoding }

    /// Decodes a block into memory with room for ``growth`` bytes each; how many bytes were written.
    mutating func decode(
        _ bytes: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer
    ) throws -> Int {
        var written = 0
        switch encoding {
        case .utf8:
            target.copyMemory(from: bytes)
            return bytes.count
        case .latin1, .windows1252:
            for byte in bytes {
                let isSpecial = encoding == .windows1252 && byte & 0xE0 == 0x80
                let scalar = isSpecial ? TextEncoding.windows1252Characters[Int(byte) - 128] : UInt16(byte)
                Self.write(UInt32(scalar), to: target, &written)
            }
        case .utf16LittleEndian, .utf16BigEndian:
            for byte in bytes {
                guard let first = half else {
                    half = byte
                    continue
                }
                half = nil
                let unit = encoding == .utf16BigEndian ? UInt16(first) << 8 | UInt16(byte) : UInt16(byte) << 8 | UInt16(first)
                try take(unit, target, &written)
            }
        }
        return written
    }

    /// Checks that the text does not end in the middle of a character.
    func finish() throws {
        guard half == nil, leading == nil else { throw Failure(problem: "ends in the middle of a character", written: 0) }
    }

    private mutating func take(
        _ unit: UInt16, _ target: UnsafeMutableRawBufferPointer, _ written: inout Int
    ) throws {
        let isTrailing = unit >> 10 == 0xDC00 >> 10
        if let first = leading {
            guard isTrailing else { throw Failure(problem: "half a surrogate pair", written: written) }
            leading = nil
            Self.write(0x10000 + UInt32(first & 0x3FF) << 10 + UInt32(unit & 0x3FF), to: target, &written)
        } else if unit >> 10 == 0xD800 >> 10 {
            leading = unit
        } else {
            guard !isTrailing else { throw Failure(problem: "half a surrogate pair", written: written) }
            Self.write(UInt32(unit), to: target, &written)
        }
    }

    /// Writes a character, which is no half of a surrogate pair.
    private static func write(_ scalar: UInt32, to target: UnsafeMutableRawBufferPointer, _ written: inout Int) {
        func put(_ byte: UInt32) {
            target[written] = UInt8(byte)
            written += 1
        }
        switch scalar {
        case ..<0x80: put(scalar)
        case ..<0x800:
            put(0xC0 | scalar >> 6)
            put(0x80 | scalar & 0x3F)
        case ..<0x10000:
            put(0xE0 | scalar >> 12)
            put(0x80 | scalar >> 6 & 0x3F)
            put(0x80 | scalar & 0x3F)
        default:
            put(0xF0 | scalar >> 18)
            put(0x80 | scalar >> 12 & 0x3F)
            put(0x80 | scalar >> 6 & 0x3F)
            put(0x80 | scalar & 0x3F)
        }
    }
}
