import Files
import Foundation

/// The parts that a tokenizer's class puts together around a vocabulary.
struct TokenizerParts {
    let model: any TokenModel
    var normalizer: Normalizer?
    var preTokenizer = PreTokenizer([])
    /// Added tokens that are there before those of the folder.
    var added: [AddedToken] = []
    /// The tokens around a text of a `tokenizer.json`.
    var postProcessor: PostProcessor?
    /// The steps from tokens to text; nil: a blank between tokens.
    var decoder: TokenDecoder?

    /// Makes the parts of a class.
    ///
    /// - Throws: ``UserError`` when the vocabulary does not fit the class.
    init(_ vocabulary: Vocabulary, _ settings: TokenizerSettings, _ special: (String) -> String?, added: [AddedToken]) throws {
        let place = vocabulary.place
        let prefix: [PreTokenizer.Step] = try settings.bool("add_prefix_space", default: false) ? [.prefixBlank] : []
        func pairs(_ options: BytePairs.Options) throws -> BytePairs {
            let (tokens, merges) = try vocabulary.pairs()
            return try BytePairs(vocabulary: tokens, merges: merges, options: options, place: place)
        }
        switch settings.kind {
        case .bert:
            let lowercase = try settings.bool("do_lower_case", default: true)
            let tokens = try vocabulary.tokens()
            model = try WordPiece(vocabulary: tokens, unknownToken: special("unk_token") ?? "None", place: place)
            normalizer = .bert(
                BertNormalizer(
                    separateChinese: try settings.bool("tokenize_chinese_chars", default: true),
                    stripAccents: try settings.bool("strip_accents", default: lowercase), lowercase: lowercase))
            preTokenizer = PreTokenizer([.bert])
            decoder = .wordPiece(prefix: Array("##".utf8), cleans: true)
        case .roberta, .gpt2:
            model = try pairs(.init(isByteLevel: true))
            preTokenizer = PreTokenizer(prefix + [.split(.gpt2)])
            decoder = .byteLevel
        case .qwen2:
            model = try pairs(.init(isByteLevel: true))
            normalizer = .composition(.canonical)
            preTokenizer = PreTokenizer([.split(.qwen)] + prefix)
            decoder = .byteLevel
        case .clip:
            model = try pairs(.init(unknownToken: special("unk_token") ?? "None", suffix: "</w>", isByteLevel: true))
            normalizer = .sequence([
                .composition(.canonical), .replace(Splitter.knownPattern(#"\s+"#), with: [0x20]), .lowercase,
            ])
            preTokenizer = PreTokenizer([.split(.clip), .split(.gpt2)])
            decoder = .sequence([.byteLevel, .trimmedWordEnds(Array("</w>".utf8))])
        case .llama:
            model = try pairs(.init(fusesUnknown: true, fallsBackToBytes: true))
            let adds = try settings.bool("add_prefix_space", default: true)
            let always = try settings.bool("legacy", default: false)
            preTokenizer = PreTokenizer([.metaspace(Metaspace(prefix: adds ? always ? .always : .first : .never))])
            decoder = .sentencePiece(dropsFirstBlank: adds)
        case .gemma:
            model = try pairs(
                .init(unknownToken: special("unk_token") ?? "None", fusesUnknown: true, fallsBackToBytes: true))
            normalizer = Self.blanks
            decoder = .sentencePiece(dropsFirstBlank: false)
        case .xlmRoberta:
            model = try Unigram(vocabulary: vocabulary.fairseqPieces(special), unknown: 3, place: place)
            normalizer = try vocabulary.characterMap()
            let adds = try settings.bool("add_prefix_space", default: true)
            preTokenizer = PreTokenizer([.split(.whiteSpace)] + Self.words(adds ? .always : .never))
            decoder = .metaspace(Metaspace(prefix: adds ? .always : .never))
        case .debertaV2:
            let pieces = try vocabulary.scoredPieces()
            let unknown = pieces.firstIndex { $0.score == 0 && $0.piece == special("unk_token") }
            let usual = try vocabulary.sentencePieces?.unknown ?? settings["unk_id"].map { Int(try $0.tokenIdentifier()) } ?? 1
            model = try Unigram(vocabulary: pieces, unknown: unknown ?? usual, place: place)
            let lowercase: [Normalizer] = try settings.bool("do_lower_case", default: false) ? [.lowercase] : []
            normalizer = .sequence(
                lowercase + [
                    .replace(Splitter.knownPattern(#"\s{2,}|[\n\r\t]"#), with: [0x20]), .composition(.canonical),
                    .strip(left: false, right: true),
                ])
            let marks: [PreTokenizer.Step] =
                try settings.bool("split_by_punct", default: false)
                ? [.split(Splitter(pattern: Pattern(Splitter.punctuation), behavior: .isolated))] : []
            let adds = try settings.bool("add_prefix_space", default: true)
            preTokenizer = PreTokenizer(marks + Self.words(adds ? .always : .first))
            decoder = .metaspace(Metaspace(prefix: adds ? .always : .first))
        case .t5:
            let extra = vocabulary.sentencePieces != nil ? try Self.extraTokens(settings).reversed() : []
            let pieces = try vocabulary.scoredPieces() + extra.map { (piece: $0, score: 0.0) }
            model = try Unigram(vocabulary: pieces, unknown: 2, place: place)
            normalizer = try vocabulary.characterMap()
            preTokenizer = PreTokenizer([.split(.whiteSpace)] + Self.words(.always))
            decoder = .metaspace(Metaspace(prefix: .always))
        case .saved:
            self = try vocabulary.savedParts(added)
            return
        }
        postProcessor = try vocabulary.postProcessor()
    }

    /// Makes parts directly.
    init(model: any TokenModel, normalizer: Normalizer?, decoder: TokenDecoder? = nil) {
        self.model = model
        self.normalizer = normalizer
        self.decoder = decoder
    }

    /// Every blank becomes the sign for it.
    static let blanks = Normalizer.replace(Splitter.knownPattern(" "), with: Array("▁".utf8))

    /// T5's tokens for gaps in a text.
    static func extraTokens(_ settings: TokenizerSettings) throws -> [String] {
        let count = try settings["extra_ids"]?.integer(in: 0...10_000) ?? 100
        return (0..<count).map { "<extra_id_\($0)>" }
    }

    /// The sign for a blank before a text, and a word from each of them to the next.
    private static func words(_ prefix: Metaspace.Prefix) -> [PreTokenizer.Step] {
        [
            .metaspace(Metaspace(prefix: prefix)),
            .split(Splitter(pattern: Pattern(ScalarSet("▁")), behavior: .mergedWithNext)),
        ]
    }
}

extension Splitter {
    /// Splitting into words as Qwen does: digits one by one, line ends apart.
    static let qwen = Splitter(
        pattern: knownPattern(
            #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#),
        behavior: .isolated)

    /// Splitting into words as CLIP does; what is no word is dropped.
    static let clip = Splitter(
        pattern: knownPattern(
            #"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"#),
        behavior: .removed, isInverted: true)
}

extension TokenizerParts {
    /// Takes the parts of a `tokenizer.json` as they are.
    ///
    /// - Throws: ``UserError`` for a part that is not supported.
    init(_ root: JSONEntry) throws {
        try root.check(Self.keys)
        if let version = try root.optional("version"), try version.string() != "1.0" {
            throw version.error("is \"\(try version.string())\", expected 1.0")
        }
        var preTokenizer = try PreTokenizer(root.optional("pre_tokenizer"))
        let model = try Self.model(root.required("model"), &preTokenizer)
        self.init(
            model: model, normalizer: try root.optional("normalizer").map(Normalizer.init),
            decoder: try root.optional("decoder").map(TokenDecoder.init))
        self.preTokenizer = preTokenizer
        postProcessor = try root.optional("post_processor").map { try PostProcessor($0) }
        added =
            try root.optional("added_tokens")?.array().map { entry in
                let token = try AddedToken(entry)
                if let other = model.identifier(of: token.content), other != token.identifier {
                    throw entry.error(
                        "the token \"\(token.content)\" has the number \(token.identifier) here and \(other) in the model")
                }
                return token
            } ?? []
    }

    /// The keys of a `tokenizer.json`. Padding does not change a text's tokens.
    static let keys: Set = [
        "version", "truncation", "padding", "added_tokens", "normalizer", "pre_tokenizer", "post_processor", "decoder", "model",
    ]

    /// Makes the model; one of bytes takes the step from bytes to characters off `preTokenizer`.
    private static func model(_ entry: JSONEntry, _ preTokenizer: inout PreTokenizer) throws -> any TokenModel {
        switch try type(of: entry) {
        case "WordPiece": return try WordPiece(entry)
        case "BPE":
            let takesBytes = try !entry.bool("byte_fallback", default: false) && preTokenizer.removeByteCharacters()
            return try BytePairs(entry, isByteLevel: takesBytes)
        case "Unigram": return try Unigram(entry)
        case let type: throw entry.unsupported(type ?? "without a type", supported: ["WordPiece", "BPE", "Unigram"])
        }
    }

    /// The model's type. Files of the format's first years leave it out.
    static func type(of entry: JSONEntry) throws -> String? {
        if let type = try entry.optional("type")?.string() { return type }
        if try entry.optional("max_input_chars_per_word") != nil { return "WordPiece" }
        if try entry.optional("merges") != nil { return "BPE" }
        return try entry.contains("unk_id") ? "Unigram" : nil
    }
}
