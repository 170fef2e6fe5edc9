import Files
import Foundation

/// The files of an encoder's folder that say how text becomes tokens, beside the vocabulary itself.
struct TokenizerFolder {
    let url: URL
    /// The names of all files, sorted.
    let names: [String]
    /// `tokenizer_config.json`.
    let configuration: JSONEntry?
    /// `special_tokens_map.json`.
    let specialTokens: JSONEntry?
    /// `added_tokens.json`.
    let addedTokens: JSONEntry?
    /// The `model_type` of `config.json`; nil where there is no such file.
    let modelType: String?
    /// The class that `tokenizer_config.json` names, else `config.json`.
    let declaredClass: JSONEntry?

    /// The vocabularies' names, in the order in which they are looked for where no class of tokenizer is named.
    static let vocabularies = ModelFiles.vocabularies + ["bpe_simple_vocab_16e6.txt.gz"]

    /// Reads all but the vocabulary.
    ///
    /// - Throws: ``UserError`` when the folder cannot be read, or one of the files is damaged.
    init(_ url: URL) throws {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: url.path).sorted() else {
            throw UserError(
                "not a folder that can be read", at: url.path,
                remedy: "Give the folder that the encoder was downloaded to.")
        }
        func object(_ name: String) throws -> JSONEntry? {
            guard names.contains(name) else { return nil }
            let file = url.appending(path: name)
            let entry = try MappedFile(file).withBytes { try JSONEntry(json: $0, file: file.path) }
            _ = try entry.object()
            return entry
        }
        self.url = url
        self.names = names
        configuration = try object("tokenizer_config.json")
        specialTokens = try object("special_tokens_map.json")
        addedTokens = try object("added_tokens.json")
        let model = try object("config.json")
        modelType = try model.map { try $0.optional("model_type")?.string() ?? "" }
        declaredClass = try configuration?.optional("tokenizer_class") ?? model?.optional("tokenizer_class")
    }

    /// A file of the folder: the one of this name, else one whose name ends with it after a hyphen, as in "gpt2-vocab.json".
    func file(_ name: String) -> URL? {
        let found = names.first { $0 == name } ?? names.first { $0.hasSuffix("-\(name)") }
        return found.map { url.appending(path: $0) }
    }

    /// Whether the `tokenizer.json` mentions bytes as characters anywhere.
    func hasBytePairs() throws -> Bool {
        guard names.contains("tokenizer.json") else { return false }
        return try MappedFile(url.appending(path: "tokenizer.json")).withBytes { bytes in
            let mark = Array("\"ByteLevel\"".utf8)
            return bytes.indices.contains { bytes[$0] == mark[0] && bytes[$0...].starts(with: mark) }
        }
    }

    /// A hash of the vocabulary's files and of all that is read beside them.
    ///
    /// Of `config.json` the kind of model counts alone: the rest of it does not change tokens.
    func hash(with files: [URL]) throws -> String {
        let beside = try [configuration, specialTokens, addedTokens].compactMap { $0.map { URL(filePath: $0.file) } }
            .map { "\($0.lastPathComponent) \(try ContentHash.of(file: $0))" }
        let all = try files.map { try ContentHash.of(file: $0) } + beside
        let kind = "\(modelType ?? "") \(try declaredClass?.string() ?? "")"
        if all.count == 1, kind == " " { return all[0] }
        var hash = ContentHash()
        for digits in all + [kind] { hash.update(digits) }
        return hash.digits
    }

    /// The error for a folder without the files that are needed.
    func missing(_ files: [String]) -> UserError {
        let other = ["tekken.json", "tiktoken.model"].first { names.contains($0) }
        if let other {
            return UserError(
                "\(other) is a tokenizer's file that is not read", at: url.path, remedy: Self.conversion)
        }
        return UserError(
            "no tokenizer in this folder; looked for \(files.joined(separator: ", "))", at: url.path,
            remedy: "Give the folder that the encoder was downloaded to, with its tokenizer's files.")
    }

    /// How one gets a `tokenizer.json` of a form that is not read.
    static let conversion = """
        Make a tokenizer.json of it with Python: transformers.AutoTokenizer.from_pretrained(FOLDER).save_pretrained(FOLDER), \
        with the package tiktoken installed.
        """
}
