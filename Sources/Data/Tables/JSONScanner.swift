/// Reads JSON (RFC 8259) byte by byte, without building a tree of it.
struct JSONScanner {
    /// What is wrong and at which byte.
    struct Failure: Error, CustomStringConvertible {
        let problem: String
        let offset: Int
        var description: String { "not JSON: \(problem) at byte \(offset + 1)" }
    }

    private let bytes: [UInt8]
    private(set) var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    func failure(_ problem: String) -> Failure { Failure(problem: problem, offset: position) }

    /// The next byte that is not white space; nil at the end.
    mutating func peek() -> UInt8? {
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"): position += 1
            default: return bytes[position]
            }
        }
        return nil
    }

    /// Takes one byte if it is the next.
    mutating func take(_ byte: UInt8) -> Bool {
        guard peek() == byte else { return false }
        position += 1
        return true
    }

    /// Takes a byte that has to be there.
    mutating func expect(_ byte: UInt8) throws(Failure) {
        guard take(byte) else { throw failure("expected \"\(Character(UnicodeScalar(byte)))\"") }
    }

    /// Checks that only white space is left.
    mutating func readEnd() throws(Failure) {
        guard peek() == nil else { throw failure("more text than one value") }
    }

    /// Reads a string and appends its bytes, with escapes resolved; half a surrogate pair becomes U+FFFD.
    mutating func readString(into text: inout [UInt8]) throws(Failure) {
        try expect(UInt8(ascii: "\""))
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return
            case UInt8(ascii: "\\"): try readEscape(into: &text)
            default: text.append(byte)
            }
        }
        throw failure("the text has no end")
    }

    private mutating func readEscape(into text: inout [UInt8]) throws(Failure) {
        guard position < bytes.count else { throw failure("the text has no end") }
        let byte = bytes[position]
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "u"):
            var value = try readHex()
            if value >> 10 == 0xD800 >> 10, position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
                bytes[position + 1] == UInt8(ascii: "u")
            {
                let back = position
                position += 2
                let low = try readHex()
                if low >> 10 == 0xDC00 >> 10 {
                    value = 0x10000 + (value & 0x3FF) << 10 + low & 0x3FF
                } else {
                    position = back
                }
            }
            text.append(contentsOf: String(UnicodeScalar(value) ?? "\u{FFFD}").utf8)
        default:
            position -= 1
            throw failure("an unknown escape")
        }
    }

    private mutating func readHex() throws(Failure) -> UInt32 {
        guard position + 4 <= bytes.count else { throw failure("the text has no end") }
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = Character(UnicodeScalar(bytes[position])).hexDigitValue, bytes[position] < 0x80 else {
                throw failure("expected a hexadecimal digit")
            }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }

    /// Reads a number, `true`, `false` or `null` and says where it stood.
    mutating func readWord() throws(Failure) -> Range<Int> {
        _ = peek()
        let start = position
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "+"),
                UInt8(ascii: "-"),
                UInt8(ascii: "."), UInt8(ascii: "E"):
                position += 1
                continue
            default: break
            }
            break
        }
        let word = bytes[start..<position]
        if let first = word.first, first == UInt8(ascii: "-") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) {
            let isNumber = word.allSatisfy { $0 < UInt8(ascii: "a") || $0 == UInt8(ascii: "e") }
            guard isNumber, word.count > 1 || first != UInt8(ascii: "-") else { throw failure("expected a number") }
            return start..<position
        }
        guard word.elementsEqual("null".utf8) || word.elementsEqual("true".utf8) || word.elementsEqual("false".utf8) else {
            position = start
            throw failure("expected a value")
        }
        return start..<position
    }

    /// Passes over a value of any kind. Of a nested one only texts and brackets are checked; there is no limit on its depth.
    mutating func skipValue() throws(Failure) {
        var open: [UInt8] = []
        var ignored: [UInt8] = []
        repeat {
            guard let byte = peek() else { throw failure("the value has no end") }
            switch byte {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                // In ASCII the closing bracket stands two after the opening one.
                open.append(byte + 2)
                position += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                guard open.popLast() == byte else { throw failure("a bracket that was not opened") }
                position += 1
            case UInt8(ascii: ","), UInt8(ascii: ":"):
                guard !open.isEmpty else { throw failure("expected a value") }
                position += 1
            case UInt8(ascii: "\""):
                ignored.removeAll(keepingCapacity: true)
                try readString(into: &ignored)
            default: _ = try readWord()
            }
        } while !open.isEmpty
    }

    /// The bytes of a range that was read.
    func slice(_ range: Range<Int>) -> ArraySlice<UInt8> { bytes[range] }
}
