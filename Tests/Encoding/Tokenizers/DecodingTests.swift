import Files
import Foundation
import TestSupport
import Testing

@testable import Tokenizers

struct DecodingTests {
    private static let files = [
        "qwen2.json", "gpt4o.json", "suffix.json", "prefix.json", "llama-first.json", "albert.json", "byte-normalizer.json",
        "gemma/tokenizer.json", "llama/tokenizer.model", "t5/spiece.model", "xlm-roberta/sentencepiece.bpe.model",
    ]

    private func tokenizer(_ file: String) throws -> Tokenizer {
        try Tokenizer(file: GoldenTokenizerTests.folder.appending(path: file))
    }

    /// A small tokenizer of whole words with a decoder.
    private func tokenizer(decoder: String, tokens: [String] = ["a", "##b", ".", "<0xC3>", "<0xA9>"]) throws -> Tokenizer {
        let vocabulary = try tokens.enumerated().map { "\(try Self.json($1)): \($0)" }.joined(separator: ", ")
        let json = """
            {"decoder": \(decoder), "model": {"type": "WordPiece", "unk_token": \(try Self.json(tokens[0])), "vocab": {\(vocabulary)}}}
            """
        return try Array(json.utf8).withUnsafeBytes { try Tokenizer(json: $0, file: "tokenizer.json", hash: "") }
    }

    private static func json(_ text: String) throws -> String {
        String(decoding: try JSONEncoder().encode(text), as: UTF8.self)
    }

