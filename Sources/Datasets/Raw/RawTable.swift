import Files
import Foundation

/// A look at a file that may be a table: its columns, and what is in its first rows.
struct RawTable {
    /// How the file is read.
    let table: Table
    /// The columns' names, or their numbers where there are none.
    let names: [String]
    /// Whether the first row, or each object, names the columns.
    let isNamed: Bool
    /// Whether the file has JSON objects.
    let isJSON: Bool
    /// The values of the first rows, by column; empty where a row lacks one.
    let values: [[String]]

    /// How many rows are looked at.
    private static let looked = 500

    /// Looks at a file.
    ///
    /// - Throws: ``UserError`` when its rows cannot be read.
    init(_ url: URL) throws {
        let encoding = try Self.encoding(of: url)
        table = Table(url, encoding: encoding)
        var data = table
        data.firstRow = .data
        let known = ImportRun.userNames + ImportRun.itemNames + TimeNames.known + ImportRun.titleNames
        let probe = try data.open([])
        let isJSON = probe.facts.separator == nil
        self.isJSON = isJSON
        let requests = probe.columnNames.map { name in
            ColumnRequest(
                role: "column", column: isJSON ? .name(name) : Int(name).map(Column.number), known: known, isSparse: true)
        }
        let reader: any TableReader
        do {
            reader = try table.open(requests)
        } catch let error as UserError where !isJSON && error.problem.contains("may be data") {
            data.firstRow = try Self.isAboveTexts(data) ? .names : .data
            reader = try data.open(requests)
        }
        let names = reader.columnNames
        self.names = names
        isNamed = reader.facts.firstRowIsNames ?? true
        var values = [[String]](repeating: [], count: names.count)
        var record = Record()
        while values.first.map({ $0.count < Self.looked }) ?? false, try reader.next(&record) {
            for column in names.indices {
                values[column].append(record[column].map { String(decoding: $0, as: UTF8.self) } ?? "")
            }
        }
        self.values = values
    }

    /// Whether a table's first row has single words in a column where the rows below have several, as a name above titles.
    private static func isAboveTexts(_ data: Table) throws -> Bool {
        let width = try data.open([]).columnNames.count
        let reader = try data.open((1...width).map { ColumnRequest(role: "column", column: .number($0)) })
        var record = Record()
        var first: [Bool]?
        var others = [Int](repeating: 0, count: width)
        var rows = 0
        while rows < looked, try reader.next(&record) {
            let hasSpaces = (0..<width).map { record[$0]?.contains(UInt8(ascii: " ")) ?? false }
            if first == nil { first = hasSpaces } else { rows += 1 }
            for column in 0..<width where hasSpaces[column] { others[column] += 1 }
        }
        return first.map { first in (0..<width).contains { !first[$0] && rows > 0 && others[$0] * 10 >= rows * 9 } } ?? false
    }

    /// UTF-8, or Windows-1252 where the first megabyte of lines is none.
    private static func encoding(of url: URL) throws -> TextEncoding? {
        let reader = try LineReader(url)
        var bytes = 0
        while bytes < 1 << 20, let line = try reader.line() {
            if String(validating: line, as: UTF8.self) == nil { return .windows1252 }
            bytes += line.count + 1
        }
        return nil
    }

    /// The column with the first of some names that is there once; nil for none.
    func column(named known: [String]) -> Int? {
        guard isNamed else { return nil }
        return try? ColumnRequest(role: "", known: known, isRequired: false).index(in: names, at: "")
    }

    /// The column as an import is asked for it.
    func request(_ column: Int) -> Column { isNamed ? .name(names[column]) : .number(column + 1) }

    /// The column whose values are nearly all times of a unit since 1970, or dates; nil for none.
    var timeColumn: Int? {
        column(named: TimeNames.known)
            ?? names.indices.first { column in
                let times = values[column].count { text in
                    Array(text.utf8).withUnsafeBytes { Timestamp($0) }.map { $0.kind != .number } ?? false
                }
                return times > 0 && times * 20 >= values[column].count * 19
            }
    }

    /// The column with the longest texts of several words; nil where no column has such.
    var textColumn: Int? {
        func length(_ column: Int) -> Int {
            values[column].reduce(0) { $0 + ($1.contains(" ") && !$1.contains("://") ? $1.count : 0) }
        }
        return names.indices.max { length($0) < length($1) }.flatMap { length($0) > 0 ? $0 : nil }
    }

    /// Whether a column's values in the first rows are all there and differ from one another.
    func isUnique(_ column: Int) -> Bool {
        !values[column].isEmpty && Set(values[column]).count == values[column].count && !values[column].contains("")
    }

    /// All values of a column, as an import numbers them.
    func ids(_ column: Int) throws -> IDTable {
        var table = table
        table.firstRow = isNamed ? .names : .data
        let reader = try table.open([ColumnRequest(role: "column", column: request(column), isSparse: true, isTrimmed: true)])
        var ids = IDTable()
        var record = Record()
        while try reader.next(&record) {
            if let id = record[0], ids.count < IDTable.capacity { _ = ids.insert(id) }
        }
        return ids
    }

    /// The share of a column's first values that some ids have.
    func share(of column: Int, in ids: IDTable) -> Double {
        let known = values[column].count { text in Array(text.utf8).withUnsafeBytes { ids.index(of: $0) } != nil }
        return Double(known) / Double(max(1, values[column].count))
    }
}
