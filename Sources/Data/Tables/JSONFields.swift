/// Some keys of the JSON objects in a file, read as the fields of a table.
struct JSONFields {
    private let keys: [[UInt8]]

    init(_ keys: [String]) { self.keys = keys.map { Array($0.utf8) } }

    /// Reads one object; field i of `record` is the value of key i.
    ///
    /// A text is taken without quotes and escapes, a number as it is written; `null`, a nested value or no value at all gives no
    /// field. Of a key that is there twice the last one counts.
    func read(_ line: [UInt8], into record: inout Record) throws(JSONScanner.Failure) {
        record.clear()
        for _ in keys { record.fields.append(nil) }
        try Self.scan(line) { (key, scanner) throws(JSONScanner.Failure) in
            guard let field = keys.firstIndex(where: { $0.elementsEqual(key) }), let first = scanner.peek() else {
                return try scanner.skipValue()
            }
            let start = record.bytes.count
            record.fields[field] = nil
            switch first {
            case UInt8(ascii: "\""): try scanner.readString(into: &record.bytes)
            case UInt8(ascii: "{"), UInt8(ascii: "["): return try scanner.skipValue()
            default:
                let word = scanner.slice(try scanner.readWord())
                if word.first == UInt8(ascii: "n") { return }
                record.bytes.append(contentsOf: word)
            }
            record.fields[field] = start..<record.bytes.count
        }
    }

    /// The keys of an object, in its order.
    static func keys(of line: [UInt8]) throws(JSONScanner.Failure) -> [String] {
        var keys: [String] = []
        try scan(line) { (key, scanner) throws(JSONScanner.Failure) in
            keys.append(String(decoding: key, as: UTF8.self))
            try scanner.skipValue()
        }
        return keys
    }

    private static func scan(
        _ line: [UInt8], _ body: ([UInt8], inout JSONScanner) throws(JSONScanner.Failure) -> Void
    ) throws(JSONScanner.Failure) {
        var scanner = JSONScanner(line)
        var key: [UInt8] = []
        try scanner.expect(UInt8(ascii: "{"))
        if scanner.take(UInt8(ascii: "}")) { return try scanner.readEnd() }
        repeat {
            key.removeAll(keepingCapacity: true)
            try scanner.readString(into: &key)
            try scanner.expect(UInt8(ascii: ":"))
            try body(key, &scanner)
        } while scanner.take(UInt8(ascii: ","))
        try scanner.expect(UInt8(ascii: "}"))
        try scanner.readEnd()
    }
}
