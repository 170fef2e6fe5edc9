public import Files
public import Foundation

/// A file of rows: CSV, TSV or JSONL, plain or gzip.
public struct Table: Sendable, Equatable {
    /// How rows are written.
    public enum Format: String, Sendable, Codable, CaseIterable {
        /// Fields between commas; a field in quotes may hold commas, doubled quotes and line ends (RFC 4180).
        case csv
        /// Fields between tabs; quotes are ordinary characters.
        case tsv
        /// One JSON object per line.
        case jsonl
    }

    /// What the first row of a CSV or TSV has.
    public enum FirstRow: String, Sendable, Codable, CaseIterable {
        /// Told by how columns are asked for and by what is in it.
        case auto
        /// The columns' names.
        case names
        /// Data.
        case data
    }

    /// Where the file is.
    package var url: URL
    /// How rows are written; nil to go by the file's name, or else by its first row.
    public var format: Format?
    /// What the first row of a CSV or TSV has.
    public var firstRow: FirstRow
    /// What is between the columns of a CSV or TSV; nil for the format's own, or another that the first row has in its place.
    public var separator: Separator?
    /// How characters are written; nil for UTF-8. A byte order mark comes before this.
    public var encoding: TextEncoding?

    /// Makes a table.
    public init(
        _ url: URL, format: Format? = nil, firstRow: FirstRow = .auto, separator: Separator? = nil,
        encoding: TextEncoding? = nil
    ) {
        self.url = url
        self.format = format
        self.firstRow = firstRow
        self.separator = separator
        self.encoding = encoding
    }

    /// The format that was given, or else the one the file's name says: `.csv`, `.tsv`, `.tab`, `.inter`, `.item`, `.jsonl`, `.ndjson`
    /// or `.json`, each also with `.gz`; nil when the name says none.
    var namedFormat: Format? {
        if let format { return format }
        let plain = url.pathExtension.lowercased() == "gz" ? url.deletingPathExtension() : url
        switch plain.pathExtension.lowercased() {
        case "csv": return .csv
        case "tsv", "tab", "inter", "item": return .tsv
        case "jsonl", "ndjson", "json": return .jsonl
        default: return nil
        }
    }

    /// Opens the table for reading some of its columns, in the order of `requests`.
    ///
    /// - Throws: ``UserError`` when the file cannot be read, is empty, lacks a column, or when it is not clear how its rows are written.
    func open(_ requests: [ColumnRequest]) throws -> any TableReader {
        let lines = try LineReader(url, encoding: encoding)
        let named = namedFormat
        let isObject =
            try named == nil && separator == nil && lines.peek()?.first { $0 != UInt8(ascii: " ") } == UInt8(ascii: "{")
        if named == .jsonl || isObject { return try JSONLinesReader(lines, requests) }
        return try DelimitedReader(rows(lines, named), firstRow: firstRow, requests)
    }

    /// Reads the rows of a CSV or TSV; what separates the columns is recognised by the first row where it was not said.
    private func rows(_ lines: LineReader, _ format: Format?) throws -> RowReader {
        let usual: Separator? = format.map { $0 == .csv ? .comma : .tab }
        guard let separator = try separator ?? lines.peek().flatMap({ Separator.inLine($0, usual: usual) }) ?? usual else {
            guard try lines.peek() != nil else { throw UserError("the file is empty", at: url.path) }
            throw UserError(
                "neither the file's name nor its first row says how its rows are written", at: url.path,
                remedy:
                    "Say what separates the columns: \(ImportOption.separator.sentence("TEXT")) Or say the format, csv, tsv "
                    + "or jsonl: \(ImportOption.format.sentence("csv"))")
        }
        // Releases with tabs or :: between columns have quotes in their titles that mean nothing.
        let hasQuotes = format.map { $0 == .csv || separator != .tab } ?? (separator != .tab && separator.count == 1)
        return RowReader(lines, separator, hasQuotes: hasQuotes)
    }
}

/// What was found out about a table when it was opened.
struct TableFacts {
    /// The name of each column that was asked for, or its number where there are no names; nil for one that is not there.
    let columns: [String?]
    /// Whether the first row has the columns' names; nil where names are in every row.
    let firstRowIsNames: Bool?
    /// What is between the columns; nil where names are in every row.
    let separator: Separator?
    /// The first row of data, by column.
    let sample: [String]
}

/// Reads the rows of a table; the fields of a record are the columns that were asked for, in that order.
protocol TableReader: AnyObject {
    /// Where the row last read starts, as `path:line`.
    var place: String { get }
    /// The line that the row last read starts in, from 1.
    var line: Int { get }
    /// The columns found, by request.
    var hasColumn: [Bool] { get }
    /// The names of all columns, or their numbers where there are no names.
    var columnNames: [String] { get }
    /// What was found out when the table was opened.
    var facts: TableFacts { get }
    /// How many ids had spaces around them that were taken off.
    var trimmed: Int { get }
    /// Reads the next row that is not blank; false at the end.
    func next(_ record: inout Record) throws -> Bool
}
