import Files

extension TokenizerParts {
    /// Takes the parts of a `tokenizer.json` as they stand.
    ///
    /// - Throws: ``UserError`` for a part that is not supported.
    init(_ root: JSONEntry) throws {
        try root.check(Self.keys)
        if let version = try root.optional("version"), try version.string() != "1.0" {
            throw version.error("is \"\(try version.string())\", expected 1.0")
        }
        var preTokenizer = try PreTokenizer(root.optional("pre_tokenizer"))
        let model = try Self.model(root.required("model"), &preTokenizer)
        self.init(model: model, normalizer: try root.optional("normalizer").map(Normalizer.init))
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

    /// The keys of a `tokenizer.json`. Padding and decoding do not change a text's tokens.
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
