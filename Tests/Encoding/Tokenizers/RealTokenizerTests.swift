import Foundation
import TestSupport
import Testing

@testable import Tokenizers

private let minilm = sharedData("minilm-l6-v2")

struct RealTokenizerTests {
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
