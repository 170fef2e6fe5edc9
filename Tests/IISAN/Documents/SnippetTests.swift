import Foundation
import Testing

/// The Swift code in the documents is code that `Examples/Library/Tests/Snippets.swift`, which sees what is public alone, has line by line.
@Suite struct SnippetTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// Every document with Swift code in it.
    static let documents: [String] = {
        let names = FileManager.default.enumerator(atPath: root.path)?.compactMap { $0 as? String } ?? []
        return names.filter { name in
            guard name.hasSuffix(".md"), !name.hasPrefix("."), !name.contains("/.") else { return false }
            let text = try? String(contentsOf: root.appending(path: name), encoding: .utf8)
            return text?.contains("```swift") == true
        }.sorted()
    }()

    @Test(arguments: documents) func codeInDocumentsIsCompiled(_ document: String) throws {
        let compiled = try Self.lines(
            of: String(
                contentsOf: Self.root.appending(path: "Examples/Library/Tests/Snippets.swift"), encoding: .utf8))
        let manifest = try Self.lines(of: String(contentsOf: Self.root.appending(path: "Package.swift"), encoding: .utf8))
        for block in try Self.blocks(in: Self.root.appending(path: document)) {
            if block.contains(where: { $0.hasPrefix(".package(") }) {
                // Part of the manifest of another package: the products it names have to be ours.
                for product in block.compactMap({ $0.firstMatch(of: /\.product\(name: "(\w+)"/)?.output.1 }) {
                    #expect(manifest.contains { $0.hasPrefix(".library(name: \"\(product)\"") }, "\(document): \(product)")
                }
                continue
            }
            let code = block.filter { !$0.hasPrefix("import ") }
            let isCompiled = compiled.indices.contains { compiled[$0...].starts(with: code) }
            #expect(isCompiled, "\(document): Snippets.swift lacks \(code.joined(separator: "\n"))")
        }
    }

    @Test func documentsWithCodeAreFound() {
        for name in ["README.md", "Sources/IISAN/IISAN.docc/Library.md", "Sources/IISAN/IISAN.docc/Studies.md"] {
            #expect(Self.documents.contains(name))
        }
    }

    /// The lines of each block of Swift code.
    private static func blocks(in document: URL) throws -> [[String]] {
        var blocks: [[String]] = []
        var block: [String]?
        for line in try String(contentsOf: document, encoding: .utf8).components(separatedBy: "\n") {
            switch (line, block) {
            case ("```swift", nil): block = []
            case ("```", let finished?):
                blocks.append(lines(of: finished.joined(separator: "\n")))
                block = nil
            default: block?.append(line)
            }
        }
        return blocks
    }

    /// Lines without indentation; those that are empty are left out.
    private static func lines(of text: String) -> [String] {
        text.components(separatedBy: "\n").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    }
}
