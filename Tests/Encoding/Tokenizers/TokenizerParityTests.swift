import Files
import Foundation
import Testing

@testable import Tokenizers

private let parityFolder = ProcessInfo.processInfo.environment["IISAN_PARITY"].map { URL(filePath: $0) }

/// Compares with what `Tools/Parity/tokens.py` wrote to the folder $IISAN_PARITY.
struct TokenizerParityTests {
    struct Head: Decodable { var path: String }
    struct Row: Decodable {
        var text: String
        var ids: [Int32]
        var maximum: Int
        var skipped: String
        var kept: String
        var drawn: GoldenTokenizerTests.Decoded
    }

    @Test(.enabled(if: parityFolder != nil)) func equalsAutoTokenizer() throws {
        let folder = try #require(parityFolder)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".jsonl") }.sorted()
        #expect(!names.isEmpty)
        for name in names {
            let lines = try LineReader(folder.appending(path: name))
            let head = try JSONDecoder().decode(Head.self, from: Data(#require(try lines.nextBytes())))
            let url = URL(filePath: head.path)
            let isFolder = try url.resourceValues(forKeys: [.isDirectoryKey]).isDirectory == true
            let tokenizer = try isFolder ? Tokenizer(directory: url) : Tokenizer(file: url)
            let decoder = JSONDecoder()
            var compared = 0
            var different = 0
            while let line = try lines.nextBytes() {
                let row = try decoder.decode(Row.self, from: Data(line))
                compared += 1
                let own = GoldenTokenizerTests.Decoded(ids: row.ids, skipped: row.skipped, kept: row.kept)
                let isSame = tokenizer.encode(row.text, maximumTokens: row.maximum) == row.ids
                let isSameText = [own, row.drawn].allSatisfy { $0.isGiven(by: tokenizer) }
                if !isSame || !isSameText {
                    different += 1
                    if different <= 5 { Issue.record("\(isSame ? "another text" : "other tokens"): \(name):\(lines.number)") }
                }
            }
            #expect(different == 0)
            print("compared with transformers: \(compared) texts, \(different) different, \(head.path)")
        }
    }
}
