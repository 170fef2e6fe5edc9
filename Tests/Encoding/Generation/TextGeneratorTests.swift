import Files
import Foundation
import TestSupport
import Testing
import Tokenizers

@testable import Generation

/// A folder of a decoder with its tokenizer, from prompts to texts.
@Suite(.oneAtATime) struct TextGeneratorTests {
    /// The smallest decoder with a tokenizer of as few words.
    private static func folder(in folder: URL) throws -> URL {
        for name in ["config.json", "generation_config.json", "model.safetensors"] {
            try FileManager.default.copyItem(
                at: fixture("Generation/llama-golden/\(name)"), to: folder.appending(path: name))
        }
        let vocabulary = (0..<11).map { "\"\("abcdefghijk".map(String.init)[$0])\": \($0)" }.joined(separator: ", ")
        let tokenizer = """
            {"version": "1.0", "added_tokens": [], "normalizer": null, "post_processor": null,
            "pre_tokenizer": {"type": "Whitespace"}, "decoder": null, "truncation": null, "padding": null,
            "model": {"type": "WordPiece", "vocab": {\(vocabulary)}, "unk_token": "a",
            "continuing_subword_prefix": "##", "max_input_chars_per_word": 100}}
            """
        try Data(tokenizer.utf8).write(to: folder.appending(path: "tokenizer.json"))
        return folder
    }

    @Test func textsAreThoseOfTheirTokens() throws {
        try withTemporaryFolder { folder in
            let generator = try TextGenerator(directory: Self.folder(in: folder))
            let expected = try WrittenTexts(fixture("Generation/llama-golden"))
            func text(_ tokens: [Int32]) -> String {
                tokens.map { "abcdefghijk".map(String.init)[Int($0)] }.joined(separator: " ")
            }
            var options = GenerationOptions()
            options.maximumTokens = expected.steps
            let prompts = expected.promptTokens.map(text)
            // Prompts of several lengths in one call.
            let texts = try generator.texts(after: prompts + ["d e"], options)
            #expect(Array(texts.dropLast()) == expected.texts.map(text))
            #expect(try generator.texts(after: ["d e"], options) == [texts[prompts.count]])
            #expect(throws: UserError.self) { try generator.texts(after: [""], options) }
        }
    }

    @Test func encodersAndLargeModelsAreRefused() throws {
        let encoder = #expect(throws: UserError.self) { try TextGenerator(directory: fixture("Encoders/bert-golden")) }
        #expect(encoder?.description.contains("writes no texts") == true)
        try withTemporaryFolder { folder in
            let folder = try Self.folder(in: folder)
            let error = #expect(throws: UserError.self) { try TextGenerator(directory: folder, memory: 1000) }
            #expect(error?.description.contains("MB may be used") == true)
        }
    }

    @Test func settingsThatChangeTextsInUnknownWaysAreRefused() throws {
        try withTemporaryFolder { folder in
            let folder = try Self.folder(in: folder)
            for (key, isRefused) in [
                ("\"no_repeat_ngram_size\": 3", true), ("\"no_repeat_ngram_size\": 0", false), ("\"num_beams\": 4", true),
                ("\"suppress_tokens\": [1]", true), ("\"top_k\": 50", false), ("\"repetition_penalty\": 0", true),
            ] {
                let file = folder.appending(path: "generation_config.json")
                try Data("{\"eos_token_id\": 2, \(key)}".utf8).write(to: file)
                #expect(((try? DecoderFolder(folder)) == nil) == isRefused, "\(key)")
            }
        }
    }
}
