import Files
import Foundation

/// A vocabulary as its file holds it, before a class makes a model of it.
struct Vocabulary {
    /// The forms of file.
    private enum Form {
        /// A `tokenizer.json`.
        case json(JSONEntry)
        /// A `vocab.txt`.
        case lines([(token: String, identifier: Int32)])
        /// A `vocab.json` with its merges.
        case pairs([(token: String, identifier: Int32)], [(String, String)])
        case sentencePiece(SentencePieceModel)
    }

    private let form: Form
    /// The files that it was read from.
    let files: [URL]
    /// The first file's path, for errors.
    var place: String { files[0].path }

    /// Reads a file, distinguished by the name's ending.
    ///
    /// - Throws: ``UserError`` when the file is missing, damaged or of no known kind.
    init(_ file: URL) throws {
        let name = file.lastPathComponent
        if name.hasSuffix("vocab.json") {
            let merges = file.deletingLastPathComponent().appending(path: name.dropLast("vocab.json".count) + "merges.txt")
            guard FileManager.default.fileExists(atPath: merges.path) else {
                throw UserError(
                    "\(merges.lastPathComponent) is missing, which belongs to \(name)",
                    at: merges.deletingLastPathComponent().path, remedy: "Put the encoder's merges beside its vocabulary.")
            }
            let tokens = try MappedFile(file).withBytes { try JSONEntry(json: $0, file: file.path).vocabulary() }
            form = .pairs(tokens, try MergesFile.read(merges))
            files = [file, merges]
            return
        }
        files = [file]
        if name.hasSuffix(".json") {
            form = .json(try MappedFile(file).withBytes { try JSONEntry(json: $0, file: file.path) })
        } else if name.hasSuffix(".model") {
            form = .sentencePiece(try MappedFile(file).withBytes { try SentencePieceModel($0, file: file.path) })
        } else if name.hasSuffix(".txt.gz") {
            let (tokens, merges) = try MergesFile.readCLIP(file)
            form = .pairs(tokens, merges)
        } else if name.hasSuffix(".txt") {
            form = .lines(try Self.lines(of: file))
        } else {
            throw UserError(
                "not a tokenizer's file", at: file.path,
                remedy: "Give a file named as one of these: \(TokenizerFolder.vocabularies.joined(separator: ", ")).")
        }
    }

    var isJSON: Bool { if case .json = form { true } else { false } }
    /// The SentencePiece model, where it is one.
    var sentencePieces: SentencePieceModel? { if case .sentencePiece(let model) = form { model } else { nil } }

    /// The class that most likely made the vocabulary, where nothing names one.
    func likelyClass() throws -> TokenizerClass {
        switch form {
        case .json: return .saved
        case .lines: return .bert
        case .pairs(let tokens, _):
            let texts = Set(tokens.lazy.map(\.token))
            return texts.contains("<|startoftext|>") ? .clip : texts.isSuperset(of: ["<s>", "</s>"]) ? .roberta : .gpt2
        case .sentencePiece(let model):
            if model.algorithm == .pairs { return .llama }
            switch files[0].lastPathComponent {
            case "sentencepiece.bpe.model": return .xlmRoberta
            case "spm.model": return .debertaV2
            default: return .t5
            }
        }
    }

    /// Refuses a `tokenizer.json` whose model is of another kind than its class makes.
    func check(for kind: TokenizerClass) throws {
        guard case .json(let root) = form else { return }
        try root.check(TokenizerParts.keys)
        guard let expected = kind.model, let type = try TokenizerParts.type(of: root.required("model")), type != expected else {
            return
        }
        throw UserError(
            "the model is of the kind \(type), that of the class \(kind.rawValue) is \(expected)", at: "\(place): \"model\"",
            remedy:
                "Correct \"tokenizer_class\" in tokenizer_config.json: PreTrainedTokenizerFast takes tokenizer.json as it is.")
    }

    /// The tokens with their numbers.
    ///
    /// - Throws: ``UserError`` when the file is of another kind of model.
    func tokens() throws -> [(token: String, identifier: Int32)] {
        switch form {
        case .lines(let tokens), .pairs(let tokens, _): return tokens
        case .json(let root): return try root.required("model").required("vocab").vocabulary()
        case .sentencePiece: throw unfit("WordPiece")
        }
    }

    /// The tokens with their numbers and the pairs that are merged.
    ///
    /// - Throws: ``UserError`` when the file is of another kind of model.
    func pairs() throws -> ([(token: String, identifier: Int32)], [(String, String)]) {
        switch form {
        case .pairs(let tokens, let merges): return (tokens, merges)
        case .json(let root):
            let model = try root.required("model")
            return (try model.required("vocab").vocabulary(), try BytePairs.merges(of: model.required("merges")))
        case .sentencePiece(let model): return (model.tokens, model.mergesByNumber)
        case .lines: throw unfit("BPE")
        }
    }

