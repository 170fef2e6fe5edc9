/// The way back: the texts of tokens, in their order, to the text that they are pieces of.
///
/// Each step makes other pieces of the pieces; in the end they are put one after the other. All of them are UTF-8.
indirect enum TokenDecoder: Sendable {
    /// A piece's characters stand for bytes; one with a character that stands for none is taken as it is. Pieces become one.
    case byteLevel
    /// A character stands for a blank. In the first piece, where it was put before the text, it goes.
    case metaspace(Metaspace)
    /// Pieces like "<0xE6>" are bytes: side by side a text, or U+FFFD for each where they are none.
    case byteFallback
    /// Pieces become one.
    case fuse
    /// So many of a character go at most at a piece's start and end.
    case strip(Unicode.Scalar, start: Int, end: Int)
    /// Every match in a piece becomes a text.
    case replace(Pattern, with: [UInt8])
    /// Pieces inside a word lose their prefix, the others get a blank before them; `cleans`: see ``SpaceCleaning/words``.
    case wordPiece(prefix: [UInt8], cleans: Bool)
    /// A text at a word's end becomes a blank, and nothing in the last piece.
    case wordEnds([UInt8])
    /// A text at a word's end becomes a blank, and white space at the ends of all goes, as CLIP's class does after its other step.
    case trimmedWordEnds([UInt8])
    /// One after the other.
    case sequence([TokenDecoder])

    /// The text that pieces make.
    func text(of pieces: [[UInt8]]) -> [UInt8] { Array(decode(pieces).joined()) }

    private func decode(_ pieces: [[UInt8]]) -> [[UInt8]] {
        switch self {
        case .byteLevel: return [Self.repaired(pieces.flatMap(Self.bytes))]
        case .metaspace(let metaspace): return Self.blanks(in: pieces, metaspace)
        case .byteFallback: return Self.fallback(pieces)
        case .fuse: return [Array(pieces.joined())]
        case .strip(let scalar, let start, let end):
            return pieces.map { Self.strip($0, Array(String(scalar).utf8), start, end) }
        case .replace(let pattern, let text):
            let replacing = Normalizer.replace(pattern, with: text)
            return pieces.map { $0.withUnsafeBufferPointer(replacing.normalize) }
        case .wordPiece(let prefix, let cleans):
            return pieces.enumerated().map { index, piece in
                var piece = piece
                if index > 0 { piece = piece.starts(with: prefix) ? Array(piece.dropFirst(prefix.count)) : [0x20] + piece }
                return cleans ? SpaceCleaning.words.clean(piece) : piece
            }
        case .wordEnds(let suffix):
            return pieces.enumerated().map { $1.replacing(suffix, with: $0 == pieces.count - 1 ? [] : [0x20]) }
        case .trimmedWordEnds(let suffix):
            let text = pieces.joined().replacing(suffix, with: [0x20])
            return [Self.trimmed(text)]
        case .sequence(let decoders): return decoders.reduce(pieces) { $1.decode($0) }
        }
    }

    /// The bytes that a piece's characters stand for.
    private static func bytes(of piece: [UInt8]) -> [UInt8] {
        ByteCharacters.bytes(of: String(decoding: piece, as: UTF8.self)) ?? piece
    }

    /// Bytes as UTF-8, with U+FFFD for what is none.
    private static func repaired(_ bytes: [UInt8]) -> [UInt8] { Array(String(decoding: bytes, as: UTF8.self).utf8) }

    private static func blanks(in pieces: [[UInt8]], _ metaspace: Metaspace) -> [[UInt8]] {
        pieces.enumerated().map { index, piece in
            piece.replacing(metaspace.replacement, with: index == 0 && metaspace.prefix != .never ? [] : [0x20])
        }
    }

    private static func fallback(_ pieces: [[UInt8]]) -> [[UInt8]] {
        var result: [[UInt8]] = []
        var bytes: [UInt8] = []
        func flush() {
            guard !bytes.isEmpty else { return }
            let isText = String(validating: bytes, as: UTF8.self) != nil
            result += isText ? [bytes] : Array(repeating: Array("\u{FFFD}".utf8), count: bytes.count)
            bytes = []
        }
        for piece in pieces {
            if let byte = byte(of: piece) {
                bytes.append(byte)
            } else {
                flush()
                result.append(piece)
            }
        }
        flush()
        return result
    }

    /// The byte of a piece like "<0xE6>". A sign in place of the first digit is read too, as Rust's numbers are.
    private static func byte(of piece: [UInt8]) -> UInt8? {
        guard piece.count == 6, piece.starts(with: Array("<0x".utf8)), piece[5] == UInt8(ascii: ">") else { return nil }
        return UInt8(String(decoding: piece[3..<5], as: UTF8.self), radix: 16)
    }

    private static func strip(_ piece: [UInt8], _ character: [UInt8], _ start: Int, _ end: Int) -> [UInt8] {
        var rest = piece[...]
        for _ in 0..<start where rest.starts(with: character) { rest = rest.dropFirst(character.count) }
        for _ in 0..<end where rest.suffix(character.count).elementsEqual(character) { rest = rest.dropLast(character.count) }
        return Array(rest)
    }

    private static func trimmed(_ text: [UInt8]) -> [UInt8] {
        // What Python calls white space: four separators are besides.
        func isSpace(_ scalar: Unicode.Scalar) -> Bool {
            scalar.properties.isWhitespace || (0x1C...0x1F).contains(scalar.value)
        }
        return text.withUnsafeBufferPointer { text in
            var start = 0
            var end = text.count
            while start < end {
                var next = start
                guard isSpace(text.scalar(at: &next)) else { break }
                start = next
            }
            while start < end {
                let last = text.scalar(before: end)
                guard isSpace(last) else { break }
                end -= UTF8.width(last)
            }
            return Array(text[start..<end])
        }
    }
}

extension Sequence<UInt8> {
    /// The bytes of a text with every occurrence of one text, from the left, as another. The empty text is found before each
    /// character and at the end.
    func replacing(_ old: [UInt8], with new: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var rest = Array(self)[...]
        guard let first = old.first else {
            for byte in rest {
                if byte & 0xC0 != 0x80 { result += new }
                result.append(byte)
            }
            return result + new
        }
        while let byte = rest.first {
            if byte == first, rest.starts(with: old) {
                result += new
                rest = rest.dropFirst(old.count)
            } else {
                result.append(byte)
                rest = rest.dropFirst()
            }
        }
        return result
    }
}
