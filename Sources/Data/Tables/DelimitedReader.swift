import Files
import Foundation

/// Reads CSV or TSV rows. Blank lines are passed over; a row with more or fewer fields than the first one is an error.
final class DelimitedReader: TableReader {
    let hasColumn: [Bool]
    private let lines: LineReader
    private let separator: UInt8
    private let hasQuotes: Bool
    private let columns: [Int?]
    let width: Int
    // The first row of a table without a header: read to count the columns, then handed out.
    private var first: Record?
    private(set) var line: Int
    private var fields: [UnsafeRawBufferPointer]

    init(_ url: URL, separator: UInt8, hasQuotes: Bool, hasHeader: Bool, _ requests: [ColumnRequest]) throws {
        let lines = try LineReader(url)
        var row = Record()
        var fields: [UnsafeRawBufferPointer] = []
        var line = 0
        guard try Self.read(lines, separator, hasQuotes, row.text, &fields, &line) else {
            throw UserError("the file is empty", at: url.path)
        }
        let place = "\(url.path):\(line)"
        if hasHeader {
            let names = fields.map { String(decoding: $0, as: UTF8.self).trimmingCharacters(in: .whitespaces) }
            columns = try requests.map { try $0.index(in: names, at: place) }
        } else {
            columns = try requests.map { try $0.index(among: fields.count, at: place) }
            row.fields = columns.map { $0.map { fields[$0] } }
            first = row
        }
        self.lines = lines
        self.separator = separator
        self.hasQuotes = hasQuotes
        self.line = line
        self.fields = fields
        width = fields.count
        hasColumn = columns.map { $0 != nil }
    }

    var place: String { "\(lines.url.path):\(line)" }

    func next(_ record: inout Record) throws -> Bool {
        if let first {
            // Its fields are still where they were: no other line was read.
            record = first
            self.first = nil
            return true
        }
        record.clear()
        guard try Self.read(lines, separator, hasQuotes, record.text, &fields, &line) else { return false }
        guard fields.count == width else {
            throw UserError(
                "\(fields.count) columns, expected \(width)", at: place,
                remedy: hasQuotes ? "Put fields with commas in quotes." : "Separate the columns by one tab each.")
        }
        for column in columns { record.fields.append(column.map { fields[$0] }) }
        return true
    }

    /// Reads the fields of a row, in place or, where there are quotes, resolved in `text`; false at the end of the file.
    private static func read(
        _ lines: LineReader, _ separator: UInt8, _ hasQuotes: Bool, _ text: TextMemory,
        _ fields: inout [UnsafeRawBufferPointer], _ line: inout Int
    ) throws -> Bool {
        var bytes: UnsafeRawBufferPointer
        repeat {
            guard let next = try lines.line() else { return false }
            bytes = next
        } while bytes.isEmpty
        line = lines.number
        fields.removeAll(keepingCapacity: true)
        if !hasQuotes || memchr(bytes.baseAddress!, Int32(UInt8(ascii: "\"")), bytes.count) == nil {
            bytes.appendParts(between: separator, to: &fields)
        } else {
            text.append(contentsOf: bytes)
            fields += try unquote(lines, separator, text).map { text[$0] }
        }
        return true
    }

    /// Splits a row with quotes. Read bytes are moved to the front over those that fall away, so no second buffer is needed.
    private static func unquote(_ lines: LineReader, _ separator: UInt8, _ text: TextMemory) throws -> [Range<Int>] {
        let quote = UInt8(ascii: "\"")
        let first = lines.number
        var fields: [Range<Int>] = []
        var bytes = text.bytes
        var read = 0
        var written = 0
        while true {
            let start = written
            if read < text.count, bytes[read] == quote {
                read += 1
                while true {
                    if read == text.count {
                        text.reserve(1)
                        text.append(UInt8(ascii: "\n"))
                        guard let more = try lines.line() else {
                            throw UserError(
                                "a quote that is not closed before the end of the file", at: "\(lines.url.path):\(first)",
                                remedy: "Close it, or write quotes inside a field twice.")
                        }
                        guard text.count + more.count <= LineReader.longestLine else {
                            throw UserError(
                                "a row is longer than \(LineReader.longestLine >> 20) MB", at: "\(lines.url.path):\(first)",
                                remedy: "Close the quote that is open there.")
                        }
                        text.append(contentsOf: more)
                        bytes = text.bytes
                    }
                    let byte = bytes[read]
                    read += 1
                    if byte == quote {
                        guard read < text.count, bytes[read] == quote else { break }
                        read += 1
                    }
                    bytes[written] = byte
                    written += 1
                }
                guard read == text.count || bytes[read] == separator else {
                    throw UserError(
                        "text after the closing quote of field \(fields.count + 1)", at: lines.place,
                        remedy: "Write quotes inside a field twice.")
                }
            } else {
                while read < text.count, bytes[read] != separator {
                    bytes[written] = bytes[read]
                    read += 1
                    written += 1
                }
            }
            fields.append(start..<written)
            if read == text.count { return fields }
            read += 1
        }
    }
}
