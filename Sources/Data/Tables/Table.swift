import Files
import Foundation

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

    /// Where the file is.
    public var url: URL
    /// How rows are written; nil to go by the file's name.
    public var format: Format?
    /// Whether the first row of a CSV or TSV has the columns' names.
    public var hasHeader: Bool

    /// Makes a table.
    public init(_ url: URL, format: Format? = nil, hasHeader: Bool = true) {
        self.url = url
        self.format = format
        self.hasHeader = hasHeader
    }

    /// The format that was given, or else the one the file's name says: `.csv`, `.tsv`, `.jsonl` or `.ndjson`, each also with `.gz`.
    ///
    /// - Throws: ``UserError`` when the name says none.
    public func resolvedFormat() throws -> Format {
        if let format { return format }
        let plain = url.pathExtension.lowercased() == "gz" ? url.deletingPathExtension() : url
        switch plain.pathExtension.lowercased() {
        case "csv": return .csv
        case "tsv", "tab": return .tsv
        case "jsonl", "ndjson", "json": return .jsonl
        default:
            throw UserError(
                "the file's name does not say how its rows are written", at: url.path,
                remedy: "Give the format: csv, tsv or jsonl.")
        }
    }

    /// Opens the table for reading some of its columns, in the order of `requests`.
    ///
    /// - Throws: ``UserError`` when the file cannot be read, is empty, or lacks a column.
    func open(_ requests: [ColumnRequest]) throws -> any TableReader {
        switch try resolvedFormat() {
        case .csv: try DelimitedReader(url, separator: UInt8(ascii: ","), hasQuotes: true, hasHeader: hasHeader, requests)
        case .tsv: try DelimitedReader(url, separator: UInt8(ascii: "\t"), hasQuotes: false, hasHeader: hasHeader, requests)
        case .jsonl: try JSONLinesReader(url, requests)
        }
    }
}

/// Reads the rows of a table; the fields of a record are the columns that were asked for, in that order.
protocol TableReader: AnyObject {
    /// Where the row last read starts, as `path:line`.
    var place: String { get }
    /// The line that the row last read starts in, from 1.
    var line: Int { get }
    /// The columns found, by request.
    var hasColumn: [Bool] { get }
    /// Reads the next row that is not blank; false at the end.
    func next(_ record: inout Record) throws -> Bool
}
