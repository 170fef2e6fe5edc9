import Files
import Foundation

/// What characters become before SentencePiece cuts a text: a `precompiled_charsmap`.
///
/// Its first four bytes are the size of a trie, then the trie follows (a double array of 32-bit units), then the texts that
/// characters become, each with a 0 after it. All numbers are little-endian.
struct CharacterMap: Sendable {
    private let units: [UInt32]
    private let texts: [UInt8]

    /// Reads a map.
    ///
    /// - Throws: ``UserError`` at `place` when it is cut off or its texts are not UTF-8.
    init(_ bytes: [UInt8], place: String) throws {
        func damaged(_ problem: String) -> UserError {
            UserError("the map of characters \(problem)", at: place, remedy: "Fetch the file again.")
        }
        func word(_ start: Int) -> UInt32 { (0..<4).reduce(0) { $0 | UInt32(bytes[start + $1]) << (8 * UInt32($1)) } }
        guard bytes.count >= 4 else { throw damaged("has no size") }
        let size = Int(word(0))
        guard size % 4 == 0, size <= bytes.count - 4 else {
            throw damaged("has \(bytes.count - 4) bytes, but asks for \(size)")
        }
        units = (0..<size / 4).map { word(4 + 4 * $0) }
        texts = Array(bytes[(4 + size)...])
        guard String(validating: texts, as: UTF8.self) != nil else { throw damaged("holds a text that is not UTF-8") }
    }

    /// The most bytes that a character can become.
    var longestText: Int { texts.split(separator: 0).map(\.count).max() ?? 0 }

    /// Reads the entry of a normalizer "Precompiled".
    init(_ entry: JSONEntry) throws {
        guard let bytes = Data(base64Encoded: try entry.string()) else { throw entry.error("is not base64") }
        try self.init(Array(bytes), place: "\(entry.file): \"\(entry.path)\"")
    }

    /// The text with what each of its characters becomes.
    ///
    /// As in the package `tokenizers`, a character with its marks is looked up as one where it takes less than six bytes, and
    /// becomes as a whole what its shortest start that the map knows becomes; else each of its scalars is looked up.
    func normalize(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        if text.allSatisfy({ $0 < 0x80 && $0 != 0x0D }) {
            for position in text.indices { append(text.slice(position..<position + 1), to: &result) }
        } else {
            var position = 0
            for character in String(decoding: text, as: UTF8.self) {
                let end = position + character.utf8.count
                append(text.slice(position..<end), to: &result)
                position = end
            }
        }
        return result
    }

    /// Appends what a character, its marks included, becomes.
    private func append(_ character: UnsafeBufferPointer<UInt8>, to result: inout [UInt8]) {
        if character.count < 6, let replacement = replacement(of: character) {
            result.append(contentsOf: replacement)
            return
        }
        var position = 0
        while position < character.count {
            let start = position
            _ = character.scalar(at: &position)
            let scalar = character.slice(start..<position)
            if let replacement = replacement(of: scalar) {
                result.append(contentsOf: replacement)
            } else {
                result.append(contentsOf: scalar)
            }
        }
    }

    /// What the shortest start of some bytes that the map knows becomes; nil when it knows none.
    private func replacement(of bytes: UnsafeBufferPointer<UInt8>) -> ArraySlice<UInt8>? {
        guard let root = units.first else { return nil }
        var node = Self.offset(root)
        for byte in bytes {
            node ^= Int(byte)
            guard byte != 0, node < units.count else { return nil }
            let unit = units[node]
            // A unit's label is its lowest byte; units that hold a value have the highest bit as well.
            guard unit & 0x8000_00FF == UInt32(byte) else { return nil }
            node ^= Self.offset(unit)
            if unit >> 8 & 1 == 1 { return node < units.count ? text(at: Int(units[node] & 0x7FFF_FFFF)) : nil }
        }
        return nil
    }

    private func text(at start: Int) -> ArraySlice<UInt8>? {
        guard start < texts.count, texts[start] & 0xC0 != 0x80 else { return nil }
        return texts[start...].prefix { $0 != 0 }
    }

    /// How far a unit's children are from it.
    private static func offset(_ unit: UInt32) -> Int { Int(unit >> 10) << Int((unit & 1 << 9) >> 6) }
}
