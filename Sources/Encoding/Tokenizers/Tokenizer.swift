/// Text to the numbers of an encoder's tokens, exactly as the encoder's own tokenizer gives them.
///
/// A text goes through four steps: the added tokens are found and the rest is normalized, the normal text is parted into words,
/// the model cuts each word into tokens of the vocabulary, and special tokens are put around them. Time grows linearly with
/// the text. A tokenizer never changes after it was made; any number of threads may use it at once.
package struct Tokenizer: Sendable {
    /// A SHA-256 of the files the tokenizer was made from, as 64 hexadecimal digits.
    package let hash: String
    /// One more than the largest number that ``encode(_:maximumTokens:addingSpecial:)`` can give: the rows an embedding needs.
    package let vocabularySize: Int
    /// The file's own limit of tokens per text, special tokens included; nil when it has none.
    package let maximumTokens: Int?

    private let raw: AddedTokens
    private let normalized: AddedTokens
    private let added: [AddedToken]
    private let normalizer: Normalizer?
    private let preTokenizer: PreTokenizer
    let model: any TokenModel
    private let postProcessor: PostProcessor
    private let truncation: Truncation?
    let decoding: Decoding

    init(
        added: [AddedToken], normalizer: Normalizer?, preTokenizer: PreTokenizer, model: any TokenModel,
        postProcessor: PostProcessor, truncation: Truncation?, decoder: TokenDecoder?, cleansSpaces: Bool, hash: String
    ) throws {
        self.hash = hash
        self.added = added
        self.normalizer = normalizer
        self.preTokenizer = preTokenizer
        self.model = model
        self.postProcessor = postProcessor
        self.truncation = truncation
        decoding = Decoding(decoder, added: added, normalizer: normalizer, cleansSpaces: cleansSpaces)
        maximumTokens = truncation?.maximum
        raw = try AddedTokens(added.filter { !$0.normalized }) { Array($0.content.utf8) }
        normalized = try AddedTokens(added.filter(\.normalized)) { token in
            let content = Array(token.content.utf8)
            return normalizer.map { content.withUnsafeBufferPointer($0.normalize) } ?? content
        }
        let others = added.map(\.identifier) + postProcessor.prefix + postProcessor.suffix
        vocabularySize = max(model.vocabularySize, Int(others.max() ?? -1) + 1)
    }

    /// The number of the token with exactly this text, such as "[PAD]"; nil when there is none.
    package func identifier(of token: String) -> Int32? {
        added.first { $0.content.utf8.elementsEqual(token.utf8) }?.identifier ?? model.identifier(of: token)
    }

    /// The numbers of a text's tokens, special tokens included. What a tokenizer without a token for the unknown does not know is -1.
    ///
    /// The texts of added tokens, such as `<image>`, are found in the text and are one token each.
    ///
    /// - Parameters:
    ///   - text: any text, of any length.
    ///   - maximumTokens: the most tokens to give, special tokens included: the text's own are cut to what remains. nil: the
    ///     file's limit (``maximumTokens``) where it has one. A limit below the number of special tokens leaves just those.
    ///   - addingSpecial: whether the special tokens are put around the text's own, as `add_special_tokens` says in `transformers`.
    package func encode(_ text: String, maximumTokens: Int? = nil, addingSpecial: Bool = true) -> [Int32] {
        let ends = addingSpecial ? postProcessor : PostProcessor()
        let maximum = maximumTokens ?? self.maximumTokens
        let limit = maximum.map { max(0, $0 - ends.count) } ?? .max
        let keepsEnd = truncation?.keepsEnd ?? false
        var tokens = ends.prefix
        let first = tokens.count
        // Where the start is kept, what comes after the limit need not be looked at.
        let enough = keepsEnd ? Int.max : limit == .max ? limit : first + limit
        var text = text
        text.withUTF8 { append($0, to: &tokens, until: enough) }
        let excess = tokens.count - first - limit
        if excess > 0, keepsEnd { tokens.removeSubrange(first..<first + excess) }
        if excess > 0, !keepsEnd { tokens.removeLast(excess) }
        tokens += ends.suffix
        return tokens
    }

    private func append(_ text: UnsafeBufferPointer<UInt8>, to tokens: inout [Int32], until enough: Int) {
        _ = raw.forEachPart(of: text) { part, identifier in
            let isFirst = part.baseAddress == text.baseAddress
            if let identifier {
                tokens.append(identifier)
            } else if let normalizer {
                let isFirst = isFirst && !(preTokenizer.looksAtStart && normalizer.dropsStart(of: part))
                normalizer.normalize(part).withUnsafeBufferPointer { appendNormal($0, isFirst, to: &tokens, until: enough) }
            } else {
                appendNormal(part, isFirst, to: &tokens, until: enough)
            }
            return tokens.count < enough
        }
    }

    /// Appends the tokens of normal text.
    ///
    /// - Parameter isFirst: whether it is the start of the whole text.
    private func appendNormal(
        _ text: UnsafeBufferPointer<UInt8>, _ isFirst: Bool, to tokens: inout [Int32], until enough: Int
    ) {
        _ = normalized.forEachPart(of: text) { part, identifier in
            if let identifier {
                tokens.append(identifier)
                return tokens.count < enough
            }
            return preTokenizer.forEachWord(in: part, isFirst: isFirst && part.baseAddress == text.baseAddress) { word in
                model.tokenize(word, into: &tokens)
                return tokens.count < enough
            }
        }
    }
}

/// The third step: a word to tokens of the vocabulary.
protocol TokenModel: Sendable {
    /// Appends the numbers of a word's tokens. The word is UTF-8 and not empty.
    func tokenize(_ word: UnsafeBufferPointer<UInt8>, into tokens: inout [Int32])

    /// The number of the token with this text; nil when the vocabulary has none.
    func identifier(of token: String) -> Int32?

    /// The tokens' texts, by their numbers.
    var texts: TokenTexts { get }

    /// How many tokens there are.
    var tokenCount: Int { get }

    /// One more than the largest number of a token.
    var vocabularySize: Int { get }
}
