import Foundation

/// Some keys of the JSON objects in a file, read as the fields of a table.
struct JSONFields {
    private let keys: [[UInt8]]

    init(_ keys: [String]) { self.keys = keys.map { Array($0.utf8) } }

    /// Reads one object; field i of `record` is the value of key i.
    ///
    /// A text is taken without quotes and escapes, a number as it is written; `null`, a nested value or no value at all gives no
    /// field. Of a key that is there twice the last one counts.
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
