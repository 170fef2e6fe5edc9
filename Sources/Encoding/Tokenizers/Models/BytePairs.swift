import Files

/// BPE: a word's characters, of which the pair with the lowest rank is merged again and again, until no pair is left that can
/// be.
struct BytePairs: TokenModel {
    /// How a model of this kind treats words, beside its vocabulary.
    struct Options: Sendable {
        /// What stands for a character that the vocabulary lacks; nil: it is left out.
        var unknownToken: String?
        /// Whether unknown characters side by side are one unknown token.
        var fusesUnknown = false
        /// Whether a character that the vocabulary lacks becomes its bytes ("<0xE6>"), where those are tokens.
        var fallsBackToBytes = false
        /// Whether a word that is a token is taken whole.
        var ignoresMerges = false
        /// What characters inside a word begin with.
        var prefix = ""
        /// What a word's last character ends with ("</w>").
        var suffix = ""
        /// Whether a token's characters stand for bytes, and words are given as those bytes.
        var isByteLevel = false
    }

    let vocabularySize: Int
    let texts: TokenTexts
    var tokenCount: Int { vocabulary.count }
    private let options: Options
    private let vocabulary: TokenTable
    /// The tokens that words consist of: as the vocabulary has them, or at byte level the bytes that they stand for.
    private let pieces: TokenTable
    /// The words that are one token in the end: most words of a text. Without it, each would have to be merged each time.
    private let words: TokenTable
    private let merges: MergeTable
    private let symbols: SymbolTable

    /// Makes a model.
    ///
    /// - Parameters:
    ///   - vocabulary: the tokens with their numbers.
    ///   - merges: the pairs that are merged, by rank; each has to be of tokens and give one.
    ///   - place: the file, and the key in it, for errors.
    /// - Throws: ``UserError`` when a token occurs with two numbers or a merge is not of tokens.
    init(
        vocabulary tokens: [(token: String, identifier: Int32)], merges pairs: some Collection<(String, String)>,
        options: Options, place: String
    ) throws {
        var vocabulary = TokenTable(capacity: tokens.count)
        var pieces = TokenTable(capacity: options.isByteLevel ? tokens.count : 0)
        for (token, identifier) in tokens {
            if let older = vocabulary.insert(token, value: identifier), older != identifier {
                throw UserError("the token \"\(token)\" has two numbers, \(older) and \(identifier)", at: place)
            }
            if options.isByteLevel, let bytes = ByteCharacters.bytes(of: token) {
                _ = bytes.withUnsafeBufferPointer { pieces.insert($0, value: identifier) }
            }
        }
        if !options.isByteLevel { pieces = vocabulary }
        self.options = options
        self.vocabulary = vocabulary
        texts = TokenTexts(tokens.lazy.map { ($0.token, $0.identifier) })
        self.pieces = pieces
        vocabularySize = Int(vocabulary.largestValue) + 1
        merges = try Self.table(of: pairs, vocabulary, prefix: options.prefix, place: place)
        symbols = try SymbolTable(vocabulary, pieces, options, place: place)
        words = options.ignoresMerges ? pieces : Self.words(options, pieces, symbols, merges)
    }

    private static func table(
        of pairs: some Collection<(String, String)>, _ vocabulary: TokenTable, prefix: String, place: String
    ) throws -> MergeTable {
        var table = MergeTable(capacity: pairs.count)
        var whole: [UInt8] = []
        for (rank, (left, right)) in pairs.enumerated() {
            whole.removeAll(keepingCapacity: true)
            whole.append(contentsOf: left.utf8)
            whole.append(contentsOf: right.utf8.dropFirst(prefix.utf8.count))
            guard let first = vocabulary.value(of: left), let second = vocabulary.value(of: right),
                let merged = whole.withUnsafeBufferPointer(vocabulary.value)
            else {
                throw UserError(
                    "the merge \(rank + 1), \"\(left) \(right)\", is not of two tokens of the vocabulary that give a third",
                    at: place, remedy: "Give the merges that belong to the vocabulary.")
            }
            table.insert(first, second, .init(rank: Int32(truncatingIfNeeded: rank), token: merged))
        }
        return table
    }

