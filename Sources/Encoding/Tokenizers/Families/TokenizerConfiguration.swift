import Files
import Foundation

/// The `tokenizer_config.json` beside a tokenizer's file, which tells what those files leave open; empty where there is none.
struct TokenizerConfiguration {
    private let root: JSONEntry?
    /// The family's tokenizer in `transformers`, as in "LlamaTokenizer"; empty when it is not told.
    let kind: String

    /// Reads the configuration in the folder of a file.
    ///
    /// - Throws: ``UserError`` when it is there and damaged.
    init(beside file: URL) throws {
        let url = file.deletingLastPathComponent().appending(path: "tokenizer_config.json")
        guard FileManager.default.fileExists(atPath: url.path) else {
            root = nil
            kind = ""
            return
        }
        let value = try MappedFile(url).withBytes { try JSONParser.parse($0, file: url.path) }
        let root = JSONEntry(value: value, path: "", file: url.path)
        self.root = root
        kind = try root.optional("tokenizer_class")?.string() ?? ""
    }

    /// A hash of some files and of the configuration, if there is one.
    func hash(with files: URL...) throws -> String {
        var hash = ContentHash()
        for file in files { hash.update(try ContentHash.of(file: file)) }
        if let root { hash.update(try ContentHash.of(file: URL(filePath: root.file))) }
        return hash.digits
    }

    /// A setting that is true or false.
    func bool(_ key: String, default other: Bool) throws -> Bool { try root?.bool(key, default: other) ?? other }

    /// A setting that is a whole number of a range.
    func integer(_ key: String, in range: ClosedRange<Int32>, default other: Int32) throws -> Int32 {
        try root?.optional(key)?.integer(in: range) ?? other
    }

    /// A special token's text, which is written plainly or as an object with its `content`.
    func token(_ key: String, default other: String) throws -> String {
        guard let entry = try root?.optional(key) else { return other }
        if case .object = entry.value { return try entry.required("content").string() }
        return try entry.string()
    }

    /// The tokens that the configuration adds to the vocabulary, by number.
    func addedTokens() throws -> [AddedToken] {
        guard let entry = try root?.optional("added_tokens_decoder") else { return [] }
        return try entry.object().map { member in
            let token = JSONEntry(value: member.value, path: "\(entry.path).\(member.key)", file: entry.file)
            guard let identifier = Int32(member.key), 0..<Int32.max ~= identifier else {
                throw token.error("the key is not a token's number")
            }
            return try AddedToken(token, identifier: identifier)
        }
    }

    /// The special tokens of a family together with those that the configuration adds, whose settings count.
    ///
    /// - Parameters:
    ///   - special: the texts of the family's special tokens; those that the vocabulary lacks are left out.
    ///   - greedy: the one that takes the white space before it.
    func addedTokens(special: [String], greedy: String? = nil, in model: any TokenModel) throws -> [AddedToken] {
        var tokens = try addedTokens()
        var known = Set(tokens.map(\.content))
        for content in special where known.insert(content).inserted {
            guard let identifier = model.identifier(of: content) else { continue }
            var token = AddedToken(content: content, identifier: identifier)
            token.takesSpaceBefore = content == greedy
            tokens.append(token)
        }
        return tokens
    }
}
