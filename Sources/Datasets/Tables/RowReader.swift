import Files
import Foundation

/// Reads rows of fields between separators. Blank lines are skipped.
final class RowReader {
    /// What is between the fields.
    let separator: Separator
    /// The fields of the row last read; they hold until the next one is read.
    private(set) var fields: [UnsafeRawBufferPointer] = []
    /// The line that the row last read starts in, from 1.
    private(set) var line = 0
    private let lines: LineReader
    private let hasQuotes: Bool
    // Whether each field of the row was in quotes; only where the row has any.
    private var quoted: [Bool] = []

    init(_ lines: LineReader, _ separator: Separator, hasQuotes: Bool) {
        self.lines = lines
        self.separator = separator
        self.hasQuotes = hasQuotes
    }

    /// The file.
    var url: URL { lines.url }
    /// Where the row last read starts, as `path:line`.
    var place: String { "\(lines.url.path):\(line)" }

    /// Whether a field of the row last read was in quotes.
    func isQuoted(_ field: Int) -> Bool { !quoted.isEmpty && quoted[field] }

    /// Reads the fields of a row, in place or, where there are quotes, resolved in `text`; false at the end of the file.
    func next(_ text: TextMemory) throws -> Bool {
        var bytes: UnsafeRawBufferPointer
        repeat {
            guard let next = try lines.line() else { return false }
            bytes = next
        } while bytes.isEmpty || bytes[0] == UInt8(ascii: " ") && bytes.allSatisfy { $0 == UInt8(ascii: " ") }
        line = lines.number
        fields.removeAll(keepingCapacity: true)
        quoted.removeAll(keepingCapacity: true)
        if !hasQuotes || memchr(bytes.baseAddress!, Int32(UInt8(ascii: "\"")), bytes.count) == nil {
            separator.split(bytes, into: &fields)
        } else {
            text.append(contentsOf: bytes)
            fields += try unquote(text).map { text[$0] }
        }
        return true
    }

    /// Splits a row with quotes. Read bytes are moved to the front over those that fall away, so no second buffer is needed.
    ///
    /// Spaces around a field in quotes fall away with them.
    private func unquote(_ text: TextMemory) throws -> [Range<Int>] {
        let quote = UInt8(ascii: "\"")
        let space = UInt8(ascii: " ")
        var ranges: [Range<Int>] = []
        var read = 0
        var written = 0
        while true {
            let start = written
            var opening = read
            while opening < text.count, text.bytes[opening] == space { opening += 1 }
            let isQuoted = opening < text.count && text.bytes[opening] == quote
            quoted.append(isQuoted)
            if isQuoted {
                read = opening + 1
                try moveQuoted(text, &read, &written)
                while read < text.count, text.bytes[read] == space { read += 1 }
                guard read == text.count || separator.starts(in: text, at: read) else {
                    throw UserError(
                        "text after the closing quote of field \(ranges.count + 1)", at: lines.place,
                        remedy: "Write quotes inside a field twice.")
                }
            } else {
                let bytes = text.bytes
                while read < text.count, !separator.starts(in: text, at: read) {
                    bytes[written] = bytes[read]
                    read += 1
                    written += 1
                }
            }
            ranges.append(start..<written)
            if read == text.count { return ranges }
            read += separator.count
        }
    }

    /// Moves the text up to a closing quote, over as many lines as it has.
    private func moveQuoted(_ text: TextMemory, _ read: inout Int, _ written: inout Int) throws {
        let quote = UInt8(ascii: "\"")
        while true {
            if read == text.count {
                text.reserve(1)
                text.append(UInt8(ascii: "\n"))
                guard let more = try lines.line() else {
                    throw UserError(
                        "a quote that is not closed before the end of the file", at: place,
                        remedy: "Close it, or write quotes inside a field twice.")
                }
                guard text.count + more.count <= LineReader.longestLine else {
                    throw UserError(
                        "a row is longer than \(LineReader.longestLine >> 20) MB", at: place,
                        remedy: "Close the quote that is open there.")
                }
                text.append(contentsOf: more)
            }
            let byte = text.bytes[read]
            read += 1
            if byte == quote {
                guard read < text.count, text.bytes[read] == quote else { return }
                read += 1
            }
            text.bytes[written] = byte
            written += 1
        }
    }
}

/// One row of a table: where its fields are, in the reader's block or, with quotes or escapes resolved, in memory of its own.
///
/// They hold until the next row is read into the record.
struct Record {
    /// The fields; nil where the row does not have it.
    var fields: [UnsafeRawBufferPointer?] = []
    /// Takes the fields whose bytes in the file are not yet the text that they mean.
    let text = TextMemory()

    /// The bytes of a field; nil where the row does not have it.
    subscript(field: Int) -> UnsafeRawBufferPointer? { fields[field] }

    /// Forgets the fields and keeps the memory.
    mutating func clear() {
        fields.removeAll(keepingCapacity: true)
        text.count = 0
    }
}

/// Bytes that stay where they are while no more room is asked for.
final class TextMemory {
    private(set) var bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 10, alignment: 16)
    /// How many bytes are in use.
    var count = 0

    deinit { bytes.deallocate() }

    /// Makes room for some more bytes. What was in use may move.
    func reserve(_ more: Int) {
        guard count + more > bytes.count else { return }
        let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: max(count + more, bytes.count * 2), alignment: 16)
        larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<count]))
        bytes.deallocate()
        bytes = larger
    }

    /// Appends a byte, for which there must be room.
    func append(_ byte: UInt8) {
        bytes[count] = byte
        count += 1
    }

    /// Appends bytes, for which room is made.
    func append(contentsOf more: UnsafeRawBufferPointer) {
        reserve(more.count)
        UnsafeMutableRawBufferPointer(rebasing: bytes[count...]).copyMemory(from: more)
        count += more.count
    }

    /// The bytes of a range.
    subscript(range: Range<Int>) -> UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: bytes[range]) }
}
