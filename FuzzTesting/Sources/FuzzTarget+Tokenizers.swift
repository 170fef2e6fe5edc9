import Files
import Foundation
import Tokenizers

extension FuzzTarget {
    static let tokenizers = [
        FuzzTarget(name: "tokenizer-json") {
            try tokenizerFiles.map(Fixtures.data)
        } read: { bytes in
            let tokenizer = try Tokenizer(file: FuzzInput.file("tokenizer.json", bytes))
            encode(sample, with: tokenizer)
            // Its own words are in the file too, so that more of what it says takes effect.
            encode(String(decoding: bytes, as: UTF8.self), with: tokenizer)
        },
        FuzzTarget(name: "character-map") {
            try [mapOfAlbert()]
        } read: {
            let file = FuzzInput.file("tokenizer.json", tokenizer(map: Data($0)).utf8)
            try encode(sample, with: Tokenizer(file: file))
        },
        FuzzTarget(name: "sentencepiece") {
            try [("llama", "tokenizer"), ("xlm-roberta", "sentencepiece.bpe"), ("t5", "spiece")].map { family, name in
                let configuration = try Fixtures.data("Tokenizers/\(family)/tokenizer_config.json")
                return FuzzInput.joined([configuration, try Fixtures.data("Tokenizers/\(family)/\(name).model")])
            } + [
                FuzzInput.joined([Data("{}".utf8), try Fixtures.data("Tokenizers/llama/tokenizer.model")]),
                FuzzInput.joined([Data("{\"tokenizer_class\":\"X\"}".utf8), try Fixtures.data("Tokenizers/t5/spiece.model")]),
            ]
        } read: {
            let parts = FuzzInput.parts($0, 2)
            _ = FuzzInput.file("tokenizer_config.json", parts[0])
            try encode(sample, with: Tokenizer(file: FuzzInput.file("tokenizer.model", parts[1])))
        },
        FuzzTarget(name: "vocabulary-and-merges") {
            ["", "CLIPTokenizer", "RobertaTokenizer", "Qwen2Tokenizer", "GPT2TokenizerFast"].map { kind in
                FuzzInput.joined(
                    ["{\"tokenizer_class\":\"\(kind)\"}", vocabulary, "#version: 0.2\na b\nab c\n"].map { Data($0.utf8) })
            }
        } read: {
            let parts = FuzzInput.parts($0, 3)
            _ = FuzzInput.file("tokenizer_config.json", parts[0])
            _ = FuzzInput.file("merges.txt", parts[2])
            try encode(sample, with: Tokenizer(file: FuzzInput.file("vocab.json", parts[1])))
        },
        FuzzTarget(name: "tokenizer-folder") {
            settings.map { FuzzInput.joined($0.map { Data($0.utf8) }) }
        } read: {
            // All that lies beside a vocabulary, with one of three vocabularies.
            let parts = FuzzInput.parts($0, 5)
            let names = ["config.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json"]
            for (name, part) in zip(names, parts) { _ = FuzzInput.file(name, part) }
            let folder = FuzzInput.file("vocab.txt", words.utf8).deletingLastPathComponent()
            _ = FuzzInput.file("vocab.json", vocabulary.utf8)
            _ = FuzzInput.file("merges.txt", "a b\nab c\n".utf8)
            defer {
                for name in names + ["vocab.txt", "vocab.json", "merges.txt"] {
                    try? FileManager.default.removeItem(at: folder.appending(path: name))
                }
            }
            try encode(sample + String(decoding: parts[4], as: UTF8.self), with: Tokenizer(directory: folder))
        },
        FuzzTarget(name: "vocabulary") {
            [Data("{}\u{1E}\(words)".utf8)]
        } read: {
            let parts = FuzzInput.parts($0, 2)
            _ = FuzzInput.file("tokenizer_config.json", parts[0])
            try encode(sample, with: Tokenizer(file: FuzzInput.file("vocab.txt", parts[1])))
        },
        FuzzTarget(name: "merges-gz") {
            // "a b\nab c\n", packed and plain.
            [Data(base64Encoded: "H4sIAAAAAAACA0tUSOJKTFJI5gIAWmvgSgkAAAA=") ?? Data(), Data("a b\nab c\n".utf8)]
        } read: {
            try encode(sample, with: Tokenizer(file: FuzzInput.file("bpe_simple_vocab_16e6.txt.gz", $0)))
        },
        FuzzTarget(name: "text") {
            tokenizersOfFixtures.indices.map { Data([UInt8($0)]) + Data(sample.utf8) }
        } read: { bytes in
            let text = String(decoding: bytes.dropFirst(), as: UTF8.self)
            encode(text, with: tokenizersOfFixtures[Int(bytes.first ?? 0) % tokenizersOfFixtures.count])
        },
    ]

