import Files
import Foundation
import TestSupport
import Testing

@testable import Tokenizers

struct FamilyFilesTests {
    private func tokenizer(_ files: [String: String]) throws -> Tokenizer {
        try withTemporaryFolder { folder in
            for (name, text) in files { try AtomicFile.write(text, to: folder.appending(path: name)) }
            return try Tokenizer(directory: folder)
        }
    }

    private let gpt2 = #"{"a": 0, "b": 1, "Ġ": 2, "ab": 3, "Ġab": 4, "<|endoftext|>": 5}"#
    private let merges = "#version: 0.2\na b\nĠ ab\n"

    @Test func readsVocabularyAndMerges() throws {
        let plain = try tokenizer(["vocab.json": gpt2, "merges.txt": merges])
        #expect(plain.encode("ab ab<|endoftext|>ab") == [3, 4, 5, 3])
        let prefixed = try tokenizer([
            "vocab.json": gpt2, "merges.txt": merges, "tokenizer_config.json": #"{"add_prefix_space": true}"#,
        ])
        #expect(prefixed.encode("ab") == [4])
        #expect(prefixed.hash.count == 64 && prefixed.hash != plain.hash)
        let named = try tokenizer(["gpt2-vocab.json": gpt2, "gpt2-merges.txt": merges])
        #expect(named.encode("ab ab") == [3, 4])
    }

    @Test func robertaPutsItsTokensAround() throws {
        let vocabulary = #"{"<s>": 0, "<pad>": 1, "</s>": 2, "a": 3, "Ġ": 4, "<mask>": 5}"#
        let roberta = try tokenizer(["vocab.json": vocabulary, "merges.txt": "#version: 0.2\n"])
        #expect(roberta.encode("a <mask> a") == [0, 3, 4, 5, 4, 3, 2])
        // The mask takes the blank before it where the folder says so.
        let mask = #"{"mask_token": {"__type": "AddedToken", "content": "<mask>", "lstrip": true, "normalized": false}}"#
        let greedy = try tokenizer([
            "vocab.json": vocabulary, "merges.txt": "#version: 0.2\n", "tokenizer_config.json": mask,
        ])
        #expect(greedy.encode("a <mask> a") == [0, 3, 5, 4, 3, 2])
    }

    @Test func qwenAddsTheTokensOfItsConfiguration() throws {
        let configuration = """
            {"tokenizer_class": "Qwen2Tokenizer",
             "added_tokens_decoder": {"9": {"content": "<|im_start|>", "special": true}, "5": {"content": "<|endoftext|>", "special": true}}}
            """
        let qwen = try tokenizer(["vocab.json": gpt2, "merges.txt": merges, "tokenizer_config.json": configuration])
        // A token that the vocabulary lacks gets the next number, as in transformers, whatever the file says.
        #expect(qwen.encode("<|im_start|>ab ab<|endoftext|>") == [6, 3, 4, 5])
        #expect(qwen.vocabularySize == 7)
    }

    @Test func clipEndsWords() throws {
        let vocabulary = #"{"a": 0, "b": 1, "a</w>": 2, "b</w>": 3, "ab</w>": 4, "<|startoftext|>": 5, "<|endoftext|>": 6}"#
        let clip = try tokenizer(["vocab.json": vocabulary, "merges.txt": "#version: 0.2\na b</w>\n"])
        #expect(clip.encode("AB \n ba") == [5, 4, 1, 2, 6])
        #expect(clip.encode("a-b") == [5, 2, 6, 3, 6])
    }

    /// Merges of two bytes each, as many as CLIP has.
    private var mergesOfCLIP: String {
        let bytes = ByteCharacters.scalars.map { String(Character($0)) }
        var lines = ["\"bpe_simple_vocab_16e6.txt#version: 0.2"]
        for first in bytes { for second in bytes { lines.append("\(first) \(second)") } }
        return lines.joined(separator: "\n") + "\n"
    }

    @Test func readsOpenAIsMerges() throws {
        let clip = try tokenizer(["bpe_simple_vocab_16e6.txt.gz": mergesOfCLIP])
        #expect(clip.vocabularySize == 49_408)
        #expect(clip.identifier(of: "<|startoftext|>") == 49_406)
        // "!" is the first character; "b" ends a word.
        #expect(clip.encode("!") == [49_406, 256, 49_407])
        let ab = try #require(clip.identifier(of: "ab"))
        #expect(clip.encode("abb") == [49_406, ab, 256 + 0x62 - 0x21, 49_407])
        #expect { try tokenizer(["bpe_simple_vocab_16e6.txt.gz": "a b\n"]) } throws: { "\($0)".contains("has 1 merges") }
    }

