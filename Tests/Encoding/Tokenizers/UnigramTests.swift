import Files
import Testing

@testable import Tokenizers

struct UnigramTests {
    @Test func takesTheBestSum() throws {
        let tokenizer = try TinyPairs.tokenizer(TinyPairs.unigram("?:0 a:-1 b:-1 ab:-1.5 abc:-9 c:-1"))
        #expect(tokenizer.encode("abc") == [3, 5])
        #expect(tokenizer.encode("ba") == [2, 1])
        #expect(tokenizer.vocabularySize == 6)
    }

    @Test func unknownCharactersSideBySideAreOne() throws {
        let tokenizer = try TinyPairs.tokenizer(TinyPairs.unigram("?:0 a:-1"))
        #expect(tokenizer.encode("xxaéa日本") == [0, 1, 0, 1, 0])
    }

    @Test func unknownCharactersBecomeBytes() throws {
        let tokenizer = try TinyPairs.tokenizer(
            TinyPairs.unigram("?:0 a:-1 <0xC3>:-2 <0xA9>:-2", more: #""byte_fallback": true"#))
        #expect(tokenizer.encode("éaè") == [2, 3, 1, 0])
    }

    @Test func ofEqualPiecesTheLaterCounts() throws {
        let tokenizer = try TinyPairs.tokenizer(TinyPairs.unigram("?:0 a:-1 a:-2"))
        #expect(tokenizer.encode("a") == [2])
    }

    @Test(arguments: [#""unk_id": null, "#, ""])
    func withoutAnUnknownTokenOnlyWhatIsUnknownHasNoNumber(entry: String) throws {
        let tokenizer = try TinyPairs.tokenizer("{\"type\": \"Unigram\", \(entry)\"vocab\": [[\"a\", -1], [\"ab\", -2]]}")
        #expect(tokenizer.encode("aab") == [0, 1])
        #expect(tokenizer.encode("aéab") == [0, -1, 1])
    }

    @Test func longTextsTakeLinearTime() throws {
        let tokenizer = try TinyPairs.tokenizer(TinyPairs.unigram("?:0 a:-1 aa:-1.5 aaaa:-2"))
        #expect(tokenizer.encode(String(repeating: "a", count: 200_000)).count == 50_000)
        #expect(tokenizer.encode(String(repeating: "é", count: 100_000)) == [0])
    }

    @Test(
        arguments: [
            (#"{"type": "Unigram", "unk_id": 1, "vocab": [["a", 0]]}"#, "number 1"),
            (#"{"type": "Unigram", "unk_id": 0, "vocab": [["a"]]}"#, "model.vocab[0]"),
            (#"{"type": "Unigram", "unk_id": 0, "vocab": {"a": 0}}"#, "model.vocab"),
            (TinyPairs.unigram("?:0 \(String(repeating: "a", count: 2000)):-1"), "piece 1"),
        ])
    func namesWhatIsWrong(model: String, part: String) {
        #expect { try TinyPairs.tokenizer(model) } throws: { "\($0)".contains(part) && $0 is UserError }
    }

    @Test func damagedFilesNeverCrash() {
        let whole = TinyPairs.json(
            TinyPairs.unigram("?:0 a:-1 ▁a:-2 ab:-1.5", more: #""byte_fallback": false"#),
            normalizer:
                #"{"type": "Sequence", "normalizers": [{"type": "Nmt"}, {"type": "Precompiled", "precompiled_charsmap": "AAAAAA=="}]}"#,
            preTokenizer: #"{"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first", "split": true}"#)
        expectNoCrash(Array(whole.utf8), rounds: 2000) { bytes in
            let tokenizer = try bytes.withUnsafeBytes { try Tokenizer(json: $0, file: "tokenizer.json", hash: "") }
            _ = tokenizer.encode(" ab  aab é\u{0}日")
        }
    }
}