    /// The pieces with their scores.
    ///
    /// - Throws: ``UserError`` when the file is of another kind of model.
    func scoredPieces() throws -> [(piece: String, score: Double)] {
        switch form {
        case .json(let root): return try Unigram.pieces(of: root.required("model").required("vocab"))
        case .sentencePiece(let model): return model.pieces.map { ($0.text, Double($0.score)) }
        case .lines, .pairs: throw unfit("Unigram")
        }
    }

    /// The pieces of XLM-R: fairseq put tokens of its own before those of SentencePiece.
    func fairseqPieces(_ special: (String) -> String?) throws -> [(piece: String, score: Double)] {
        guard sentencePieces != nil else { return try scoredPieces() }
        let own = ["bos_token", "pad_token", "eos_token", "unk_token"].map { (special($0) ?? "None", 0.0) }
        return try own + scoredPieces().dropFirst(3) + [(special("mask_token") ?? "None", 0)]
    }

    /// SentencePiece's map of characters, where there is one.
    func characterMap() throws -> Normalizer? {
        switch form {
        case .json(let root):
            guard let entry = try root.optional("normalizer") else { return nil }
            let parts = try entry.optional("type")?.string() == "Sequence" ? entry.required("normalizers").array() : [entry]
            let map = try parts.first { try $0.optional("type")?.string() == "Precompiled" }
            return try map?.optional("precompiled_charsmap").map { .characterMap(try CharacterMap($0)) }
        case .sentencePiece(let model):
            return model.characterMap.isEmpty ? nil : .characterMap(try CharacterMap(model.characterMap, place: place))
        case .lines, .pairs: return nil
        }
    }

    /// The tokens around a text, of a `tokenizer.json`.
    func postProcessor() throws -> PostProcessor? {
        guard case .json(let root) = form else { return nil }
        return try root.optional("post_processor").map { try PostProcessor($0) }
    }

    /// The limit of a `tokenizer.json`.
    func truncation() throws -> Truncation? {
        guard case .json(let root) = form else { return nil }
        return try root.optional("truncation").map(Truncation.init)
    }

    /// The added tokens of a `tokenizer.json`.
    func addedTokens() throws -> [AddedToken] {
        guard case .json(let root) = form else { return [] }
        return try root.optional("added_tokens")?.array().map { try AddedToken($0) } ?? []
    }

    /// The special tokens that the file itself names, for the classes that name none of their own.
    func names(for kind: TokenizerClass) throws -> [String: String] {
        switch form {
        case .json(let root):
            guard kind == .llama || kind == .saved else { return [:] }
            let padding = try root.optional("padding")?.optional("pad_token")
            return try padding.map { ["pad_token": try $0.string()] } ?? [:]
        case .sentencePiece(let model): return kind == .saved ? model.names : [:]
        case .lines, .pairs: return [:]
        }
    }

    /// The parts as the file itself has them.
    ///
    /// - Parameter added: the folder's added tokens, which name places that a SentencePiece model keeps free.
    func savedParts(_ added: [AddedToken]) throws -> TokenizerParts {
        switch form {
        case .json(let root): return try TokenizerParts(root)
        case .sentencePiece(let model): return try model.parts(added, place: place)
        case .lines, .pairs: throw unfit(TokenizerClass.saved.rawValue)
        }
    }

    private func unfit(_ model: String) -> UserError {
        UserError(
            "the file does not fit the tokenizer's class, which needs a vocabulary of the kind \(model)", at: place,
            remedy: "Use the tokenizer's files that belong together, or correct \"tokenizer_class\" in tokenizer_config.json.")
    }

    private static func lines(of file: URL) throws -> [(token: String, identifier: Int32)] {
        let lines = try LineReader(file)
        var tokens: [(token: String, identifier: Int32)] = []
        var known: [[UInt8]: Int] = [:]
        while var line = try lines.nextBytes() {
            while let last = line.last, last == 0x20 || (0x09...0x0D).contains(last) { line.removeLast() }
            guard let token = String(validating: line, as: UTF8.self) else {
                throw UserError("the line is not UTF-8", at: lines.place)
            }
            if let older = known.updateValue(lines.number, forKey: line) {
                // Of several empty lines the last one counts, as of all equal lines in transformers.
                guard line.isEmpty else {
                    throw UserError(
                        "the token \"\(token)\" is also on line \(older)", at: lines.place, remedy: "Fetch the file again.")
                }
                tokens.removeAll { $0.token.isEmpty }
            }
            tokens.append((token, Int32(lines.number - 1)))
        }
        return tokens
    }
}
