extension TokenDecoder {
    static let supported = [
        "ByteLevel", "Metaspace", "ByteFallback", "Fuse", "Strip", "Replace", "WordPiece", "BPEDecoder", "Sequence",
    ]

    /// Makes the decoder that an entry of a `tokenizer.json` describes.
    ///
    /// - Throws: ``UserError`` for a type that is not supported and for settings of the wrong kind.
    init(_ entry: JSONEntry) throws {
        switch try entry.type() {
        // Its settings are those of the step from text to tokens.
        case "ByteLevel": self = .byteLevel
        case "Metaspace": self = .metaspace(try Metaspace(entry))
        case "ByteFallback": self = .byteFallback
        case "Fuse": self = .fuse
        case "Strip":
            let content = try entry.required("content")
            let scalars = Array(try content.string().unicodeScalars)
            guard scalars.count == 1 else { throw content.error("is not one character") }
            let range: ClosedRange<Int32> = 0...Self.mostStripped
            self = .strip(
                scalars[0], start: Int(try entry.required("start").integer(in: range)),
                end: Int(try entry.required("stop").integer(in: range)))
        case "Replace":
            self = .replace(try Pattern(entry.required("pattern")), with: Array(try entry.required("content").string().utf8))
        case "WordPiece":
            self = .wordPiece(
                prefix: Array(try entry.optional("prefix")?.string().utf8 ?? "##".utf8),
                cleans: try entry.bool("cleanup", default: true))
        case "BPEDecoder": self = .wordEnds(Array(try entry.optional("suffix")?.string().utf8 ?? "</w>".utf8))
        case "Sequence": self = .sequence(try entry.required("decoders").array().map(TokenDecoder.init))
        case let type: throw entry.unsupported(type, supported: Self.supported)
        }
        guard growth <= Self.mostGrowth else {
            throw entry.error("makes a text more than \(Int(Self.mostGrowth)) times as long")
        }
    }

    /// A file may take off no more characters: real ones take off one.
    private static let mostStripped: Int32 = 1024
    /// Steps one after the other could otherwise make a few tokens fill the memory.
    private static let mostGrowth = 4096.0

    /// How many times as long the pieces can become, in bytes.
    private var growth: Double {
        switch self {
        case .metaspace, .byteFallback, .fuse, .strip: 1
        // A character of two bytes may stand for a byte that is none of a text: U+FFFD has three.
        case .byteLevel: 3
        case .wordPiece: 2
        case .wordEnds, .trimmedWordEnds: 3
        case .replace(_, let replacement): Double(max(1, replacement.count))
        case .sequence(let decoders): decoders.reduce(1) { $0 * $1.growth }
        }
    }
}

extension TokenDecoder {
    /// The steps back from SentencePiece's pieces: its sign for a blank, and bytes.
    ///
    /// - Parameter dropsFirstBlank: whether the blank goes that was put before the text.
    static func sentencePiece(dropsFirstBlank: Bool) -> TokenDecoder {
        .sequence([signs, .byteFallback, .fuse] + (dropsFirstBlank ? [.strip(" ", start: 1, end: 0)] : []))
    }

    /// Every sign for a blank becomes one.
    static let signs = TokenDecoder.replace(Splitter.knownPattern("▁"), with: [0x20])
}
