import Files

/// WordPiece: from the left, always the longest piece of the vocabulary; pieces inside a word carry a prefix ("##").
///
/// A word that cannot be cut whole, or is longer than a limit, is the one unknown token.
struct WordPiece: TokenModel {
    private let pieces: ByteTrie
    private let unknown: Int32
    private let longestWord: Int
    /// The node of the prefix: where the pieces inside a word begin.
    private let inside: Int32?
    let vocabularySize: Int
    let tokenCount: Int
    let texts: TokenTexts

    /// Makes a model.
    ///
    /// - Parameters:
    ///   - vocabulary: the tokens with their numbers.
    ///   - unknownToken: what stands for a word that cannot be cut.
    ///   - prefix: what pieces inside a word begin with.
    ///   - longestWord: longer words, in scalars, are unknown.
    ///   - place: the file, and the key in it, for errors.
    /// - Throws: ``UserError`` when a token occurs with two numbers or the unknown token is missing.
    init(
        vocabulary: [(token: String, identifier: Int32)], unknownToken: String = "[UNK]", prefix: String = "##",
        longestWord: Int = 100, place: String
    ) throws {
        guard vocabulary.reduce(0, { $0 + $1.token.utf8.count }) < ByteTrie.mostBytes else {
            throw UserError("the vocabulary has more than \(ByteTrie.mostBytes >> 20) MB of text", at: place)
        }
        var pieces = ByteTrie()
        // An empty line is counted, and found nowhere.
        var count = 0
        for (token, identifier) in vocabulary {
            if token.isEmpty {
                count += 1
                continue
            }
            let older = pieces.insert(token.utf8, value: identifier)
            if older == nil { count += 1 }
            guard older == nil || older == identifier else {
                throw UserError("the token \"\(token)\" has two numbers, \(older!) and \(identifier)", at: place)
            }
        }
        guard let unknown = pieces.value(of: unknownToken.utf8) else {
            throw UserError(
                "the vocabulary has no token \"\(unknownToken)\", which stands for unknown words", at: place,
                remedy: "Give the vocabulary that belongs to the encoder.")
        }
        self.unknown = unknown
        tokenCount = count
        self.longestWord = longestWord
        inside = pieces.node(of: prefix.utf8)
        vocabularySize = Int(vocabulary.map(\.identifier).max() ?? -1) + 1
        self.pieces = pieces
        texts = TokenTexts(vocabulary.lazy.map { ($0.token, $0.identifier) })
    }

    /// Makes the model that the entry `model` of a `tokenizer.json` describes.
    ///
    /// - Throws: ``UserError`` that names the key.
    init(_ entry: JSONEntry) throws {
        let vocabulary = try entry.required("vocab")
        try self.init(
            vocabulary: vocabulary.vocabulary(),
            unknownToken: entry.optional("unk_token")?.string() ?? "[UNK]",
            prefix: entry.optional("continuing_subword_prefix")?.string() ?? "##",
            longestWord: Int(entry.optional("max_input_chars_per_word")?.integer(in: 0...1_000_000) ?? 100),
            place: "\(vocabulary.file): \"\(vocabulary.path)\"")
    }

    func identifier(of token: String) -> Int32? { pieces.value(of: token.utf8) }

    func tokenize(_ word: UnsafeBufferPointer<UInt8>, into tokens: inout [Int32]) {
        if word.count > longestWord {
            let scalars = word.reduce(0) { $0 + ($1 & 0xC0 == 0x80 ? 0 : 1) }
            if scalars > longestWord { return tokens.append(unknown) }
        }
        let before = tokens.count
        var position = 0
        var start: Int32? = ByteTrie.root
        while position < word.count {
            guard let node = start, let match = pieces.longestMatch(in: word, at: position, from: node) else {
                tokens.removeSubrange(before...)
                return tokens.append(unknown)
            }
            tokens.append(match.value)
            position = match.end
            start = inside
        }
    }
}
