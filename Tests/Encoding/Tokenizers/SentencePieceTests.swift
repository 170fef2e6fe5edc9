import Files
import Foundation
import TestSupport
import Testing

@testable import Tokenizers

struct SentencePieceTests {
    /// Unknown, start and end, the pieces given with falling scores, and where asked the bytes.
    private func pieces(_ texts: [String], bytes: Bool = false) -> [TinyModelFile.Piece] {
        let special: [TinyModelFile.Piece] = [("<unk>", 0, 2), ("<s>", 0, 3), ("</s>", 0, 3)]
        let own: [TinyModelFile.Piece] = texts.enumerated().map { ($1, -Float($0) - 1, 1) }
        let all: [TinyModelFile.Piece] = (0..<256).map { (SymbolTable.byteToken(UInt8($0)), 0, 6) }
        return special + (bytes ? all : []) + own
    }

    private func tokenizer(_ bytes: [UInt8], name: String = "tokenizer.model", configuration: String? = nil) throws -> Tokenizer
    {
        try withTemporaryFolder { folder in
            try AtomicFile.write(Data(bytes), to: folder.appending(path: name))
            if let configuration {
                try AtomicFile.write(configuration, to: folder.appending(path: "tokenizer_config.json"))
            }
            return try Tokenizer(directory: folder)
        }
    }

    @Test func readsAModelOfPairs() throws {
        let file = TinyModelFile.bytes(
            pieces(["▁a", "ab", "▁ab", "a", "b", "▁"], bytes: true), algorithm: 2, bytes: true, removesExtraBlanks: false)
        let llama = try tokenizer(file)
        // 256 bytes come before the pieces; the byte of the line's end is 3 + 10.
        #expect(llama.encode("ab") == [1, 261])
        #expect(llama.encode("b  a\n") == [1, 264, 263, 264, 259, 13])
        #expect(llama.encode("é") == [1, 264, 3 + 0xC3, 3 + 0xA9])
        #expect(llama.encode("a</s>") == [1, 259, 2])
        let ends = try tokenizer(file, configuration: #"{"add_bos_token": false, "add_eos_token": true}"#)
        #expect(ends.encode("ab") == [261, 2])
    }

    @Test func extraBlanksGoWhereTheModelSaysSo() throws {
        let texts = ["▁", "a", "b"]
        let kept = try tokenizer(TinyModelFile.bytes(pieces(texts), algorithm: 2, addsPrefix: false, removesExtraBlanks: false))
        #expect(kept.encode(" a  b") == [1, 3, 4, 3, 3, 5])
        let removed = try tokenizer(TinyModelFile.bytes(pieces(texts), algorithm: 2))
        #expect(removed.encode(" a  b ") == [1, 3, 4, 3, 5])
    }

    @Test func userDefinedPiecesAreFoundFirst() throws {
        let file = TinyModelFile.bytes(
            pieces(["a", "b", "ab"]) + [("ba", 0, 4)], algorithm: 2, addsPrefix: false, removesExtraBlanks: false)
        #expect(try tokenizer(file).encode("aba") == [1, 3, 6])
    }

    @Test func fairseqPutsItsOwnTokensFirst() throws {
        let file = TinyModelFile.bytes(pieces(["▁a", "b", "▁"]), algorithm: 1)
        let roberta = try tokenizer(file, name: "sentencepiece.bpe.model")
        // <s> 0, <pad> 1, </s> 2, <unk> 3, then the pieces, then <mask>.
        #expect(roberta.encode("ab  b x <mask>") == [0, 4, 5, 6, 5, 6, 3, 7, 2])
        #expect(roberta.vocabularySize == 8)
        let named = try tokenizer(file, configuration: #"{"tokenizer_class": "XLMRobertaTokenizer"}"#)
        #expect(named.encode("ab") == roberta.encode("ab"))
    }

    @Test func otherFamiliesOfUnigram() throws {
        let t5 = try tokenizer(
            TinyModelFile.bytes([("<pad>", 0, 3), ("</s>", 0, 3), ("<unk>", 0, 2), ("▁a", -1, 1)], algorithm: 1, unknown: 2),
            name: "spiece.model", configuration: #"{"extra_ids": 2}"#)
        #expect(t5.encode("a <extra_id_0> a") == [3, 5, 3, 1])
        let deberta = try tokenizer(
            TinyModelFile.bytes(
                [("[PAD]", 0, 3), ("[CLS]", 0, 3), ("[SEP]", 0, 3), ("[UNK]", 0, 2), ("▁a", -1, 1), ("▁", -2, 1)], algorithm: 1,
                unknown: 3), name: "spm.model",
            configuration: #"{"tokenizer_class": "DebertaV2Tokenizer", "do_lower_case": true}"#)
        #expect(deberta.encode(" A  a [MASK]") == [1, 4, 4, 6, 2])
    }

    @Test func mapsCharacters() throws {
        let map = TinyCharacterMap([("A", "a"), ("\t", " ")]).bytes
        let file = TinyModelFile.bytes(pieces(["▁a", "a"]), algorithm: 1, map: map)
        #expect(try tokenizer(file, name: "spiece.model").encode("AA\tA") == [3, 4, 3, 2])
    }

    @Test func namesWhatIsWrong() throws {
        func message(_ bytes: [UInt8]) -> String {
            do {
                _ = try tokenizer(bytes)
                return ""
            } catch {
                return error is UserError ? "\(error)" : ""
            }
        }
        #expect(message([]).contains("no pieces"))
        let pointer = message(Array("version https://git-lfs.github.com/spec/v1\noid sha256:00\n".utf8))
        #expect(pointer.contains("tokenizer.model") && pointer.contains("Git LFS"))
        let ranks = message(Array("AA== 0\nAQ== 1\n".utf8))
        #expect(ranks.contains("a tiktoken file") && ranks.contains("save_pretrained"))
        #expect(message(TinyModelFile.bytes(pieces(["a"]), algorithm: 3)).contains("only Unigram (1) and BPE (2)"))
        #expect(message(TinyModelFile.bytes(pieces(["a"]), algorithm: 1, unknown: 9)).contains("number 9"))
        #expect(message(TinyModelFile.bytes([("a", 0, 1)], algorithm: 2)).contains("<unk>"))
        #expect(message(TinyModelFile.bytes([("a", .nan, 1)], algorithm: 1)).contains("score"))
        #expect(message(TinyModelFile.bytes([("a", 0, 9)], algorithm: 1)).contains("kind 9"))
        #expect(message(TinyModelFile.bytes(pieces(["a", "a"]), algorithm: 2)).contains("two numbers"))
        // A field that says it has 2^63 bytes.
        #expect(message([0x0A] + Array(repeating: 0xFF, count: 9) + [0x01]).contains("cut off"))
        #expect(message(Array(repeating: 0xFF, count: 12)).contains("ten bytes"))
    }

    @Test(arguments: [1, 2] as [UInt64]) func damagedModelsNeverCrash(algorithm: UInt64) throws {
        let map = TinyCharacterMap([("A", "a")]).bytes
        let whole = TinyModelFile.bytes(
            pieces(["▁a", "a", "b", "ab", "▁ab"]), algorithm: algorithm, map: Array(map.suffix(40)))
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "tokenizer.model")
            expectNoCrash(whole, rounds: 1000) { bytes in
                try AtomicFile.write(Data(bytes), to: file)
                _ = try Tokenizer(file: file)
            }
        }
    }
}
