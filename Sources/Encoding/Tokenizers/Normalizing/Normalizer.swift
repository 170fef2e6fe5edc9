/// The first step: text to the form of it that the vocabulary was learned on.
indirect enum Normalizer: Sendable {
    /// Cleaning, Chinese characters apart, accents off, lower case: the BERT family's.
    case bert(BertNormalizer)
    /// Characters in their parts (NFD, NFKD).
    case decomposition(Decomposition.Kind)
    /// Characters in as few scalars as possible (NFC, NFKC).
    case composition(Decomposition.Kind)
    /// Marks of every kind off.
    case stripAccents
    /// Lower case, scalar by scalar.
    case lowercase
    /// White space off the text's ends.
    case strip(left: Bool, right: Bool)
    /// Every match becomes a text.
    case replace(Pattern, with: [UInt8])
    /// A text before it, unless it is empty.
    case prepend([UInt8])
    /// SentencePiece's own map of characters.
    case characterMap(CharacterMap)
    /// Controls off, and every white space a blank.
    case translation
    /// Each byte as a character.
    case byteCharacters
    /// One after the other.
    case sequence([Normalizer])

    /// The normal form of some UTF-8 text.
    func normalize(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        switch self {
        case .bert(let normalizer): normalizer.normalize(text)
        case .decomposition(let kind): Self.decompose(text, kind)
        case .composition(let kind): Self.compose(text, kind)
        case .stripAccents: map(text) { scalar, result in if !scalar.isMark { result.append(scalar) } }
        case .lowercase: map(text) { scalar, result in result.appendLowercase(scalar) }
        case .strip(let left, let right): Self.strip(text, left: left, right: right)
        case .replace(let pattern, let replacement): Self.replace(pattern, in: text, with: replacement)
        case .prepend(let start): text.isEmpty ? [] : start + Array(text)
        case .characterMap(let map): map.normalize(text)
        case .translation:
            map(text) { scalar, result in
                if scalar.isBlankInTranslation {
                    result.append(0x20)
                } else if !scalar.isDroppedInTranslation {
                    result.append(scalar)
                }
            }
        case .byteCharacters: ByteCharacters.characters(of: text)
        case .sequence(let normalizers):
            normalizers.reduce(Array(text)) { text, normalizer in text.withUnsafeBufferPointer(normalizer.normalize) }
        }
    }

    /// Whether the normal form lacks the start of a text: what is left then does not count as the text's start.
    func dropsStart(of text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard !text.isEmpty else { return false }
        var position = 0
        let first = text.scalar(at: &position)
        switch self {
        case .bert(let normalizer): return normalizer.drops(first)
        case .stripAccents: return first.isMark
        case .strip(let left, _): return left && first.properties.isWhitespace
        case .translation: return first.isDroppedInTranslation
        case .sequence(let normalizers):
            var text = Array(text)
            for normalizer in normalizers {
                if text.withUnsafeBufferPointer(normalizer.dropsStart) { return true }
                text = text.withUnsafeBufferPointer(normalizer.normalize)
            }
            return false
        default: return false
        }
    }

    private static func decompose(_ text: UnsafeBufferPointer<UInt8>, _ kind: Decomposition.Kind) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var decomposition = Decomposition(kind)
        var position = 0
        while position < text.count {
            decomposition.add(text.scalar(at: &position), keep: { _ in true }, emit: { result.append($0) })
        }
        decomposition.flush { result.append($0) }
        return result
    }

    private static func compose(_ text: UnsafeBufferPointer<UInt8>, _ kind: Decomposition.Kind) -> [UInt8] {
        // Nothing below U+00A0 (compatible) or U+0300 (canonical) changes.
        let first: UInt8 = kind == .canonical ? 0xCC : 0xC2
        if !text.contains(where: { $0 >= first }) { return Array(text) }
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var decomposition = Decomposition(kind)
        var composition = Composition()
        func compose(_ scalar: Unicode.Scalar) { composition.add(scalar) { result.append($0) } }
        var position = 0
        while position < text.count {
            decomposition.add(text.scalar(at: &position), keep: { _ in true }, emit: compose)
        }
        decomposition.flush(compose)
        composition.flush { result.append($0) }
        return result
    }

    private static func strip(_ text: UnsafeBufferPointer<UInt8>, left: Bool, right: Bool) -> [UInt8] {
        var start = 0
        var end = text.count
        while left, start < end {
            var next = start
            guard text.scalar(at: &next).properties.isWhitespace else { break }
            start = next
        }
        while right, start < end {
            let last = text.scalar(before: end)
            guard last.properties.isWhitespace else { break }
            end -= UTF8.width(last)
        }
        return Array(text[start..<end])
    }

    private static func replace(
        _ pattern: Pattern, in text: UnsafeBufferPointer<UInt8>, with replacement: [UInt8]
    ) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var done = 0
        _ = pattern.forEachMatch(in: text) { match in
            result.append(contentsOf: text[done..<match.lowerBound])
            result.append(contentsOf: replacement)
            done = match.upperBound
            return true
        }
        result.append(contentsOf: text[done...])
        return result
    }

    private func map(
        _ text: UnsafeBufferPointer<UInt8>, _ body: (Unicode.Scalar, inout [UInt8]) -> Void
    ) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var position = 0
        while position < text.count { body(text.scalar(at: &position), &result) }
        return result
    }
}

extension Unicode.Scalar {
    /// Whether the normalizer "Nmt" makes a blank of it.
    fileprivate var isBlankInTranslation: Bool {
        switch value {
        case 0x09, 0x0A, 0x0C, 0x0D, 0x1680, 0x200B...0x200F, 0x2028, 0x2029, 0x2581, 0xFEFF, 0xFFFD: true
        default: false
        }
    }

    /// Whether the normalizer "Nmt" takes it out.
    fileprivate var isDroppedInTranslation: Bool {
        switch value {
        case 0x01...0x08, 0x0B, 0x0E...0x1F, 0x7F, 0x8F, 0x9F: true
        default: false
        }
    }
}

extension [UInt8] {
    /// Appends a scalar's lower case, which may be several scalars.
    @inline(__always)
    mutating func appendLowercase(_ scalar: Unicode.Scalar) {
        if scalar.isASCII {
            let byte = UInt8(truncatingIfNeeded: scalar.value)
            append((0x41...0x5A).contains(byte) ? byte | 0x20 : byte)
        } else if ScalarClass(scalar).contains(.upperCase) {
            append(contentsOf: scalar.properties.lowercaseMapping.utf8)
        } else {
            append(scalar)
        }
    }
}