    @Test func damagedMergesNeverCrash() throws {
        try withTemporaryFolder { folder in
            try AtomicFile.write(gpt2, to: folder.appending(path: "vocab.json"))
            expectNoCrash(Array(merges.utf8), rounds: 300) { bytes in
                try AtomicFile.write(Data(bytes), to: folder.appending(path: "merges.txt"))
                _ = try Tokenizer(directory: folder).encode("ab ab")
            }
            let small = folder.appending(path: "bpe_simple_vocab_16e6.txt.gz")
            // A gzip stream of merges that is cut off or damaged.
            let stream: [UInt8] = [
                0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 2, 3, 0x4B, 0x54, 0x48, 0xE2, 0x02, 0x00, 0xC9, 0x52, 0x2C, 0x74, 4, 0, 0, 0,
            ]
            expectNoCrash(stream, rounds: 300) { bytes in
                try AtomicFile.write(Data(bytes), to: small)
                _ = try Tokenizer(file: small)
            }
        }
    }

    @Test func namesWhatATokenizersClassCannotBe() throws {
        func message(_ settings: String, _ files: [String: String] = [:]) -> String {
            do {
                _ = try tokenizer(
                    ["vocab.txt": "[UNK]\n[CLS]\n[SEP]\na\n", "tokenizer_config.json": settings].merging(files) { $1 })
                return ""
            } catch {
                return error is UserError ? "\(error)" : ""
            }
        }
        #expect(message(#"{"tokenizer_class": "BertJapaneseTokenizer"}"#).contains("BertJapaneseTokenizer are not supported"))
        #expect(
            message(#"{"tokenizer_class": "PhobertTokenizer"}"#, ["config.json": #"{"model_type": "roberta"}"#]).contains(
                "Phobert"))
        let own = #"{"tokenizer_class": "OwnTokenizer", "auto_map": {"AutoTokenizer": ["own.Own", null]}}"#
        #expect(message(own).contains("code of its own"))
        #expect(message(#"{"tokenizer_class": "RobertaTokenizer"}"#).contains("vocab.json"))
        #expect(message(#"{"fix_mistral_regex": true}"#).contains("\"fix_mistral_regex\""))
        #expect(message(#"{"truncation_side": "middle"}"#).contains("middle"))
        #expect(message(#"{"added_tokens_decoder": {"x": {"content": "y"}}}"#).contains("added_tokens_decoder.x"))
        #expect(message("[]").contains("tokenizer_config.json"))
        #expect(message("{}", ["added_tokens.json": #"{"x": 1.5}"#]).contains("added_tokens.json"))
        #expect { try tokenizer(["tekken.json": "{}", "config.json": #"{"model_type": "mistral"}"#]) } throws: {
            "\($0)".contains("tekken.json") && "\($0)".contains("save_pretrained")
        }
    }

    @Test func aHashTellsAllFilesThatMakeTokens() throws {
        let files = ["vocab.json": gpt2, "merges.txt": merges]
        let others = [
            [:], ["tokenizer_config.json": "{}"], ["special_tokens_map.json": "{}"], ["added_tokens.json": "{}"],
            ["config.json": #"{"model_type": "gpt2"}"#],
            ["config.json": #"{"model_type": "gpt2", "tokenizer_class": "GPT2Tokenizer"}"#],
        ]
        let hashes = try others.map { try tokenizer(files.merging($0) { $1 }).hash }
        #expect(Set(hashes).count == others.count)
        // The rest of a model's configuration makes no other tokens.
        #expect(
            try tokenizer(files.merging(["config.json": #"{"model_type": "gpt2", "n_layer": 3}"#]) { $1 }).hash == hashes[4])
    }

    @Test func namesWhatIsMissing() throws {
        #expect { try tokenizer(["vocab.json": gpt2]) } throws: { "\($0)".contains("merges.txt is missing") }
        #expect { try tokenizer(["vocab.json": gpt2, "merges.txt": "a b c\n"]) } throws: { "\($0)".contains("merges.txt:1") }
        #expect { try tokenizer(["vocab.json": gpt2, "merges.txt": "a a\n"]) } throws: { "\($0)".contains("merge 1") }
        #expect { try tokenizer(["config.json": "{}"]) } throws: { error in
            ["tokenizer.json", "vocab.txt", "vocab.json", "tokenizer.model", "spiece.model", "bpe_simple_vocab_16e6.txt.gz"]
                .allSatisfy { "\(error)".contains($0) }
        }
        #expect(throws: UserError.self) { try Tokenizer(directory: URL(filePath: "/nowhere/at/all")) }
    }
}
