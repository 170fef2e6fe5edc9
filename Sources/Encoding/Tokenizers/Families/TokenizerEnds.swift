import Files

/// Where the tokens around a text come from.
struct TokenizerEnds {
    private let saved: PostProcessor?
    private let first: String?
    private let last: String?

    /// Finds the keys of the tokens.
    ///
    /// - Parameters:
    ///   - isJSON: whether there is a `tokenizer.json`, beside which `add_bos_token` and `add_eos_token` do not count.
    ///   - addsFirst: whether a text gets the token for its start where nothing is said.
    ///   - saved: what a `tokenizer.json` puts around a text.
    init(_ settings: TokenizerSettings, isJSON: Bool, addsFirst: Bool, saved: PostProcessor?) throws {
        if let ends = settings.kind.ends {
            self.saved = nil
            (first, last) = ends
            return
        }
        self.saved = saved
        first = try !isJSON && settings.bool("add_bos_token", default: addsFirst) ? "bos_token" : nil
        last = try !isJSON && settings.bool("add_eos_token", default: false) ? "eos_token" : nil
    }

    /// The tokens' numbers.
    ///
    /// - Throws: ``UserError`` when the vocabulary lacks one.
    func processor(_ special: SpecialTokens, _ vocabulary: AddedVocabulary, place: String) throws -> PostProcessor {
        if let saved { return saved }
        func identifiers(_ key: String?) throws -> [Int32] {
            guard let key, let content = special.content(key) else { return [] }
            guard vocabulary.has(content) || special.added.contains(where: { $0.content == content }),
                let identifier = vocabulary.identifier(of: content)
            else {
                throw UserError(
                    "the vocabulary has no token \"\(content)\"", at: place,
                    remedy: "Give the vocabulary that belongs to the encoder, or name its \(key) in tokenizer_config.json.")
            }
            return [identifier]
        }
        return PostProcessor(prefix: try identifiers(first), suffix: try identifiers(last))
    }
}
