import Foundation

/// Reads JSON (RFC 8259) byte by byte, without building a tree of it.
struct JSONScanner {
    /// What is wrong and at which byte.
    struct Failure: Error, CustomStringConvertible {
        let problem: String
        let offset: Int
        var description: String { "not JSON: \(problem) at byte \(offset + 1)" }
    }

    private let bytes: UnsafeRawBufferPointer
    // Takes texts with escapes.
    private let text: TextMemory
    private(set) var position = 0

    /// Reads some bytes; texts with escapes are resolved in `text`. What is read is in either and holds as long as they do.
    init(_ bytes: UnsafeRawBufferPointer, resolvingIn text: TextMemory) {
        self.bytes = bytes
        self.text = text
        // Resolved texts are no longer than their source, so none has to move while this one is read.
        text.reserve(bytes.count)
    }

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

    /// Reads a string, with escapes resolved; half a surrogate pair becomes U+FFFD.
    mutating func readString() throws(Failure) -> UnsafeRawBufferPointer {
        try expect(UInt8(ascii: "\""))
        // Most texts end at the next quote and have no escape: they are taken where they are.
        let start = position
        guard let end = find(UInt8(ascii: "\""), from: start) else {
            position = bytes.count
            throw failure("the text has no end")
        }
        guard let escape = find(UInt8(ascii: "\\"), from: start, to: end) else {
            position = end + 1
            return UnsafeRawBufferPointer(rebasing: bytes[start..<end])
        }
        let resolved = text.count
        text.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[start..<escape]))
        position = escape
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return text[resolved..<text.count]
            case UInt8(ascii: "\\"): try readEscape()
            default: text.append(byte)
            }
        }
        throw failure("the text has no end")
    }

    private func find(_ byte: UInt8, from start: Int, to end: Int? = nil) -> Int? {
        let end = end ?? bytes.count
        guard start < end, let base = bytes.baseAddress, let found = memchr(base + start, Int32(byte), end - start) else {
            return nil
        }
        return UnsafeRawPointer(found) - base
    }

    private mutating func readEscape() throws(Failure) {
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
            for byte in UTF8.encode(UnicodeScalar(value) ?? "\u{FFFD}")! { text.append(byte) }
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

    /// Reads a number, `true`, `false` or `null` and gives it as it is written.
    mutating func readWord() throws(Failure) -> UnsafeRawBufferPointer {
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
        let word = UnsafeRawBufferPointer(rebasing: bytes[start..<position])
        if let first = word.first, first == UInt8(ascii: "-") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) {
            let isNumber = word.allSatisfy { $0 < UInt8(ascii: "a") || $0 == UInt8(ascii: "e") }
            guard isNumber, word.count > 1 || first != UInt8(ascii: "-") else { throw failure("expected a number") }
            return word
        }
        guard word.elementsEqual("null".utf8) || word.elementsEqual("true".utf8) || word.elementsEqual("false".utf8) else {
            position = start
            throw failure("expected a value")
        }
        return word
    }

    /// Passes over a value of any kind. Of a nested one only texts and brackets are checked; there is no limit on its depth.
    mutating func skipValue() throws(Failure) {
        var open: [UInt8] = []
        let resolved = text.count
        repeat {
            guard let byte = peek() else { throw failure("the value has no end") }
            switch byte {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                // In ASCII the closing bracket is two after the opening one.
                open.append(byte + 2)
                position += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                guard open.popLast() == byte else { throw failure("a bracket that was not opened") }
                position += 1
            case UInt8(ascii: ","), UInt8(ascii: ":"):
                guard !open.isEmpty else { throw failure("expected a value") }
                position += 1
            case UInt8(ascii: "\""):
                _ = try readString()
                text.count = resolved
            default: _ = try readWord()
            }
        } while !open.isEmpty
    }
}
