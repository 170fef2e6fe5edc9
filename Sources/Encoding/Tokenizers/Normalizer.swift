/// The first step: text to the form of it that the vocabulary was learned on.
indirect enum Normalizer: Sendable {
    /// Cleaning, Chinese characters apart, accents off, lower case: the BERT family's.
    case bert(BertNormalizer)
    /// Canonical decomposition (NFD).
    case decomposition
    /// Marks of every kind off.
    case stripAccents
    /// Lower case, scalar by scalar.
    case lowercase
    /// White space off the text's ends.
    case strip(left: Bool, right: Bool)
    /// One after the other.
    case sequence([Normalizer])

    static let supported = ["BertNormalizer", "NFD", "StripAccents", "Lowercase", "Strip", "Sequence"]

    /// Makes the normalizer that an entry of a `tokenizer.json` describes.
    ///
    /// - Throws: ``UserError`` for a type that is not supported and for settings of the wrong kind.
    init(_ entry: JSONEntry) throws {
        switch try entry.type() {
        case "BertNormalizer":
            let lowercase = try entry.bool("lowercase", default: true)
            self = .bert(
                BertNormalizer(
                    cleanText: try entry.bool("clean_text", default: true),
                    separateChinese: try entry.bool("handle_chinese_chars", default: true),
                    stripAccents: try entry.bool("strip_accents", default: lowercase),
                    lowercase: lowercase))
        case "NFD": self = .decomposition
        case "StripAccents": self = .stripAccents
        case "Lowercase": self = .lowercase
        case "Strip":
            self = .strip(
                left: try entry.bool("strip_left", default: true), right: try entry.bool("strip_right", default: true))
        case "Sequence": self = .sequence(try entry.required("normalizers").array().map(Normalizer.init))
        case let type: throw entry.unsupported(type, supported: Self.supported)
        }
    }

    /// Makes a normalizer directly.
    init(bert: BertNormalizer) { self = .bert(bert) }

    /// The normal form of some UTF-8 text.
    func normalize(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        switch self {
        case .bert(let normalizer): return normalizer.normalize(text)
        case .decomposition:
            var result: [UInt8] = []
            result.reserveCapacity(text.count)
            var decomposition = CanonicalDecomposition()
            var position = 0
            while position < text.count {
                decomposition.add(text.scalar(at: &position), keep: { _ in true }, emit: { result.append($0) })
            }
            decomposition.flush { result.append($0) }
            return result
        case .stripAccents: return map(text) { scalar, result in if !scalar.isMark { result.append(scalar) } }
        case .lowercase: return map(text) { scalar, result in result.appendLowercase(scalar) }
        case .strip(let left, let right):
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
        case .sequence(let normalizers):
            return normalizers.reduce(Array(text)) { text, normalizer in text.withUnsafeBufferPointer(normalizer.normalize) }
        }
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
