import Foundation

/// The parts of a tokenizer that a SentencePiece model and its family make.
struct SentencePieceFamily {
    let model: any TokenModel
    let added: [AddedToken]
    let normalizers: [Normalizer]
    let preTokenizer: PreTokenizer
    let postProcessor: PostProcessor

    /// Puts the parts together.
    init(_ file: SentencePieceModel, _ configuration: TokenizerConfiguration, _ url: URL) throws {
        let kind = configuration.kind
        let map =
            file.characterMap.isEmpty ? [] : [Normalizer.characterMap(try CharacterMap(file.characterMap, place: url.path))]
        let first: (String, String)?
        let last: (String, String)?
        var special: [String] = []
        var greedy: String?
        switch file.algorithm {
        case .pairs:
            model = try Self.pairs(file, url)
            normalizers = map + Self.blanks(file)
            preTokenizer = PreTokenizer([])
            first = try configuration.bool("add_bos_token", default: true) ? ("bos_token", file.firstPiece) : nil
            last = try configuration.bool("add_eos_token", default: false) ? ("eos_token", file.lastPiece) : nil
        case .unigram where kind.hasPrefix("XLMRoberta") || kind.isEmpty && url.lastPathComponent == "sentencepiece.bpe.model":
            // fairseq put tokens of its own before the pieces.
            let own = ["<s>", "<pad>", "</s>", "<unk>"]
            let pieces = own.map { ($0, 0) } + file.pieces.dropFirst(3).map { ($0.text, Double($0.score)) } + [("<mask>", 0)]
            model = try Unigram(vocabulary: pieces, unknown: 3, place: url.path)
            normalizers = map
            preTokenizer = Self.words
            special = own + ["<mask>"]
            greedy = "<mask>"
            first = ("cls_token", "<s>")
            last = ("sep_token", "</s>")
        case .unigram where kind.hasPrefix("Deberta") || kind.isEmpty && url.lastPathComponent == "spm.model":
            let mask = file.pieces.contains { $0.text == "[MASK]" } ? [] : ["[MASK]"]
            model = try Self.unigram(file, and: mask, url)
            let lowercase: [Normalizer] = try configuration.bool("do_lower_case", default: false) ? [.lowercase] : []
            normalizers =
                lowercase + [.strip(left: true, right: true)] + map
                + [.replace(Splitter.knownPattern(" {2,}"), with: [0x20])]
            let byMark: [PreTokenizer.Step] =
                try configuration.bool("split_by_punct", default: false)
                ? [.split(Splitter(pattern: Pattern(Splitter.punctuation), behavior: .isolated))] : []
            preTokenizer = PreTokenizer(byMark + Self.metaspace)
            special = ["[PAD]", "[UNK]", "[MASK]"]
            first = ("cls_token", "[CLS]")
            last = ("sep_token", "[SEP]")
        case .unigram:
            let count = try configuration.integer("extra_ids", in: 0...10_000, default: 100)
            let known = Set(file.pieces.map(\.text))
            let extra = (0..<count).reversed().map { "<extra_id_\($0)>" }.filter { !known.contains($0) }
            model = try Self.unigram(file, and: extra, url)
            normalizers = map
            preTokenizer = Self.words
            special = extra
            first = nil
            last = ("eos_token", file.lastPiece)
        }
        let ends = try Tokenizer.ends(configuration, first: first, last: last, in: model, place: url.path)
        let named = file.pieces.filter { [.unknown, .control, .userDefined].contains($0.kind) }.map(\.text)
        added = try configuration.addedTokens(
            special: special + ends.tokens + named, greedy: greedy, in: model)
        postProcessor = ends.postProcessor
    }

    private static func pairs(_ file: SentencePieceModel, _ url: URL) throws -> BytePairs {
        let vocabulary = file.pieces.enumerated().map { ($1.text, Int32($0)) }
        let options = BytePairs.Options(
            unknownToken: file.unknownPiece, fusesUnknown: true, fallsBackToBytes: file.fallsBackToBytes)
        return try BytePairs(vocabulary: vocabulary, merges: file.merges, options: options, place: url.path)
    }

    private static func unigram(_ file: SentencePieceModel, and more: [String], _ url: URL) throws -> Unigram {
        let pieces = file.pieces.map { ($0.text, Double($0.score)) } + more.map { ($0, 0) }
        return try Unigram(
            vocabulary: pieces, unknown: file.unknown, fallsBackToBytes: file.fallsBackToBytes, place: url.path)
    }

    /// What becomes of blanks before BPE.
    private static func blanks(_ file: SentencePieceModel) -> [Normalizer] {
        let mark = Array("▁".utf8)
        let extra: [Normalizer] = [
            .strip(left: true, right: true), .replace(Splitter.knownPattern(" {2,}"), with: [0x20]),
        ]
        return (file.removesExtraBlanks ? extra : []) + (file.addsPrefix ? [.prepend(mark)] : [])
            + [.replace(Splitter.knownPattern(" "), with: mark)]
    }

    /// A blank's mark before the text, and a word from each of them to the next.
    private static let metaspace: [PreTokenizer.Step] = [
        .metaspace(Metaspace(prefix: .always)),
        .split(Splitter(pattern: Pattern(ScalarSet("▁")), behavior: .mergedWithNext)),
    ]

    /// Words without the white space between them, each with a blank's mark.
    private static let words = PreTokenizer([.split(.whiteSpace)] + metaspace)
}
