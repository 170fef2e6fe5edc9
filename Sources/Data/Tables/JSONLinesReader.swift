import Files
import Foundation

/// Reads JSON objects, one per line. Blank lines are passed over.
final class JSONLinesReader: TableReader {
    let hasColumn: [Bool]
    private let lines: LineReader
    private let fields: JSONFields
    // The first object: read to see its keys, then handed out.
    private var first: UnsafeRawBufferPointer?

    /// Opens a file; which of the known keys are meant is seen in its first object.
    init(_ url: URL, _ requests: [ColumnRequest]) throws {
        let lines = try LineReader(url)
        guard let line = try Self.nextLine(lines) else { throw UserError("the file is empty", at: url.path) }
        let names: [String]
        do { names = try JSONFields.keys(of: line) } catch { throw Self.error(error, at: lines.place) }
        let keys: [String?] = try requests.map { request in
            switch request.column {
            case .name(let name): return name
            case .number(let number):
                throw UserError(
                    "column \(number) of a JSONL file, whose values have keys", at: url.path,
                    remedy: "Name the \(request.role) key. Known here: \(names.joined(separator: ", ")).")
            case nil:
                if let index = try request.index(in: names, at: lines.place) { return names[index] }
                return request.isSparse ? request.known.first : nil
            }
        }
        self.lines = lines
        first = line
        fields = JSONFields(keys.map { $0 ?? "" })
        hasColumn = keys.map { $0 != nil }
    }

    var line: Int { lines.number }
    var place: String { lines.place }

    func next(_ record: inout Record) throws -> Bool {
        guard let bytes = try first ?? Self.nextLine(lines) else { return false }
        first = nil
        do { try fields.read(bytes, into: &record) } catch { throw Self.error(error, at: place) }
        for field in hasColumn.indices where !hasColumn[field] { record.fields[field] = nil }
        return true
    }

    private static func nextLine(_ lines: LineReader) throws -> UnsafeRawBufferPointer? {
        while let line = try lines.line() {
            if !line.allSatisfy({ $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }) { return line }
        }
        return nil
    }

    private static func error(_ failure: JSONScanner.Failure, at place: String) -> UserError {
        UserError(failure.description, at: place, remedy: "The file must have one JSON object per line.")
    }
}
