import Files
import Foundation

/// What is between the fields of a row: one character, or a text of several as `::`.
public struct Separator: Sendable, Equatable, Codable, CustomStringConvertible {
    private let bytes: [UInt8]

    /// Separators that people give by a word.
    private static let words = ["tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|", "space": " "]

    /// A separator: its text, or one of the words tab, comma, semicolon, pipe and space.
    ///
    /// - Throws: ``UserError`` without a place, when the text is empty, or has a quote or a line end in it.
    package init(_ text: String) throws {
        let text = Self.words[text.lowercased()] ?? text
        guard !text.isEmpty, !text.utf8.contains(where: { "\"\r\n".utf8.contains($0) }) else {
            throw UserError(
                "\(text.quoted) cannot separate columns", remedy: "Give a character, a text as ::, or tab.")
        }
        bytes = Array(text.utf8)
    }

    private init(known: String) { bytes = Array(known.utf8) }

    /// A comma.
    package static let comma = Separator(known: ",")
    /// A tab.
    package static let tab = Separator(known: "\t")
    static let colons = Separator(known: "::")
    static let pipe = Separator(known: "|")
    /// Those that are looked for in a first row which is not separated by the usual one; the surest first.
    private static let looked = [tab, colons, Separator(known: ";"), comma, pipe]

    /// Reads a text as ``init(_:)`` does.
    public init(from decoder: any Decoder) throws { try self.init(decoder.singleValueContainer().decode(String.self)) }

    /// Writes the text, a tab as a word.
    public func encode(to encoder: any Encoder) throws {
        var value = encoder.singleValueContainer()
        try value.encode(description)
    }

    /// The text, a tab or a space as a word.
    public var description: String {
        switch bytes {
        case [UInt8(ascii: "\t")]: "tab"
        case [UInt8(ascii: " ")]: "space"
        default: String(decoding: bytes, as: UTF8.self)
        }
    }

    /// How many bytes it has.
    var count: Int { bytes.count }

    /// The separator that a line has in it, where it does not have `usual`; nil where it has none that is known.
    static func inLine(_ line: UnsafeRawBufferPointer, usual: Separator?) -> Separator? {
        if let usual, usual.position(in: line) != nil { return usual }
        // A line that ends inside quotes is no whole row.
        if line.count(where: { $0 == UInt8(ascii: "\"") }) % 2 == 1 { return usual }
        return looked.first { separator in separator.position(in: line) != nil }
    }

    /// Appends the parts of a line between separators, in place.
    func split(_ line: UnsafeRawBufferPointer, into parts: inout [UnsafeRawBufferPointer]) {
        if bytes.count == 1 { return line.appendParts(between: bytes[0], to: &parts) }
        var rest = line
        while let end = position(in: rest) {
            parts.append(UnsafeRawBufferPointer(rebasing: rest[..<end]))
            rest = UnsafeRawBufferPointer(rebasing: rest[(end + bytes.count)...])
        }
        parts.append(rest)
    }

    /// Whether it starts at a place of a text.
    func starts(in text: TextMemory, at place: Int) -> Bool {
        place + bytes.count <= text.count && bytes.indices.allSatisfy { text.bytes[place + $0] == bytes[$0] }
    }

    /// Where it is first.
    private func position(in line: UnsafeRawBufferPointer) -> Int? {
        guard let start = line.baseAddress else { return nil }
        var searched = 0
        while searched + bytes.count <= line.count,
            let found = memchr(start + searched, Int32(bytes[0]), line.count - searched - bytes.count + 1)
        {
            let place = UnsafeRawPointer(found) - start
            if bytes.indices.allSatisfy({ line[place + $0] == bytes[$0] }) { return place }
            searched = place + 1
        }
        return nil
    }
}
