extension Tokenizer {
    /// The text that tokens stand for, as `AutoTokenizer.decode` of `transformers` gives it.
    ///
    /// Bytes that are no UTF-8, as at a text's cut end, become U+FFFD. A tokenizer whose file has no decoder puts a blank between
    /// tokens.
    ///
    /// - Parameters:
    ///   - tokens: numbers of tokens, as ``encode(_:maximumTokens:addingSpecial:)`` or an encoder gives them. Those that are no
    ///     token's are left out.
    ///   - keepingSpecial: whether added tokens that are marked as special, such as the one for the end, are part of the text.
    package func decode(_ tokens: [Int32], keepingSpecial: Bool = false) -> String {
        let pieces = tokens.compactMap { token in decoding.piece(token, model.texts, keepingSpecial: keepingSpecial) }
        return String(decoding: decoding.text(of: pieces), as: UTF8.self)
    }
}

/// What a tokenizer needs to make text of tokens, beside the vocabulary.
struct Decoding: Sendable {
    private let decoder: TokenDecoder?
    private let cleansSpaces: Bool
    private var added: [Int32: [UInt8]] = [:]
    private var special: Set<[UInt8]> = []

    /// Takes the parts.
    ///
    /// - Parameters:
    ///   - decoder: the steps back; nil: a blank between tokens.
    ///   - tokens: the added tokens. Those that are looked for in the normal form of a text also stand for their own normal form.
    ///   - cleansSpaces: whether blanks before marks are taken out at the end.
    init(_ decoder: TokenDecoder?, added tokens: [AddedToken], normalizer: Normalizer?, cleansSpaces: Bool) {
        self.decoder = decoder
        self.cleansSpaces = cleansSpaces
        for token in tokens {
            let content = Array(token.content.utf8)
            let normal = token.normalized ? normalizer.map { content.withUnsafeBufferPointer($0.normalize) } : nil
            added[token.identifier] = normal ?? content
            if token.isLeftOutOfText { special.insert(content) }
        }
    }

    /// A token's text; nil where it is none or is left out. As in the package `tokenizers`, a token is left out for its text.
    func piece(_ token: Int32, _ texts: TokenTexts, keepingSpecial: Bool) -> [UInt8]? {
        guard let text = added[token] ?? texts.text(of: token) else { return nil }
        return keepingSpecial || !special.contains(text) ? text : nil
    }

    /// The text of tokens' texts.
    func text(of pieces: [[UInt8]]) -> [UInt8] {
        let text = decoder?.text(of: pieces) ?? Array(pieces.joined(separator: [0x20]))
        return cleansSpaces ? SpaceCleaning.text.clean(text) : text
    }
}
