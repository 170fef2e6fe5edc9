import Files
import Foundation

extension Tokenizer {
    /// Makes the tokenizer of an encoder's folder: from `tokenizer.json` where there is one, else from the first of the other
    /// files that tokenizers are handed out as.
    ///
    /// - Throws: ``UserError`` when the folder has none of them, or the file is damaged or has components that are not
    ///   supported.
    public init(directory: URL) throws {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: directory.path).sorted() else {
            throw UserError(
                "not a folder that can be read", at: directory.path,
                remedy: "Give the folder that the encoder was downloaded to.")
        }
        for ending in Self.endings {
            if let name = names.first(where: { $0 == ending }) ?? names.first(where: { $0.hasSuffix("-\(ending)") }) {
                try self.init(file: directory.appending(path: name))
                return
            }
        }
        throw UserError(
            "no tokenizer in this folder; looked for \(Self.endings.joined(separator: ", "))", at: directory.path,
            remedy: "Give the folder that the encoder was downloaded to, with its tokenizer's files.")
    }

    /// The names of tokenizers' files, in the order in which they are looked for.
    private static let endings = [
        "tokenizer.json", "vocab.txt", "vocab.json", "tokenizer.model", "sentencepiece.bpe.model", "spiece.model", "spm.model",
        "bpe_simple_vocab_16e6.txt.gz",
    ]

    /// Makes a tokenizer from one file, told apart by the name's ending.
    ///
    /// It is a `tokenizer.json`; the `vocab.txt` of the BERT family; a `vocab.json` with a `merges.txt` beside it (GPT-2,
    /// RoBERTa, Qwen, CLIP); a SentencePiece `.model` (Llama, Gemma, XLM-R, DeBERTa, T5); or OpenAI's `.txt.gz` for CLIP. All
    /// but the first take their settings from the `tokenizer_config.json` beside them, where there is one.
    ///
    /// - Throws: ``UserError`` when the file is missing or damaged or has components that are not supported.
    public init(file: URL) throws {
        let name = file.lastPathComponent
        if name.hasSuffix("vocab.json") {
            try self.init(vocabularyOfPairs: file)
        } else if name.hasSuffix(".json") {
            self = try MappedFile(file).withBytes { try Tokenizer(json: $0, file: file.path, hash: ContentHash.of($0)) }
        } else if name.hasSuffix(".model") {
            try self.init(sentencePiece: file)
        } else if name.hasSuffix(".txt.gz") {
            try self.init(mergesOfCLIP: file)
        } else if name.hasSuffix(".txt") {
            try self.init(vocabulary: file)
        } else {
            throw UserError(
                "not a tokenizer's file", at: file.path,
                remedy: "Give a file named as one of these: \(Self.endings.joined(separator: ", ")).")
        }
    }

    /// Makes a tokenizer from the bytes of a `tokenizer.json`.
    init(json bytes: UnsafeRawBufferPointer, file: String, hash: String) throws {
        let root = JSONEntry(value: try JSONParser.parse(bytes, file: file), path: "", file: file)
        var preTokenizer = try PreTokenizer(root.optional("pre_tokenizer"))
        let model = try Self.model(root.required("model"), &preTokenizer)
        let added = try root.optional("added_tokens")?.array().map { entry in
            let token = try AddedToken(entry)
            if let other = model.identifier(of: token.content), other != token.identifier {
                throw entry.error(
                    "the token \"\(token.content)\" has the number \(token.identifier) here and \(other) in the model")
            }
            return token
        }
        try self.init(
            added: added ?? [],
            normalizer: try root.optional("normalizer").map(Normalizer.init),
            preTokenizer: preTokenizer,
            model: model,
            postProcessor: try root.optional("post_processor").map { try PostProcessor($0) } ?? PostProcessor(),
            truncation: try root.optional("truncation").map(Truncation.init),
            hash: hash)
    }

    /// Makes the model; one of bytes takes the step from bytes to characters off `preTokenizer`.
    private static func model(_ entry: JSONEntry, _ preTokenizer: inout PreTokenizer) throws -> any TokenModel {
        // Files of the format's first years leave the type of the model out.
        var type = try entry.optional("type")?.string()
        if try type == nil && entry.optional("max_input_chars_per_word") != nil { type = "WordPiece" }
        if try type == nil && entry.optional("merges") != nil { type = "BPE" }
        if try type == nil && entry.optional("unk_id") != nil { type = "Unigram" }
        switch type {
        case "WordPiece": return try WordPiece(entry)
        case "BPE":
            let takesBytes = try !entry.bool("byte_fallback", default: false) && preTokenizer.removeByteCharacters()
            return try BytePairs(entry, isByteLevel: takesBytes)
        case "Unigram": return try Unigram(entry)
        case let type: throw entry.unsupported(type ?? "without a type", supported: ["WordPiece", "BPE", "Unigram"])
        }
    }
}