    /// The words that merging makes one token of.
    private static func words(
        _ options: Options, _ pieces: TokenTable, _ symbols: SymbolTable, _ merges: MergeTable
    ) -> TokenTable {
        // Only at byte level are words short and the same ones again and again.
        guard options.isByteLevel else { return TokenTable() }
        var words = TokenTable(capacity: pieces.count)
        var tokens: [Int32] = []
        let suffix = Array(options.suffix.utf8)
        pieces.forEach { piece, identifier in
            guard piece.count > suffix.count, piece.suffix(suffix.count).elementsEqual(suffix) else { return }
            let word = piece.slice(0..<piece.count - suffix.count)
            guard word.count <= MergeQueue.longestShortWord else { return }
            tokens.removeAll(keepingCapacity: true)
            symbols.append(word, to: &tokens)
            MergeQueue.merge(&tokens, from: 0, merges)
            if tokens == [identifier] { words.insert(word, value: identifier) }
        }
        return words
    }

    func identifier(of token: String) -> Int32? { vocabulary.value(of: token) }

    func tokenize(_ word: UnsafeBufferPointer<UInt8>, into tokens: inout [Int32]) {
        if let token = words.value(of: word) { return tokens.append(token) }
        let start = tokens.count
        symbols.append(word, to: &tokens)
        MergeQueue.merge(&tokens, from: start, merges)
    }
}

extension BytePairs {
    /// Makes the model that the entry `model` of a `tokenizer.json` describes.
    ///
    /// - Parameter isByteLevel: whether its words are given as bytes that its tokens' characters stand for.
    /// - Throws: ``UserError`` that names the key.
    init(_ entry: JSONEntry, isByteLevel: Bool) throws {
        if let dropout = try entry.optional("dropout") {
            guard case .number(0) = dropout.value else {
                throw dropout.error("dropout makes tokens random, which is not supported; expected null or 0")
            }
        }
        let options = Options(
            unknownToken: try entry.optional("unk_token")?.string(),
            fusesUnknown: try entry.bool("fuse_unk", default: false),
            fallsBackToBytes: try entry.bool("byte_fallback", default: false),
            ignoresMerges: try entry.bool("ignore_merges", default: false),
            prefix: try entry.optional("continuing_subword_prefix")?.string() ?? "",
            suffix: try entry.optional("end_of_word_suffix")?.string() ?? "",
            isByteLevel: isByteLevel)
        try self.init(
            vocabulary: entry.required("vocab").vocabulary(), merges: Self.merges(of: entry.required("merges")),
            options: options,
            place: "\(entry.file): \"\(entry.path)\"")
    }

    /// The merges, each of which is written as a pair of tokens, or in older files as one text with a blank between them.
    static func merges(of entry: JSONEntry) throws -> [(String, String)] {
        guard case .array(let elements) = entry.value else { throw entry.error("is not an array") }
        var pairs: [(String, String)] = []
        pairs.reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            guard let pair = pair(element) else { throw try entry.element(index).error("is not a pair of tokens") }
            pairs.append(pair)
        }
        return pairs
    }

    private static func pair(_ value: JSONValue) -> (String, String)? {
        switch value {
        case .array(let parts):
            guard parts.count == 2, case .string(let left) = parts[0], case .string(let right) = parts[1] else { return nil }
            return (left, right)
        case .string(let text): return pair(text)
        default: return nil
        }
    }

    /// The two tokens of a line of merges; nil when there are not two with a blank between them.
    static func pair(_ line: String) -> (String, String)? {
        let bytes = line.utf8
        guard let blank = bytes.firstIndex(of: 0x20) else { return nil }
        let right = bytes[bytes.index(after: blank)...]
        guard blank > bytes.startIndex, !right.isEmpty, !right.contains(0x20) else { return nil }
        return (String(line[..<blank]), String(line[right.startIndex...]))
    }
}
