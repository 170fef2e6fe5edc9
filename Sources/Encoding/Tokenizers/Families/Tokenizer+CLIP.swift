import Files
import Foundation

extension Tokenizer {
    /// OpenAI's file holds more merges than CLIP has: its vocabulary is the 256 bytes, those again at the ends of words, a
    /// token per merge, and two special tokens, 49,408 in all.
    private static let mergesOfCLIP = 49_408 - 2 * 256 - 2
    private static let specialTokensOfCLIP = ["<|startoftext|>", "<|endoftext|>"]

    /// Makes CLIP's tokenizer from OpenAI's file of merges (`bpe_simple_vocab_16e6.txt.gz`).
    init(mergesOfCLIP file: URL) throws {
        let pairs = try MergesFile.read(file, most: Self.mergesOfCLIP)
        guard pairs.count == Self.mergesOfCLIP else {
            throw UserError(
                "has \(pairs.count) merges, expected \(Self.mergesOfCLIP)", at: file.path,
                remedy: "Fetch bpe_simple_vocab_16e6.txt.gz again.")
        }
        // Bytes come in the order of their characters: those that stand for themselves first.
        let bytes = ByteCharacters.scalars.sorted { $0.value < $1.value }.map { String(Character($0)) }
        let tokens = bytes + bytes.map { $0 + "</w>" } + pairs.map { $0 + $1 } + Self.specialTokensOfCLIP
        let configuration = try TokenizerConfiguration(beside: file)
        self = try .clip(
            tokens.enumerated().map { ($1, Int32($0)) }, pairs, configuration, place: file.path,
            hash: configuration.hash(with: file))
    }

    /// CLIP's tokenizer: composed, lower case, words by kinds of characters, "</w>" at a word's end.
    static func clip(
        _ vocabulary: [(token: String, identifier: Int32)], _ merges: [(String, String)],
        _ configuration: TokenizerConfiguration, place: String, hash: String
    ) throws -> Tokenizer {
        let options = BytePairs.Options(
            unknownToken: try configuration.token("unk_token", default: "<|endoftext|>"), suffix: "</w>", isByteLevel: true)
        let model = try BytePairs(vocabulary: vocabulary, merges: merges, options: options, place: place)
        let ends = try ends(
            configuration, first: ("bos_token", specialTokensOfCLIP[0]), last: ("eos_token", specialTokensOfCLIP[1]), in: model,
            place: place)
        let space = Splitter.knownPattern(#"\s+"#)
        return try Tokenizer(
            added: try configuration.addedTokens(special: ends.tokens, in: model),
            normalizer: .sequence([.composition(.canonical), .replace(space, with: [0x20]), .lowercase]),
            preTokenizer: PreTokenizer([.split(wordsOfCLIP), .split(.gpt2)]), model: model,
            postProcessor: ends.postProcessor, truncation: nil, hash: hash)
    }

    private static let wordsOfCLIP = Splitter(
        pattern: Splitter.knownPattern(
            #"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"#),
        behavior: .removed, isInverted: true)
}
