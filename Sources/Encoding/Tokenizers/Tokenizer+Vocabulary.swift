import Files
import Foundation

extension Tokenizer {
    /// Makes a tokenizer of the BERT family from a `vocab.txt`: a token per line, the first has number 0.
    init(vocabulary file: URL) throws {
        var hash = ContentHash()
        hash.update(try ContentHash.of(file: file))
        let configuration = try Self.configuration(beside: file)
        if let configuration { hash.update(try ContentHash.of(file: URL(filePath: configuration.file))) }

        let model = try WordPiece(
            vocabulary: Self.tokens(of: file),
            unknownToken: configuration.flatMap { try Self.name("unk_token", in: $0) } ?? "[UNK]", place: file.path)
        func special(_ key: String, _ usual: String) throws -> AddedToken? {
            let content = try configuration.flatMap { try Self.name(key, in: $0) } ?? usual
            return model.identifier(of: content).map { AddedToken(content: content, identifier: $0) }
        }
        func required(_ key: String, _ usual: String) throws -> AddedToken {
            guard let token = try special(key, usual) else {
                throw UserError(
                    "the vocabulary has no token \"\(usual)\"", at: file.path,
                    remedy: "Give the vocab.txt of a BERT type encoder, or name its \(key) in tokenizer_config.json.")
            }
            return token
        }
        let first = try required("cls_token", "[CLS]")
        let last = try required("sep_token", "[SEP]")
        let others = try [("unk_token", "[UNK]"), ("pad_token", "[PAD]"), ("mask_token", "[MASK]")].compactMap(special)
        var postProcessor = PostProcessor()
        postProcessor.prefix = [first.identifier]
        postProcessor.suffix = [last.identifier]
        let lowercase = try configuration?.bool("do_lower_case", default: true) ?? true
        self.init(
            added: [first, last] + others,
            normalizer: Normalizer(
                bert: BertNormalizer(
                    separateChinese: try configuration?.bool("tokenize_chinese_chars", default: true) ?? true,
                    stripAccents: try configuration?.bool("strip_accents", default: lowercase) ?? lowercase,
                    lowercase: lowercase)),
            preTokenizer: .bert, model: model, postProcessor: postProcessor, truncation: nil, hash: hash.digits)
    }

    private static func configuration(beside file: URL) throws -> JSONEntry? {
        let url = file.deletingLastPathComponent().appending(path: "tokenizer_config.json")
        guard FileManager.default.fileExists(atPath: url.path) else { return nil }
        let value = try MappedFile(url).withBytes { try JSONParser.parse($0, file: url.path) }
        return JSONEntry(value: value, path: "", file: url.path)
    }

    /// A special token's text, which is written plainly or as an object with its `content`.
    private static func name(_ key: String, in configuration: JSONEntry) throws -> String? {
        guard let entry = try configuration.optional(key) else { return nil }
        if case .object = entry.value { return try entry.required("content").string() }
        return try entry.string()
    }

    private static func tokens(of file: URL) throws -> [(token: String, identifier: Int32)] {
        let lines = try LineReader(file)
        var tokens: [(token: String, identifier: Int32)] = []
        var known: [[UInt8]: Int] = [:]
        while var line = try lines.nextBytes() {
            while let last = line.last, last == 0x20 || (0x09...0x0D).contains(last) { line.removeLast() }
            guard let token = String(validating: line, as: UTF8.self) else {
                throw UserError("the line is not UTF-8", at: lines.place)
            }
            if let older = known.updateValue(lines.number, forKey: line), !line.isEmpty {
                throw UserError(
                    "the token \"\(token)\" is also on line \(older)", at: lines.place, remedy: "Fetch the file again.")
            }
            if !line.isEmpty { tokens.append((token, Int32(lines.number - 1))) }
        }
        return tokens
    }
}
