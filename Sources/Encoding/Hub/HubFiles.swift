import Files

/// Which files of a repository are fetched.
public enum HubFiles {
    /// What an encoder needs: configuration, safetensors weights, tokenizer, image processor. Not pickles, not other programs' formats,
    /// and nothing in folders, where repositories keep copies.
    public static let encoder = [
        "config.json", "model.safetensors", "model-*-of-*.safetensors", "model.safetensors.index.json", "tokenizer.json",
        "tokenizer_config.json", "tokenizer.model", "special_tokens_map.json", "added_tokens.json", "vocab.txt", "vocab.json",
        "merges.txt", "spiece.model", "sentencepiece.bpe.model", "preprocessor_config.json", "processor_config.json",
    ]

    /// The names that match a pattern, sorted; each is checked.
    ///
    /// - Throws: ``UserError`` for a name that would lead out of the folder, and when no name matches.
    static func choose(_ patterns: [String], from names: [String], of repository: HubRepository) throws -> [String] {
        for name in names where !isSafe(name) {
            throw UserError(
                "the hub names a file \"\(name)\" that would lie outside of the model's folder", at: repository.description,
                remedy: "Do not use this repository.")
        }
        let patterns = patterns.map(HubPattern.init)
        let chosen = Set(names).filter { name in patterns.contains { $0.matches(name) } }
        guard !chosen.isEmpty else {
            throw UserError(
                "none of its \(names.count) files is one that is needed", at: repository.description,
                remedy: "Choose a repository with config.json and safetensors weights.")
        }
        return chosen.sorted()
    }

    /// Whether a name stays in the folder it is put into.
    static func isSafe(_ name: String) -> Bool {
        guard name.utf8.count <= 512, !name.contains("\\"), name.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            return false
        }
        return name.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { part in
            !part.isEmpty && part != "." && part != ".." && part.utf8.count <= 255
        }
    }

    /// Whether a text is a hash as the hub writes them: some hexadecimal digits in small letters.
    static func isHash(_ text: String, digits: Int) -> Bool {
        text.utf8.count == digits && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }
}