    /// A text of scalars of all planes, of several lengths in UTF-8.
    private static func text(_ random: inout SeededGenerator) -> String {
        let ranges: [ClosedRange<UInt32>] = [
            0x20...0x7E, 0x20...0x7E, 0...0x24F, 0x300...0x36F, 0x3040...0x9FFF, 0x1F300...0x1FAFF,
        ]
        var text = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0...40, using: &random) {
            text.append(Unicode.Scalar(.random(in: ranges.randomElement(using: &random)!, using: &random))!)
        }
        return String(text)
    }

    @Test func bytePairsGiveTheTextBack() throws {
        let tokenizer = try tokenizer("gpt4o.json")
        var random = SeededGenerator(seed: 3)
        for _ in 0..<2000 {
            let text = Self.text(&random)
            let tokens = tokenizer.encode(text, addingSpecial: false)
            #expect(tokenizer.decode(tokens, keepingSpecial: true).utf8.elementsEqual(text.utf8), "\(text.debugDescription)")
        }
    }

    @Test(arguments: files) func anyNumbersGiveAText(file: String) throws {
        let tokenizer = try tokenizer(file)
        var random = SeededGenerator(seed: 4)
        let beyond = Int32(tokenizer.vocabularySize) + 9
        for _ in 0..<500 {
            let tokens = (0..<Int.random(in: 0...60, using: &random)).map { _ in Int32.random(in: -3...beyond, using: &random) }
            let text = tokenizer.decode(tokens)
            #expect(text.utf8.count <= tokenizer.decode(tokens, keepingSpecial: true).utf8.count + 60)
        }
        #expect(tokenizer.decode([]).isEmpty)
        #expect(tokenizer.decode([.min, -1, .max, Int32(tokenizer.vocabularySize)]).isEmpty)
    }

    /// U+FFFD stands for each longest start of a character that is cut off, as in Rust and Python.
    @Test(
        arguments: [
            ([0x61, 0xC3], "a\u{FFFD}"), ([0xE6, 0x97, 0x61], "\u{FFFD}a"),
            ([0xF0, 0x9F, 0x99, 0xF0, 0x9F], "\u{FFFD}\u{FFFD}"),
            ([0xC0, 0x80], "\u{FFFD}\u{FFFD}"), ([0xED, 0xA0, 0x80], "\u{FFFD}\u{FFFD}\u{FFFD}"),
            ([0xE0, 0x9F], "\u{FFFD}\u{FFFD}"),
            ([0xF4, 0x90, 0x80], "\u{FFFD}\u{FFFD}\u{FFFD}"), ([0x80, 0xC3, 0xA9, 0xFF], "\u{FFFD}é\u{FFFD}"),
            ([0xF1, 0x80, 0x80, 0xC3, 0xA9], "\u{FFFD}é"), ([0xF8, 0x88], "\u{FFFD}\u{FFFD}"),
        ] as [([UInt8], String)])
    func whatIsNoUTF8IsReplaced(bytes: [UInt8], text: String) throws {
        let tokens = (0..<256).map { String(ByteCharacters.scalars[$0]) }
        let tokenizer = try tokenizer(decoder: #"{"type": "ByteLevel"}"#, tokens: tokens)
        #expect(tokenizer.decode(bytes.map { Int32($0) }).utf8.elementsEqual(text.utf8))
    }

    @Test(
        arguments: [
            (#"null"#, "a ##b . <0xC3> <0xA9> a"),
            (###"{"type": "WordPiece", "prefix": "##", "cleanup": true}"###, "ab. <0xC3> <0xA9> a"),
            (###"{"type": "WordPiece", "prefix": "##", "cleanup": false}"###, "ab . <0xC3> <0xA9> a"),
            (#"{"type": "BPEDecoder", "suffix": "b"}"#, "a## .<0xC3><0xA9>a"),
            (#"{"type": "ByteFallback"}"#, "a##b.éa"), (#"{"type": "Fuse"}"#, "a##b.<0xC3><0xA9>a"),
            (#"{"type": "Strip", "content": "a", "start": 1, "stop": 1}"#, "##b.<0xC3><0xA9>"),
            (#"{"type": "Strip", "content": "<", "start": 1, "stop": 0}"#, "a##b.0xC3>0xA9>a"),
            (#"{"type": "Metaspace", "replacement": "a", "prepend_scheme": "always", "split": true}"#, "##b.<0xC3><0xA9> "),
            (#"{"type": "Metaspace", "replacement": "a", "prepend_scheme": "never", "split": true}"#, " ##b.<0xC3><0xA9> "),
            (
                ###"{"type": "Sequence", "decoders": [{"type": "Replace", "pattern": {"String": "##"}, "content": "--"}, {"type": "Fuse"}]}"###,
                "a--b.<0xC3><0xA9>a"
            ),
        ] as [(String, String)])
    func eachDecoderDoesWhatItSays(decoder: String, text: String) throws {
        #expect(try tokenizer(decoder: decoder).decode([0, 1, 2, 3, 4, 0]) == text)
    }

    @Test(arguments: [
        (#"{"type": "CTC", "pad_token": "<pad>", "word_delimiter_token": "|", "cleanup": true}"#, "\"CTC\" is not supported"),
        (#"{"type": "Strip", "content": "ab", "start": 1, "stop": 0}"#, "decoder.content"),
        (#"{"type": "Strip", "content": "a", "start": -1, "stop": 0}"#, "decoder.start"),
        (#"{"type": "Sequence"}"#, "\"decoders\" is missing"), (#"[]"#, "\"decoder\""),
    ])
    func whatIsNotSupportedIsRefused(decoder: String, problem: String) {
        #expect { try tokenizer(decoder: decoder) } throws: { $0 is UserError && "\($0)".contains(problem) }
    }

    @Test func aDecoderThatFillsTheMemoryIsRefused() {
        let step = #"{"type": "Replace", "pattern": {"String": "a"}, "content": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}"#
        let steps = Array(repeating: step, count: 6).joined(separator: ", ")
        #expect { try tokenizer(decoder: #"{"type": "Sequence", "decoders": [\#(steps)]}"#) } throws: {
            "\($0)".contains("times as long")
        }
    }

    /// What a prompt for pictures needs: the token for one, and no second token for the start.
    @Test func aPictureInAPromptIsItsToken() throws {
        try withTemporaryFolder { folder in
            let source = GoldenTokenizerTests.folder.appending(path: "llama")
            for name in try FileManager.default.contentsOfDirectory(atPath: source.path) {
                try FileManager.default.copyItem(at: source.appending(path: name), to: folder.appending(path: name))
            }
            let added = #"{"<image>": 999}"#
            try AtomicFile.write(Data(added.utf8), to: folder.appending(path: "added_tokens.json"))
            let tokenizer = try Tokenizer(directory: folder)
            let image = try #require(tokenizer.identifier(of: "<image>"))
            #expect(Int(image) == tokenizer.vocabularySize - 1)
            let prompt = "USER: <image>\nWhat is it? ASSISTANT:"
            let plain = tokenizer.encode(prompt, addingSpecial: false)
            #expect(plain.filter { $0 == image }.count == 1)
            let ends = tokenizer.encode("")
            #expect(!ends.isEmpty && tokenizer.encode(prompt) == [ends[0]] + plain + ends.dropFirst())
            #expect(tokenizer.encode("", addingSpecial: false).isEmpty)
            #expect(tokenizer.encode(prompt, maximumTokens: 4, addingSpecial: false) == Array(plain.prefix(4)))
            #expect(tokenizer.decode(tokenizer.encode(prompt)) == prompt)
        }
    }
}
