import Files
import Foundation

/// Reads JSON objects, one per line. Blank lines are skipped.
final class JSONLinesReader: TableReader {
    let hasColumn: [Bool]
    let columnNames: [String]
    let facts: TableFacts
    private let lines: LineReader
    private let fields: JSONFields
    // The first object: read to see its keys, then handed out.
    private var first: UnsafeRawBufferPointer?

    /// Opens a file; which of the known keys are meant is seen in its first object.
    init(_ lines: LineReader, _ requests: [ColumnRequest]) throws {
        guard let line = try Self.nextLine(lines) else { throw UserError("the file is empty", at: lines.url.path) }
        let names: [String]
        var sample = Record()
        do {
            names = try JSONFields.keys(of: line)
            try JSONFields(names).read(line, into: &sample)
        } catch { throw Self.error(error, line, at: lines.place) }
        var keys: [String?] = []
        for request in requests {
            // Only what rows may lack need not be in the first one.
            if let name = request.column?.possibleName, request.isSparse || names.contains(name) {
                keys.append(name)
            } else if let column = request.column {
                throw UserError(
                    "no key \(column) for the \(request.role) in a JSONL file, whose values have keys", at: lines.place,
                    remedy: "Name the \(request.role) key. In the first row: \(names.listed).")
            } else if let index = try request.index(in: names, at: lines.place) {
                keys.append(names[index])
            } else {
                keys.append(request.isSparse ? request.known.first : nil)
            }
            if let key = keys[keys.count - 1], let earlier = keys.dropLast().firstIndex(of: key) {
                throw UserError(
                    "key \(key.quoted) is both the \(requests[earlier].role) and the \(request.role)", at: lines.place,
                    remedy: "Name another key for one of them.")
            }
        }
        self.lines = lines
        first = line
        fields = JSONFields(keys.map { $0 ?? "" })
        hasColumn = keys.map { $0 != nil }
        columnNames = names
        facts = TableFacts(
            columns: keys, firstRowIsNames: nil, separator: nil,
            sample: names.indices.map { sample[$0].map { String(decoding: $0, as: UTF8.self) } ?? "" })
    }

    var line: Int { lines.number }
    var place: String { lines.place }
    var trimmed: Int { 0 }

    func next(_ record: inout Record) throws -> Bool {
        guard let bytes = try first ?? Self.nextLine(lines) else { return false }
        first = nil
        do { try fields.read(bytes, into: &record) } catch { throw Self.error(error, bytes, at: place) }
        for field in hasColumn.indices where !hasColumn[field] { record.fields[field] = nil }
        return true
    }

    private static func nextLine(_ lines: LineReader) throws -> UnsafeRawBufferPointer? {
        while let line = try lines.line() {
            if !line.allSatisfy({ $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }) { return line }
        }
        return nil
    }

    private static func error(
        _ failure: JSONScanner.Failure, _ line: UnsafeRawBufferPointer, at place: String
    ) -> UserError {
        let isArray = line.first { $0 != UInt8(ascii: " ") } == UInt8(ascii: "[")
        return UserError(
            failure.description, at: place,
            remedy: isArray
                ? "The file must have one JSON object per line, not one list: jq -c '.[]' FILE converts it."
                : "The file must have one JSON object per line.")
    }
}

/// Some keys of the JSON objects in a file, read as the fields of a table.
struct JSONFields {
    private let keys: [[UInt8]]

    init(_ keys: [String]) { self.keys = keys.map { Array($0.utf8) } }

    /// Reads one object; field i of `record` is the value of key i.
    ///
    /// A text is taken without quotes and escapes, a number as it is written; `null`, a nested value or no value at all gives no
    /// field. Of a key that occurs twice the last one counts.
    func read(_ line: UnsafeRawBufferPointer, into record: inout Record) throws(JSONScanner.Failure) {
        record.clear()
        for _ in keys { record.fields.append(nil) }
        try Self.scan(line, record.text) { (key, scanner) throws(JSONScanner.Failure) in
            guard let field = keys.firstIndex(where: { Self.areEqual($0, key) }), let first = scanner.peek() else {
                return try scanner.skipValue()
            }
            record.fields[field] = nil
            switch first {
            case UInt8(ascii: "\""): record.fields[field] = try scanner.readString()
            case UInt8(ascii: "{"), UInt8(ascii: "["): try scanner.skipValue()
            default:
                let word = try scanner.readWord()
                if word.first != UInt8(ascii: "n") { record.fields[field] = word }
            }
        }
    }

    /// The keys of an object, in its order.
    static func keys(of line: UnsafeRawBufferPointer) throws(JSONScanner.Failure) -> [String] {
        var keys: [String] = []
        try scan(line, TextMemory()) { (key, scanner) throws(JSONScanner.Failure) in
            keys.append(String(decoding: key, as: UTF8.self))
            try scanner.skipValue()
        }
        return keys
    }

    private static func scan(
        _ line: UnsafeRawBufferPointer, _ text: TextMemory,
        _ body: (UnsafeRawBufferPointer, inout JSONScanner) throws(JSONScanner.Failure) -> Void
    ) throws(JSONScanner.Failure) {
        var scanner = JSONScanner(line, resolvingIn: text)
        try scanner.expect(UInt8(ascii: "{"))
        if scanner.take(UInt8(ascii: "}")) { return try scanner.readEnd() }
        repeat {
            let key = try scanner.readString()
            try scanner.expect(UInt8(ascii: ":"))
            try body(key, &scanner)
        } while scanner.take(UInt8(ascii: ","))
        try scanner.expect(UInt8(ascii: "}"))
        try scanner.readEnd()
    }

    private static func areEqual(_ key: [UInt8], _ found: UnsafeRawBufferPointer) -> Bool {
        guard key.count == found.count, let start = found.baseAddress else { return key.isEmpty && found.isEmpty }
        return key.withUnsafeBytes { memcmp($0.baseAddress!, start, found.count) == 0 }
    }
}
