/// Reads lines of `items.jsonl`; what was read holds until the next line.
struct ItemFields {
    private static let keys = JSONFields(["id", "title", "picture"])
    private var record = Record()

    mutating func read(_ line: UnsafeRawBufferPointer) throws(JSONScanner.Failure) { try Self.keys.read(line, into: &record) }

    /// The bytes of the id; nil where there is none.
    var idBytes: UnsafeRawBufferPointer? { record[0] }
    /// The bytes of the title; nil where there is none.
    var titleBytes: UnsafeRawBufferPointer? { record[1] }
    /// The id, title and picture as text; bytes that are not UTF-8 become U+FFFD.
    var id: String? { record[0].map { String(decoding: $0, as: UTF8.self) } }
    var title: String? { record[1].map { String(decoding: $0, as: UTF8.self) } }
    var picture: String? { record[2].map { String(decoding: $0, as: UTF8.self) } }
    /// Whether all three are UTF-8.
    var isUTF8: Bool { (0..<3).allSatisfy { record[$0].map { String(validating: $0, as: UTF8.self) != nil } ?? true } }
}
