import Files

/// Reads the fields of a message in protobuf's wire format, without copying it.
struct ProtobufReader {
    /// A field's value.
    enum Value {
        /// A whole number, also one that stands for true or false.
        case integer(UInt64)
        /// A number of 32 bits.
        case fixed32(UInt32)
        /// A number of 64 bits.
        case fixed64(UInt64)
        /// A text, bytes, or a message of its own: its place in the file.
        case bytes(Range<Int>)
    }

    private let bytes: UnsafeRawBufferPointer
    private let file: String
    private var position: Int
    private let end: Int

    /// Starts at the first field of the message that lies in a range of a file's bytes.
    init(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>? = nil, file: String) {
        self.bytes = bytes
        self.file = file
        position = range?.lowerBound ?? 0
        end = range?.upperBound ?? bytes.count
    }

    /// The next field; nil at the end of the message.
    ///
    /// - Throws: ``UserError`` when the message is cut off or a field is of no known kind.
    mutating func next() throws -> (number: UInt64, value: Value)? {
        guard position < end else { return nil }
        let key = try integer()
        switch key & 7 {
        case 0: return (key >> 3, .integer(try integer()))
        case 1: return (key >> 3, .fixed64(try fixed(8)))
        case 2:
            let count = try integer()
            guard count <= UInt64(end - position) else { throw error("a field of \(count) bytes is cut off") }
            defer { position += Int(count) }
            return (key >> 3, .bytes(position..<position + Int(count)))
        case 5: return (key >> 3, .fixed32(UInt32(truncatingIfNeeded: try fixed(4))))
        case let kind: throw error("a field of the unknown kind \(kind)")
        }
    }

    /// The text at a place of the file.
    func text(_ range: Range<Int>) throws -> String {
        guard let text = String(validating: bytes[range], as: UTF8.self) else { throw error("a text that is not UTF-8") }
        return text
    }

    /// An error about the file, with the place that was reached.
    func error(_ problem: String) -> UserError {
        UserError(
            "not a SentencePiece model: \(problem) (byte \(position))", at: file, remedy: "Fetch the file again.")
    }

    private mutating func integer() throws -> UInt64 {
        var value: UInt64 = 0
        for shift in 0..<10 as Range<UInt64> {
            guard position < end else { throw error("a number is cut off") }
            let byte = bytes[position]
            position += 1
            value |= UInt64(byte & 0x7F) << (7 * shift)
            if byte < 0x80 { return value }
        }
        throw error("a number of more than ten bytes")
    }

    private mutating func fixed(_ count: Int) throws -> UInt64 {
        guard count <= end - position else { throw error("a number is cut off") }
        defer { position += count }
        return (0..<count).reduce(0) { $0 | UInt64(bytes[position + $1]) << (8 * UInt64($1)) }
    }
}
