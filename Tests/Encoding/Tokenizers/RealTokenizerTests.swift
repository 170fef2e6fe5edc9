import Foundation
import TestSupport
import Testing

@testable import Tokenizers

private let minilm = sharedData("minilm-l6-v2")

private let families = sharedData("tokenizers")

struct RealTokenizerTests {
    struct Golden: Decodable {
        var text: String
        var ids: [Int32]
    }

    @Test(.enabled(if: families != nil)) func llama3GivesItsGoldenTokens() throws {
        let folder = try #require(families).appending(path: "llama3")
        let tokenizer = try Tokenizer(directory: folder)
        #expect(tokenizer.vocabularySize == 128_256)
        let golden = try JSONDecoder().decode([Golden].self, from: Data(contentsOf: folder.appending(path: "golden.json")))
        #expect(golden.count == 50)
        for row in golden { #expect(tokenizer.encode(row.text) == row.ids, "\(row.text)") }
    }

    /// The numbers are those of the packages transformers and sentencepiece.
    @Test(
        .enabled(if: families != nil),
        arguments: [
            ("llama2", 32_000, [1, 29411, 13740, 313, 29896, 29929, 29929, 29945, 29897]),
            ("roberta-base", 50_265, [0, 40074, 3718, 36, 41295, 43, 2]),
            ("gpt2", 50_257, [48236, 8362, 357, 21908, 8]),
            ("clip", 49_408, [49406, 5988, 1134, 263, 272, 280, 280, 276, 264, 49407]),
        ] as [(String, Int, [Int32])])
    func everyFolderIsRead(name: String, size: Int, tokens: [Int32]) throws {
        let tokenizer = try Tokenizer(directory: #require(families).appending(path: name))
        #expect(tokenizer.vocabularySize == size)
        #expect(tokenizer.encode("Toy Story (1995)") == tokens)
    }

    @Test(.enabled(if: minilm != nil)) func bothFilesGiveTheSameTokens() throws {
        let folder = try #require(minilm)
        let json = try Tokenizer(file: folder.appending(path: "tokenizer.json"))
        let vocabulary = try Tokenizer(file: folder.appending(path: "vocab.txt"))
        #expect(json.vocabularySize == 30_522 && vocabulary.vocabularySize == 30_522)
        #expect(json.maximumTokens == 128)
        #expect(json.encode("Toy Story (1995)") == [101, 9121, 2466, 1006, 2786, 1007, 102])
        for text in ["Toy Story (1995)", "Acoustic guitar strings by a well known maker", "naïve CAFÉ 東京 \u{1F600} [MASK]", ""]
        {
            #expect(json.encode(text) == vocabulary.encode(text))
        }
    }
}
