import Files
import Foundation

extension Tokenizer {
    /// Makes the tokenizer of an encoder's folder: from `tokenizer.json` where there is one, else from `vocab.txt`.
    ///
    /// - Throws: ``UserError`` when the folder has neither, or the file is damaged or has components that are not supported.
    public init(directory: URL) throws {
        for name in ["tokenizer.json", "vocab.txt"] {
            let file = directory.appending(path: name)
            if FileManager.default.fileExists(atPath: file.path) {
                try self.init(file: file)
                return
            }
        }
        throw UserError(
            "no tokenizer.json and no vocab.txt in this folder", at: directory.path,
            remedy: "Give the folder that the encoder was downloaded to, with its tokenizer's files.")
    }

    /// Makes a tokenizer from a `tokenizer.json` or a `vocab.txt`, told apart by the name's ending.
    ///
    /// A `vocab.txt` takes its settings from the `tokenizer_config.json` beside it, where there is one.
    ///
    /// - Throws: ``UserError`` when the file is missing or damaged or has components that are not supported.
    public init(file: URL) throws {
        switch file.pathExtension {
        case "json":
            self = try MappedFile(file).withBytes { try Tokenizer(json: $0, file: file.path, hash: ContentHash.of($0)) }
        case "txt": try self.init(vocabulary: file)
        default:
            throw UserError(
                "not a tokenizer's file", at: file.path, remedy: "Give a tokenizer.json, or a vocab.txt of the BERT family.")
        }
    }

    /// Makes a tokenizer from the bytes of a `tokenizer.json`.
    init(json bytes: UnsafeRawBufferPointer, file: String, hash: String) throws {
        let root = JSONEntry(value: try JSONParser.parse(bytes, file: file), path: "", file: file)
        let model = try Self.model(root.required("model"))
        let added = try root.optional("added_tokens")?.array().map { entry in
            let token = try AddedToken(entry)
            if let other = model.identifier(of: token.content), other != token.identifier {
                throw entry.error(
                    "the token \"\(token.content)\" has the number \(token.identifier) here and \(other) in the model")
            }
            return token
        }
        self.init(
            added: added ?? [],
            normalizer: try root.optional("normalizer").map(Normalizer.init),
            preTokenizer: try PreTokenizer(root.optional("pre_tokenizer")),
            model: model,
            postProcessor: try root.optional("post_processor").map(PostProcessor.init) ?? PostProcessor(),
            truncation: try root.optional("truncation").map(Truncation.init),
            hash: hash)
    }

    private static func model(_ entry: JSONEntry) throws -> any TokenModel {
        // Files of the format's first years leave the type of the model out.
        switch try entry.optional("type")?.string() {
        case "WordPiece": return try WordPiece(entry)
        case nil where try entry.optional("max_input_chars_per_word") != nil: return try WordPiece(entry)
        case let type: throw entry.unsupported(type ?? "without a type", supported: ["WordPiece"])
        }
    }
}
