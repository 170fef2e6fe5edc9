import Files
import Foundation
import Testing

@testable import Tokenizers

private let parityFolder = ProcessInfo.processInfo.environment["IISAN_PARITY"].map { URL(filePath: $0) }

/// Compares with what `Tools/Parity/tokens.py` wrote to the folder $IISAN_PARITY.
struct TokenizerParityTests {
    struct Head: Decodable { var file: String }
    struct Row: Decodable {
        var text: String
        var ids: [Int32]
        var maximum: Int
    }

    @Test(.enabled(if: parityFolder != nil)) func equalsTokenizers() throws {
        let folder = try #require(parityFolder)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".jsonl") }.sorted()
        #expect(!names.isEmpty)
        for name in names {
            let lines = try LineReader(folder.appending(path: name))
            let head = try JSONDecoder().decode(Head.self, from: Data(#require(try lines.nextBytes())))
            let tokenizer = try Tokenizer(file: URL(filePath: head.file))
            var compared = 0
            while let line = try lines.nextBytes() {
                let row = try JSONDecoder().decode(Row.self, from: Data(line))
                let tokens = tokenizer.encode(row.text, maximumTokens: row.maximum)
                #expect(tokens == row.ids, "\(name):\(lines.number)")
                compared += 1
            }
            print("compared with tokenizers: \(compared) texts, \(head.file)")
        }
    }
}
