import Files
import Testing

@testable import Tokenizers

struct BytePairsTests {
    private let bytes = #"{"type": "ByteLevel", "add_prefix_space": false, "use_regex": false}"#

    @Test func mergesTheLowestRankFirst() throws {
        let tokenizer = try TinyPairs.tokenizer(TinyPairs.model("a b c ab bc abc", merges: "b c,a b,a bc"))
        #expect(tokenizer.encode("abc") == [5])
        #expect(tokenizer.encode("abab") == [3, 3])
        #expect(tokenizer.encode("cab") == [2, 3])
        #expect(tokenizer.vocabularySize == 6)
    }

    @Test func takesMergesAsPairs() throws {
        let model = #"{"type": "BPE", "vocab": {"a": 0, " b": 1, "a b": 2}, "merges": [["a", " b"]]}"#
        #expect(try TinyPairs.tokenizer(model).identifier(of: "a b") == 2)
    }

    @Test func unknownCharactersAreLeftOutOrStandAlone() throws {
        let left = try TinyPairs.tokenizer(TinyPairs.model("a b"))
        #expect(left.encode("xaxxb") == [0, 1])
        let apart = try TinyPairs.tokenizer(TinyPairs.model("a b ?", more: #""unk_token": "?""#))
        #expect(apart.encode("xaxxb") == [2, 0, 2, 2, 1])
        let fused = try TinyPairs.tokenizer(TinyPairs.model("a b ?", more: #""unk_token": "?", "fuse_unk": true"#))
        #expect(fused.encode("xaxxb") == [2, 0, 2, 1])
    }

    @Test func unknownCharactersBecomeBytes() throws {
        let model = TinyPairs.model("a ? <0xC3> <0xA9> <0x0A>", more: #""unk_token": "?", "byte_fallback": true"#)
        let tokenizer = try TinyPairs.tokenizer(model)
        #expect(tokenizer.encode("é\na") == [2, 3, 4, 0])
        // "è" lacks a byte.
        #expect(tokenizer.encode("aè") == [0, 1])
    }

    @Test func ignoresMergesWhereAWordIsAToken() throws {
        let tokens = "a b c ab abc"
        #expect(try TinyPairs.tokenizer(TinyPairs.model(tokens, merges: "a b"), preTokenizer: bytes).encode("abc") == [3, 2])
        let ignoring = TinyPairs.model(tokens, merges: "a b", more: #""ignore_merges": true"#)
        #expect(try TinyPairs.tokenizer(ignoring, preTokenizer: bytes).encode("abc") == [4])
        #expect(try TinyPairs.tokenizer(ignoring, preTokenizer: bytes).encode("abca") == [3, 2, 0])
    }

    @Test func wordsHavePrefixesAndSuffixes() throws {
        let space = #"{"type": "WhitespaceSplit"}"#
        let suffixed = TinyPairs.model("a b</w> a</w> ab</w>", merges: "a b</w>", more: #""end_of_word_suffix": "</w>""#)
        #expect(try TinyPairs.tokenizer(suffixed, preTokenizer: space).encode("ab a aa") == [3, 2, 0, 2])
        #expect(try TinyPairs.tokenizer(suffixed, preTokenizer: bytes).encode("ab") == [3])
        let prefixed = TinyPairs.model("a ##b ##a ab", merges: "a ##b", more: ###""continuing_subword_prefix": "##""###)
        #expect(try TinyPairs.tokenizer(prefixed, preTokenizer: space).encode("ab aa") == [3, 0, 2])
    }

    @Test func bytesAreCharacters() throws {
        let tokenizer = try TinyPairs.tokenizer(
            TinyPairs.model("Ġ a Ã © Ã© Ġa", merges: "Ã ©,Ġ a"),
            preTokenizer: #"{"type": "ByteLevel", "add_prefix_space": true}"#)
        #expect(tokenizer.encode("a aé") == [5, 5, 4])
        #expect(tokenizer.identifier(of: "Ġa") == 5)
        let other = try TinyPairs.tokenizer(
            TinyPairs.model("Ġ a Ã © Ã© Ġa", merges: "Ã ©,Ġ a"), normalizer: #"{"type": "ByteLevel"}"#)
        #expect(other.encode(" aé") == [5, 4])
    }

    @Test func longWordsGiveTheTokensOfShortOnes() throws {
        // The heap that long words are merged with has to agree with the search.
        let tokenizer = try TinyPairs.tokenizer(
            TinyPairs.model("a b c ab bc abc ca abca ?", merges: "b c,a b,c a,a bc,abc a", more: #""unk_token": "?""#))
        for word in ["abca", "abcab", "bbca", "cabcaab"] {
            let short = tokenizer.encode(word + word)
            // No token spans the "x", which is unknown.
            let long = tokenizer.encode(Array(repeating: word + word, count: 20).joined(separator: "x"))
            #expect(long == Array(Array(repeating: short, count: 20).joined(separator: [8])))
        }
    }

    @Test func longWordsTakeLinearTime() throws {
        let tokenizer = try TinyPairs.tokenizer(TinyPairs.model("a aa aaaa aaaaaaaa", merges: "a a,aa aa,aaaa aaaa"))
        #expect(tokenizer.encode(String(repeating: "a", count: 200_003)) == Array(repeating: 3, count: 25_000) + [1, 0])
    }

    @Test(
        arguments: [
            (TinyPairs.model("a b", merges: "a b"), "merge 1"),
            (TinyPairs.model("a b ab", merges: "a"), "model.merges[0]"),
            (TinyPairs.model("a b ab", merges: "a b c"), "model.merges[0]"),
            (TinyPairs.model("a", more: #""unk_token": "?""#), "\"?\""),
            (TinyPairs.model("a", more: #""dropout": 0.1"#), "model.dropout"),
            (#"{"type": "BPE", "vocab": {"a": 0, "a": 1}, "merges": []}"#, "two numbers"),
            (#"{"type": "BPE", "vocab": {"a": 2147483647}, "merges": []}"#, "model.vocab.a"),
            (#"{"type": "BPE", "vocab": {"a": 1e300}, "merges": []}"#, "model.vocab.a"),
            (#"{"type": "BPE", "vocab": {"a": 0}, "merges": [["a"]]}"#, "model.merges[0]"),
            (#"{"type": "BPE", "vocab": {"a": 0}}"#, "merges"),
        ])
    func namesWhatIsWrong(model: String, part: String) {
        #expect { try TinyPairs.tokenizer(model) } throws: { "\($0)".contains(part) && $0 is UserError }
    }

    @Test func damagedFilesNeverCrash() {
        let whole = TinyPairs.json(
            TinyPairs.model("Ġ a b ab Ġab ?", merges: "a b,Ġ ab", more: #""unk_token": "?", "fuse_unk": true"#),
            normalizer:
                #"{"type": "Sequence", "normalizers": [{"type": "NFC"}, {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "}]}"#,
            preTokenizer:
                #"{"type": "Sequence", "pretokenizers": [{"type": "Split", "pattern": {"Regex": "\\p{N}{1,3}"}, "behavior": "Isolated"}, {"type": "ByteLevel"}]}"#,
            postProcessor: #"{"type": "RobertaProcessing", "sep": ["b", 1], "cls": ["a", 0]}"#)
        expectNoCrash(Array(whole.utf8), rounds: 2000) { bytes in
            let tokenizer = try bytes.withUnsafeBytes { try Tokenizer(json: $0, file: "tokenizer.json", hash: "") }
            _ = tokenizer.encode("ab  abab é 1234日")
        }
    }
}
