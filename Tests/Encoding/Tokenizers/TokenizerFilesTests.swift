import Files
import Foundation
import TestSupport
import Testing

@testable import Tokenizers

struct TokenizerFilesTests {
    private func message(_ json: String) -> String {
        do {
            _ = try TinyVocabulary.tokenizer(json)
            return ""
        } catch {
            return "\(error)"
        }
    }

    @Test func namesWhatIsNotSupported() {
        let normalizer = message(TinyVocabulary.json(normalizer: #"{"type": "Romanize"}"#))
        #expect(
            normalizer.contains("\"normalizer\"") && normalizer.contains("Romanize") && normalizer.contains("BertNormalizer")
        )
        let inSequence = message(
            TinyVocabulary.json(normalizer: #"{"type": "Sequence", "normalizers": [{"type": "NFD"}, {"type": "Shout"}]}"#))
        #expect(inSequence.contains("normalizer.normalizers[1]") && inSequence.contains("Shout"))
        #expect(message(TinyVocabulary.json(preTokenizer: #"{"type": "UnicodeScripts"}"#)).contains("BertPreTokenizer"))
        #expect(message(TinyVocabulary.json(postProcessor: #"{"type": "Twice"}"#)).contains("TemplateProcessing"))
        let model = message(TinyVocabulary.json(model: #"{"type": "WordLevel", "vocab": {}}"#))
        #expect(model.contains("supported here: WordPiece, BPE, Unigram"))
    }

    @Test func namesTheWrongKey() {
        #expect(message(#"{"added_tokens": []}"#).contains("\"model\" is missing"))
        #expect(message(TinyVocabulary.json(added: [#"{"id": -1, "content": "x"}"#])).contains("added_tokens[5].id"))
        #expect(message(TinyVocabulary.json(added: [#"{"id": 9, "content": "the"}"#])).contains("9 here and 5 in the model"))
        #expect(message(TinyVocabulary.json(model: #"{"type": "WordPiece", "vocab": {"a": 0}}"#)).contains("[UNK]"))
        #expect(message(TinyVocabulary.json(model: #"{"type": "WordPiece", "vocab": {"a": 0.5}}"#)).contains("model.vocab.a"))
        #expect(message(TinyVocabulary.json(truncation: #"{"max_length": "x"}"#)).contains("truncation.max_length"))
        let template = #"{"type": "TemplateProcessing", "single": [], "special_tokens": {}}"#
        #expect(message(TinyVocabulary.json(postProcessor: template)).contains("post_processor.single"))
    }

    /// A template that names a long list again and again would make gigabytes of a few kilobytes.
    @Test func refusesTooManyTokensAroundAText() {
        let list = Array(repeating: "1", count: 1000).joined(separator: ",")
        let pieces = Array(repeating: #"{"SpecialToken": {"id": "a"}}"#, count: 1000).joined(separator: ",")
        let template = """
            {"type": "TemplateProcessing", "single": [\(pieces), {"Sequence": {"id": "A"}}],
             "special_tokens": {"a": {"ids": [\(list)]}}}
            """
        #expect(message(TinyVocabulary.json(postProcessor: template)).contains("more than 1024 tokens"))
        let ends = Array(repeating: #"{"type": "BertProcessing", "sep": ["a", 1], "cls": ["a", 1]}"#, count: 1000)
        let sequence = #"{"type": "Sequence", "processors": [\#(ends.joined(separator: ","))]}"#
        #expect(message(TinyVocabulary.json(postProcessor: sequence)).contains("more than 1024 tokens"))
    }

    @Test func readsAVocabulary() throws {
        try withTemporaryFolder { folder in
            try AtomicFile.write(TinyVocabulary.tokens.joined(separator: "\n") + "\n", to: folder.appending(path: "vocab.txt"))
            let uncased = try Tokenizer(directory: folder)
            #expect(uncased.encode("The CAFÉ [MASK]") == [2, 5, 15, 4, 3])
            #expect(uncased.vocabularySize == 50)
            try AtomicFile.write(#"{"do_lower_case": false}"#, to: folder.appending(path: "tokenizer_config.json"))
            let cased = try Tokenizer(directory: folder)
            #expect(cased.encode("Toy naïve \u{E9} e\u{301}") == [2, 47, 46, 48, 49, 3])
            #expect(cased.hash.count == 64 && cased.hash != uncased.hash)
            try AtomicFile.write(
                #"{"cls_token": {"content": "toy"}, "tokenize_chinese_chars": false}"#,
                to: folder.appending(path: "tokenizer_config.json"))
            #expect(try Tokenizer(directory: folder).encode("日本 日") == [6, 1, 26, 3])
        }
    }

    @Test func prefersTokenizerJSON() throws {
        try withTemporaryFolder { folder in
            try AtomicFile.write("a\nb\n", to: folder.appending(path: "vocab.txt"))
            try AtomicFile.write(TinyVocabulary.json(), to: folder.appending(path: "tokenizer.json"))
            #expect(try Tokenizer(directory: folder).encode("toy") == [2, 6, 3])
        }
    }

    @Test func refusesOtherFiles() throws {
        try withTemporaryFolder { folder in
            #expect(throws: UserError.self) { try Tokenizer(directory: folder) }
            #expect(throws: UserError.self) { try Tokenizer(file: folder.appending(path: "tokenizer.json")) }
            #expect(throws: UserError.self) { try Tokenizer(file: folder.appending(path: "merges.bin")) }
            let vocabulary = folder.appending(path: "vocab.txt")
            try AtomicFile.write("[UNK]\nthe\nthe\n", to: vocabulary)
            #expect { try Tokenizer(file: vocabulary) } throws: {
                "\($0)".contains("vocab.txt:3") && "\($0)".contains("line 2")
            }
            try AtomicFile.write("the\n[UNK]\n[SEP]\n", to: vocabulary)
            #expect { try Tokenizer(file: vocabulary) } throws: { "\($0)".contains("[CLS]") }
            try AtomicFile.write(Data([0x61, 0x0A, 0xFF, 0x0A]), to: vocabulary)
            #expect { try Tokenizer(file: vocabulary) } throws: { "\($0)".contains("vocab.txt:2") }
        }
    }

    @Test func damagedFilesNeverCrash() throws {
        let whole = Array(TinyVocabulary.json().utf8)
        var random = SeededGenerator(seed: 7)
        for round in 0..<1500 {
            var bytes = whole
            switch round % 3 {
            case 0: bytes.removeLast(Int.random(in: 1...bytes.count, using: &random))
            case 1:
                for _ in 0..<Int.random(in: 1...4, using: &random) {
                    bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: 0 ... .max, using: &random)
                }
            default:
                let start = Int.random(in: 0..<bytes.count, using: &random)
                let end = Int.random(in: start...min(bytes.count, start + 40), using: &random)
                bytes.replaceSubrange(
                    start..<end, with: Array(#"[{"":-1e99}]"#.utf8).prefix(Int.random(in: 0...12, using: &random)))
            }
            do {
                let tokenizer = try bytes.withUnsafeBytes { try Tokenizer(json: $0, file: "tokenizer.json", hash: "") }
                _ = tokenizer.encode("The [MASK] unaffable 日本, naïve")
            } catch {
                #expect((error as? UserError)?.place?.hasPrefix("tokenizer.json") == true, "\(error)")
            }
        }
    }
}