    private static let tokenizerFiles = [
        "albert", "byte-normalizer", "deberta/tokenizer", "gemma/tokenizer", "gpt4o", "llama-first", "prefix", "qwen2",
        "suffix",
    ].map { "Tokenizers/\($0).json" }

    private static let tokenizersOfFixtures: [Tokenizer] = {
        let models = ["llama/tokenizer.model", "t5/spiece.model", "xlm-roberta/sentencepiece.bpe.model"]
        do {
            return try (tokenizerFiles + models.map { "Tokenizers/\($0)" }).map { try Tokenizer(file: Fixtures.url($0)) }
        } catch {
            fatalError("\(error)")
        }
    }()

    /// Letters, marks, digits, blanks of several kinds, bytes that need replacing, and texts that are special tokens.
    private static let sample =
        "The ﬁrst \u{3000}Toy's 12345 [CLS]<s></s> Ünï\u{301}cödé 日本語 한국\t\n  🙂\u{200D}🙂 \u{FFFD}abab!!</w>"

    private static let words = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\n##b\nthe\n!\n"

    /// The contents of a folder's files, and a text.
    private static let settings = [
        [
            #"{"model_type":"bert"}"#, #"{"do_lower_case":true,"mask_token":"[X]","truncation_side":"left"}"#,
            #"{"cls_token":{"content":"[CLS]","lstrip":true},"extra_special_tokens":["[Y]"]}"#, #"{"[X]":9,"tok":12}"#,
            "[X] tok [Y]",
        ],
        [
            #"{"model_type":"gpt2"}"#,
            #"{"add_bos_token":true,"added_tokens_decoder":{"12":{"content":"[X]","special":true},"11":{"content":"ab","rstrip":true}}}"#,
            "{}", "{}", "[X]ab c",
        ],
        [
            #"{"model_type":"clip","tokenizer_class":"CLIPTokenizerFast"}"#,
            #"{"image_token":"<i>","split_special_tokens":true,"strip_accents":null}"#,
            #"{"additional_special_tokens":["<s>"]}"#, "{}", "<i><s>",
        ],
    ]

    private static let vocabulary =
        ##"{"a":0,"b":1,"c":2,"ab":3,"abc":4,"c</w>":5,"<s>":6,"</s>":7,"<|startoftext|>":8,"<|endoftext|>":9,"\u0120":10}"##

    /// Encodes a text whole and cut, checks that an embedding of the vocabulary's size has a row for each token, and makes text of the
    /// tokens again, also backwards.
    private static func encode(_ text: String, with tokenizer: Tokenizer) {
        let tokens = tokenizer.encode(text)
        claim(tokens.allSatisfy { $0 >= -1 && $0 < tokenizer.vocabularySize }, "a token beyond \(tokenizer.vocabularySize)")
        let cut = tokenizer.encode(text, maximumTokens: 7)
        claim(cut.count <= max(7, tokenizer.encode("", maximumTokens: 0).count), "\(cut.count) tokens where 7 are allowed")
        _ = tokenizer.decode(tokens.reversed() + [-1, Int32(clamping: tokenizer.vocabularySize)])
        claim(
            tokenizer.decode(tokens).utf8.count < 1 << 20 || text.utf8.count > 100,
            "a text that is far longer than what it was made of")
    }

    private static func tokenizer(map: Data) -> String {
        """
        {"normalizer": {"type": "Precompiled", "precompiled_charsmap": "\(map.base64EncodedString())"},
         "model": {"type": "Unigram", "unk_id": 0, "vocab": [["<unk>", 0], ["a", -1], ["T", -2]]}}
        """
    }

    private static func mapOfAlbert() throws -> Data {
        struct File: Decodable {
            struct Part: Decodable {
                let precompiled_charsmap: Data?
                let normalizers: [Part]?
            }
            let normalizer: Part
        }
        let normalizer = try JSONDecoder().decode(File.self, from: Fixtures.data("Tokenizers/albert.json")).normalizer
        let parts = [normalizer] + (normalizer.normalizers ?? [])
        return parts.lazy.compactMap(\.precompiled_charsmap).first ?? Data()
    }
}
