import Foundation
import Testing

@testable import Tokenizers

/// Compares with what `Tools/Parity/fixtures.py` wrote to Fixtures/Tokenizers.
struct GoldenTokenizerTests {
    struct Golden: Decodable {
        var cases: [Case]
    }

    struct Case: Decodable {
        var file: String
        var rows: [Row]
        var drawn: [Decoded]
    }

    /// Tokens with the texts that they stand for, without special tokens and with them.
    struct Decoded: Decodable {
        var ids: [Int32]
        var skipped: String
        var kept: String

        /// Whether a tokenizer gives these texts. They are compared byte by byte.
        func isGiven(by tokenizer: Tokenizer) -> Bool {
            tokenizer.decode(ids).utf8.elementsEqual(skipped.utf8)
                && tokenizer.decode(ids, keepingSpecial: true).utf8.elementsEqual(kept.utf8)
        }
    }

    struct Row: Decodable {
        var text: String
        var ids: [Int32]
        var skipped: String
        var kept: String
    }

    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Fixtures/Tokenizers")

    @Test func everyFamilyGivesTheTokensOfItsOwnTokenizer() throws {
        let data = try Data(contentsOf: Self.folder.appending(path: "expected.json"))
        let golden = try JSONDecoder().decode(Golden.self, from: data)
        #expect(golden.cases.count == 12)
        for golden in golden.cases {
            let tokenizer = try Tokenizer(file: Self.folder.appending(path: golden.file))
            #expect(golden.rows.count > 40)
            for row in golden.rows {
                #expect(tokenizer.encode(row.text) == row.ids, "\(golden.file): \(row.text.debugDescription)")
                let decoded = Decoded(ids: row.ids, skipped: row.skipped, kept: row.kept)
                #expect(decoded.isGiven(by: tokenizer), "\(golden.file): \(row.text.debugDescription)")
            }
            #expect(golden.drawn.count == 30)
            for decoded in golden.drawn {
                let own = tokenizer.decode(decoded.ids, keepingSpecial: true).debugDescription
                #expect(decoded.isGiven(by: tokenizer), "\(golden.file): \(own), not \(decoded.kept.debugDescription)")
            }
        }
    }

    @Test(arguments: ["xlm-roberta", "t5", "llama"]) func aFolderIsReadAsItsModel(name: String) throws {
        let folder = Self.folder.appending(path: name)
        let file = try #require(FileManager.default.contentsOfDirectory(atPath: folder.path).first { $0.hasSuffix(".model") })
        let text = "Toy Story (1995)  don't"
        let expected = try Tokenizer(file: folder.appending(path: file)).encode(text)
        #expect(expected.count > 5)
        #expect(try Tokenizer(directory: folder).encode(text) == expected)
    }
}
