extension Normalizer {
    static let supported = [
        "BertNormalizer", "NFC", "NFD", "NFKC", "NFKD", "Lowercase", "StripAccents", "Strip", "Replace", "Prepend",
        "Precompiled", "Nmt",
        "ByteLevel", "Sequence",
    ]

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
        case "NFC": self = .composition(.canonical)
        case "NFD": self = .decomposition(.canonical)
        case "NFKC": self = .composition(.compatible)
        case "NFKD": self = .decomposition(.compatible)
        case "Lowercase": self = .lowercase
        case "StripAccents": self = .stripAccents
        case "Strip":
            self = .strip(
                left: try entry.bool("strip_left", default: true), right: try entry.bool("strip_right", default: true))
        case "Replace":
            self = .replace(
                try Pattern(entry.required("pattern")), with: Array(try entry.required("content").string().utf8))
        case "Prepend": self = .prepend(try Self.prepended(entry.required("prepend")))
        case "Precompiled":
            // Models without a map of characters have the normalizer anyway.
            self = try entry.optional("precompiled_charsmap").map { .characterMap(try CharacterMap($0)) } ?? .sequence([])
        case "Nmt": self = .translation
        case "ByteLevel": self = .byteCharacters
        case "Sequence": self = .sequence(try entry.required("normalizers").array().map(Normalizer.init))
        case let type: throw entry.unsupported(type, supported: Self.supported)
        }
        guard growth <= Self.mostGrowth else {
            throw entry.error("makes a text more than \(Int(Self.mostGrowth)) times as long")
        }
    }
}

extension Normalizer {
    /// Normalizers one after the other could otherwise make a few bytes fill the memory. Those of real files stay below 3,600:
    /// a map of characters (33), decomposition, lower case, and the sign for a blank.
    private static let mostGrowth = 4096.0
    /// What is put before a text grows as the text does; in real files it is one character.
    private static let longestPrepended = 1024

    private static func prepended(_ entry: JSONEntry) throws -> [UInt8] {
        let text = Array(try entry.string().utf8)
        guard text.count <= longestPrepended else { throw entry.error("is longer than \(longestPrepended) bytes") }
        return text
    }

    /// How many times as long a text can become, in bytes; not counting what is put before it.
    private var growth: Double {
        switch self {
        case .strip, .stripAccents, .prepend, .translation: 1
        case .byteCharacters: 2
        case .lowercase, .bert: 3
        // The longest decomposition is that of U+FDFA: of 3 bytes to 33.
        case .decomposition, .composition: 12
        case .replace(_, let replacement): Double(max(1, replacement.count))
        case .characterMap(let map): Double(max(1, map.longestText))
        case .sequence(let normalizers): normalizers.reduce(1) { $0 * $1.growth }
        }
    }
}

extension Pattern {
    /// Makes the pattern of an entry, which is a text or a regular expression: `{"String": " "}`, `{"Regex": "\\s+"}`.
    init(_ entry: JSONEntry) throws {
        let place = "\(entry.file): \"\(entry.path)\""
        if let expression = try entry.optional("Regex") {
            self = try Pattern(expression: expression.string(), place: place)
        } else {
            self = try Pattern(text: entry.required("String").string(), place: place)
        }
    }
}
