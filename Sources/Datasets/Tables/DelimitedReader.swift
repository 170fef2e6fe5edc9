import Files
import Foundation

/// Reads some columns of CSV or TSV rows; a row with more or fewer fields than the first one is an error.
final class DelimitedReader: TableReader {
    let hasColumn: [Bool]
    let columnNames: [String]
    let facts: TableFacts
    let width: Int
    /// How many spaces around ids were taken off.
    private(set) var trimmed = 0
    private let rows: RowReader
    private let columns: [Int?]
    private let isTrimmed: [Bool]
    // Rows that were read to tell what the first one is, and are still to be handed out.
    private var pending: ArraySlice<HeldRow>
    private(set) var line = 0

    /// How many rows are looked at to tell what the first one is.
    private static let looked = 20

    init(_ rows: RowReader, firstRow: Table.FirstRow, _ requests: [ColumnRequest]) throws {
        var held: [HeldRow] = []
        let text = TextMemory()
        while held.count < Self.looked, try rows.next(text) {
            held.append(HeldRow(rows))
            text.count = 0
            // A row of another width is reported when it is reached.
            if held[held.count - 1].fields.count != held[0].fields.count { break }
        }
        guard let first = held.first else { throw UserError("the file is empty", at: rows.url.path) }
        let place = "\(rows.url.path):\(first.line)"
        let header = try TableHeader(held.map(\.texts), firstRow, requests, at: place)
        columns = header.columns
        columnNames = header.names
        pending = held.dropFirst(header.isNames ? 1 : 0)
        facts = TableFacts(
            columns: header.columns.map { $0.map { header.names[$0] } }, firstRowIsNames: header.isNames,
            separator: rows.separator, sample: pending.first.map { $0.texts } ?? [])
        self.rows = rows
        line = first.line
        width = first.fields.count
        hasColumn = columns.map { $0 != nil }
        isTrimmed = requests.map(\.isTrimmed)
    }

    var place: String { "\(rows.url.path):\(line)" }

    func next(_ record: inout Record) throws -> Bool {
        record.clear()
        if let held = pending.popFirst() {
            try take(held, &record)
            return true
        }
        guard try rows.next(record.text) else { return false }
        line = rows.line
        guard rows.fields.count == width else { throw otherWidth(rows.fields.count) }
        for index in columns.indices {
            guard let column = columns[index] else {
                record.fields.append(nil)
                continue
            }
            var field = rows.fields[column]
            if isTrimmed[index], !rows.isQuoted(column) { trim(&field) }
            record.fields.append(field)
        }
        return true
    }

    /// Gives a row that was read before, from memory of the record's own.
    private func take(_ row: HeldRow, _ record: inout Record) throws {
        line = row.line
        guard row.fields.count == width else { throw otherWidth(row.fields.count) }
        record.text.reserve(columns.reduce(0) { $0 + ($1.map { row.fields[$0].count } ?? 0) })
        for index in columns.indices {
            guard let column = columns[index] else {
                record.fields.append(nil)
                continue
            }
            let start = record.text.count
            row.fields[column].withUnsafeBytes { record.text.append(contentsOf: $0) }
            var field = record.text[start..<record.text.count]
            if isTrimmed[index], !row.quoted[column] { trim(&field) }
            record.fields.append(field)
        }
    }

    /// Takes spaces off both ends.
    @inline(__always)
    private func trim(_ field: inout UnsafeRawBufferPointer) {
        let space = UInt8(ascii: " ")
        guard field.first == space || field.last == space else { return }
        trimmed += 1
        while field.first == space { field = UnsafeRawBufferPointer(rebasing: field.dropFirst()) }
        while field.last == space { field = UnsafeRawBufferPointer(rebasing: field.dropLast()) }
    }

    private func otherWidth(_ count: Int) -> UserError {
        UserError(
            "\(count) columns, expected \(width)", at: place,
            remedy: "Separate the columns by one \(rows.separator) each; in CSV, put fields that contain it in quotes.")
    }
}

/// A row that is kept while others are read.
private struct HeldRow {
    let fields: [[UInt8]]
    let quoted: [Bool]
    let line: Int

    init(_ rows: RowReader) {
        fields = rows.fields.map(Array.init)
        quoted = rows.fields.indices.map(rows.isQuoted)
        line = rows.line
    }

    /// The fields as texts without outer spaces.
    var texts: [String] { fields.map { String(decoding: $0, as: UTF8.self).trimmingCharacters(in: .whitespaces) } }
}
