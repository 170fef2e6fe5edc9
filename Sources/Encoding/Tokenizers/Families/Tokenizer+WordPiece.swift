import Files
import Foundation

extension Tokenizer {
    /// Makes a tokenizer of the BERT family from a `vocab.txt`: a token per line, the first has number 0.
    init(vocabulary file: URL) throws {
        let configuration = try TokenizerConfiguration(beside: file)
        let model = try WordPiece(
            vocabulary: Self.tokens(of: file), unknownToken: configuration.token("unk_token", default: "[UNK]"),
            place: file.path)
        func special(_ key: String, _ usual: String) throws -> AddedToken? {
            let content = try configuration.token(key, default: usual)
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
        let lowercase = try configuration.bool("do_lower_case", default: true)
        try self.init(
            added: [first, last] + others,
            normalizer: .bert(
                BertNormalizer(
                    separateChinese: try configuration.bool("tokenize_chinese_chars", default: true),
                    stripAccents: try configuration.bool("strip_accents", default: lowercase),
                    lowercase: lowercase)),
            preTokenizer: PreTokenizer([.bert]), model: model,
            postProcessor: PostProcessor(prefix: [first.identifier], suffix: [last.identifier]), truncation: nil,
            hash: try configuration.hash(with: file))
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
