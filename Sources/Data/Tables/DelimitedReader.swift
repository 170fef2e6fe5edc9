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
    private(set) var line = 0
    private var fields: [Range<Int>] = []

    init(_ url: URL, separator: UInt8, hasQuotes: Bool, hasHeader: Bool, _ requests: [ColumnRequest]) throws {
        let lines = try LineReader(url)
        var row = Record()
        var fields: [Range<Int>] = []
        var line = 0
        guard try Self.read(lines, separator, hasQuotes, &row.bytes, &fields, &line) else {
            throw UserError("the file is empty", at: url.path)
        }
        let place = "\(url.path):\(line)"
        if hasHeader {
            let names = fields.map { String(decoding: row.bytes[$0], as: UTF8.self).trimmingCharacters(in: .whitespaces) }
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
        width = fields.count
        hasColumn = columns.map { $0 != nil }
    }

    var place: String { "\(lines.url.path):\(line)" }

    func next(_ record: inout Record) throws -> Bool {
        if let first {
            record = first
            self.first = nil
            return true
        }
        record.clear()
        guard try Self.read(lines, separator, hasQuotes, &record.bytes, &fields, &line) else { return false }
        guard fields.count == width else {
            throw UserError(
                "\(fields.count) columns, expected \(width)", at: place,
                remedy: hasQuotes ? "Put fields with commas in quotes." : "Separate the columns by one tab each.")
        }
        for column in columns { record.fields.append(column.map { fields[$0] }) }
        return true
    }

    /// Reads a row into `bytes`, where quotes are resolved in place, and the fields' ranges; false at the end of the file.
    private static func read(
        _ lines: LineReader, _ separator: UInt8, _ hasQuotes: Bool, _ bytes: inout [UInt8], _ fields: inout [Range<Int>],
        _ line: inout Int
    ) throws -> Bool {
        repeat {
            guard try lines.read(into: &bytes) else { return false }
        } while bytes.isEmpty
        line = lines.number
        fields.removeAll(keepingCapacity: true)
        if !hasQuotes || !bytes.contains(UInt8(ascii: "\"")) {
            split(bytes, at: separator, into: &fields)
        } else {
            try unquote(lines, separator, &bytes, &fields)
        }
        return true
    }

    private static func split(_ bytes: [UInt8], at separator: UInt8, into fields: inout [Range<Int>]) {
        var start = 0
        for index in bytes.indices where bytes[index] == separator {
            fields.append(start..<index)
            start = index + 1
        }
        fields.append(start..<bytes.count)
    }

    /// Splits a row with quotes. Read bytes are moved to the front over those that fall away, so no second buffer is needed.
    private static func unquote(
        _ lines: LineReader, _ separator: UInt8, _ bytes: inout [UInt8], _ fields: inout [Range<Int>]
    ) throws {
        let quote = UInt8(ascii: "\"")
        let first = lines.number
        var read = 0
        var written = 0
        while true {
            let start = written
            if read < bytes.count, bytes[read] == quote {
                read += 1
                while true {
                    if read == bytes.count {
                        bytes.append(UInt8(ascii: "\n"))
                        guard try lines.append(to: &bytes) else {
                            throw UserError(
                                "a quote that is not closed before the end of the file", at: "\(lines.url.path):\(first)",
                                remedy: "Close it, or write quotes inside a field twice.")
                        }
                    }
                    let byte = bytes[read]
                    read += 1
                    if byte == quote {
                        guard read < bytes.count, bytes[read] == quote else { break }
                        read += 1
                    }
                    bytes[written] = byte
                    written += 1
                }
                guard read == bytes.count || bytes[read] == separator else {
                    throw UserError(
                        "text after the closing quote of field \(fields.count + 1)", at: lines.place,
                        remedy: "Write quotes inside a field twice.")
                }
            } else {
                while read < bytes.count, bytes[read] != separator {
                    bytes[written] = bytes[read]
                    read += 1
                    written += 1
                }
            }
            fields.append(start..<written)
            if read == bytes.count { return }
            read += 1
        }
    }
}
