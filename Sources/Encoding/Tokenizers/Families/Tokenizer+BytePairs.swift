import Files
import Foundation

extension Tokenizer {
    /// Makes a tokenizer from a `vocab.json` and the `merges.txt` beside it.
    ///
    /// Which family it is tells the `tokenizer_class` of the `tokenizer_config.json`, else the special tokens: CLIP, RoBERTa,
    /// Qwen, GPT-2.
    init(vocabularyOfPairs file: URL) throws {
        let name = file.lastPathComponent
        let merges = file.deletingLastPathComponent().appending(path: name.dropLast("vocab.json".count) + "merges.txt")
        guard FileManager.default.fileExists(atPath: merges.path) else {
            throw UserError(
                "\(merges.lastPathComponent) is missing, which belongs to \(name)", at: merges.deletingLastPathComponent().path,
                remedy: "Put the encoder's merges beside its vocabulary.")
        }
        let value = try MappedFile(file).withBytes { try JSONParser.parse($0, file: file.path) }
        let vocabulary = try JSONEntry(value: value, path: "", file: file.path).vocabulary()
        let configuration = try TokenizerConfiguration(beside: file)
        let hash = try configuration.hash(with: file, merges)
        let pairs = try MergesFile.read(merges)
        let tokens = Set(vocabulary.lazy.map(\.token))
        if configuration.kind.hasPrefix("CLIP") || tokens.contains("<|startoftext|>") {
            self = try .clip(vocabulary, pairs, configuration, place: file.path, hash: hash)
            return
        }
        let model = try BytePairs(vocabulary: vocabulary, merges: pairs, options: .init(isByteLevel: true), place: file.path)
        let prefix: [PreTokenizer.Step] = try configuration.bool("add_prefix_space", default: false) ? [.prefixBlank] : []
        if configuration.kind.hasPrefix("Qwen2") {
            try self.init(
                added: try configuration.addedTokens(special: ["<|endoftext|>"], in: model),
                normalizer: .composition(.canonical),
                preTokenizer: PreTokenizer([.split(.qwen)]), model: model, postProcessor: PostProcessor(), truncation: nil,
                hash: hash)
        } else if configuration.kind.hasPrefix("Roberta") || tokens.isSuperset(of: ["<s>", "</s>"]) {
            let ends = try Self.ends(
                configuration, first: ("cls_token", "<s>"), last: ("sep_token", "</s>"), in: model, place: file.path)
            let mask = try configuration.token("mask_token", default: "<mask>")
            try self.init(
                added: try configuration.addedTokens(
                    special: ends.tokens + ["<pad>", "<unk>", mask], greedy: mask, in: model),
                normalizer: nil, preTokenizer: PreTokenizer(prefix + [.split(.gpt2)]), model: model,
                postProcessor: ends.postProcessor, truncation: nil, hash: hash)
        } else {
            try self.init(
                added: try configuration.addedTokens(special: ["<|endoftext|>"], in: model), normalizer: nil,
                preTokenizer: PreTokenizer(prefix + [.split(.gpt2)]), model: model, postProcessor: PostProcessor(),
                truncation: nil, hash: hash)
        }
    }

    /// The tokens around a text, by their keys in the configuration and their usual texts.
    ///
    /// - Throws: ``UserError`` when the vocabulary lacks one.
    static func ends(
        _ configuration: TokenizerConfiguration, first: (key: String, usual: String)?, last: (key: String, usual: String)?,
        in model: any TokenModel, place: String
    ) throws -> (tokens: [String], postProcessor: PostProcessor) {
        var tokens: [String] = []
        func identifiers(_ end: (key: String, usual: String)?) throws -> [Int32] {
            guard let end else { return [] }
            let token = try configuration.token(end.key, default: end.usual)
            guard let identifier = model.identifier(of: token) else {
                throw UserError(
                    "the vocabulary has no token \"\(token)\"", at: place,
                    remedy: "Name the token's text in tokenizer_config.json, as \(end.key).")
            }
            tokens.append(token)
            return [identifier]
        }
        let processor = PostProcessor(prefix: try identifiers(first), suffix: try identifiers(last))
        return (tokens, processor)
    }
}

extension Splitter {
    /// Splitting into words as Qwen does: digits one by one, line ends apart.
    static let qwen = Splitter(
        pattern: knownPattern(
            #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#),
        behavior: .isolated)
}
