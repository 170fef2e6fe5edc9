import Files
import Foundation
import TestSupport
import Testing

@testable import Tokenizers

/// Whole folders, in each of which one setting is changed, with what `AutoTokenizer` makes of them: `Tools/Parity/folders.py` writes them.
struct FolderTests {
    struct Fixture: Decodable {
        var versions: [String: String]
        var texts: [String]
        var maximum: Int
        /// Tokens that are decoded, beside those of the texts.
        var drawn: [[Int32]]
        var bases: [String: [String: Data]]
        var cases: [Case]
        var lists: [[Int32]]
        var strings: [String]
    }

    struct Case: Decodable {
        var base: String
        var kind: String
        /// What is changed; nil: nothing.
        var key: String?
        var files: [String: String]
        /// The places in `lists` of each text's tokens; nil where transformers fails.
        var ids: [Int]?
        var cut: [Int]?
        /// Those of each text's tokens without the special ones around it.
        var plain: [Int]?
        /// The places in `strings` of what each text's tokens, then each of the drawn ones, stand for: without special tokens, then with.
        var decoded: [Int]?
    }

    private static let fixture = Result {
        try JSONDecoder().decode(
            Fixture.self, from: Data(contentsOf: GoldenTokenizerTests.folder.appending(path: "folders.json")))
    }

    /// Writes a case's folder: the base's files with those of the change over them.
    private func write(_ row: Case, _ fixture: Fixture, to folder: URL) throws {
        var files = fixture.bases[row.base] ?? [:]
        for (name, text) in row.files where !name.hasSuffix("+") { files[name] = Data(text.utf8) }
        for (name, text) in row.files where name.hasSuffix("+") {
            let file = String(name.dropLast())
            let old = try #require(try JSONSerialization.jsonObject(with: files[file] ?? Data()) as? [String: Any])
            let new = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
            files[file] = try JSONSerialization.data(withJSONObject: old.merging(new) { $1 })
        }
        for (name, content) in files { try AtomicFile.write(content, to: folder.appending(path: name)) }
    }

    /// Compares the cases of a fixture; gives how many are as `AutoTokenizer` has them.
    @discardableResult
    private func compare(_ fixture: Fixture) throws -> Int {
        var same = 0
        for row in fixture.cases {
            try withTemporaryFolder { folder in
                try write(row, fixture, to: folder)
                let words = "\(row.base), \(row.key ?? "base"): \(row.files)"
                guard let ids = row.ids, let cut = row.cut, let plain = row.plain, let decoded = row.decoded else {
                    // Where transformers fails there is nothing to equal; it may be read or refused, in plain words.
                    #expect(throws: Never.self, "\(words)") {
                        do { _ = try Tokenizer(directory: folder) } catch is UserError {}
                    }
                    return
                }
                do {
                    let tokenizer = try Tokenizer(directory: folder)
                    let own = fixture.texts.map { tokenizer.encode($0, maximumTokens: 1 << 30) }
                    let short = fixture.texts.map { tokenizer.encode($0, maximumTokens: fixture.maximum) }
                    let bare = fixture.texts.map { tokenizer.encode($0, maximumTokens: 1 << 30, addingSpecial: false) }
                    let isSame =
                        own == ids.map { fixture.lists[$0] } && short == cut.map { fixture.lists[$0] }
                        && bare == plain.map { fixture.lists[$0] }
                    for (index, tokens) in (ids.map { fixture.lists[$0] } + fixture.drawn).enumerated() {
                        for (place, text) in [false, true].map({ tokenizer.decode(tokens, keepingSpecial: $0) }).enumerated() {
                            let expected = fixture.strings[decoded[2 * index + place]]
                            let isSameText = text.utf8.elementsEqual(expected.utf8)
                            #expect(
                                isSameText, "\(words): \(tokens): \(text.debugDescription), not \(expected.debugDescription)")
                        }
                    }
                    for (index, tokens) in own.enumerated() where tokens != fixture.lists[ids[index]] {
                        Issue.record(
                            "\(words): \(fixture.texts[index].debugDescription): \(tokens), not \(fixture.lists[ids[index]])")
                        break
                    }
                    #expect(isSame, "\(words)")
                    if isSame { same += 1 }
                } catch {
                    // What can only be a mistake in the folder is refused, where transformers gives tokens that the encoder cannot have; as is a
                    // decoder of speech.
                    let known = ["the vocabulary has no token \"[NEW]\"", "the component \"CTC\" is not supported"]
                    let isMistake = row.key == "tokenizer_class" || known.contains { "\(error)".contains($0) }
                    #expect(error is UserError && isMistake, "\(words): \(error)")
                }
            }
        }
        return same
    }

    @Test func everyFolderGivesTheTokensOfAutoTokenizer() throws {
        let fixture = try Self.fixture.get()
        #expect(fixture.bases.count == 24)
        #expect(try compare(fixture) > 1300)
    }

    /// Each key of the table is fed to each class, and does there what the table says.
    @Test(arguments: TokenizerClass.allCases) func everyKnownKeyIsFed(kind: TokenizerClass) throws {
        let fixture = try Self.fixture.get()
        let rows = fixture.cases.filter { $0.kind == kind.rawValue }
        let bases = Dictionary(uniqueKeysWithValues: rows.filter { $0.key == nil }.map { ($0.base, $0.ids) })
        #expect(!bases.isEmpty)
        let all = Set(TokenizerKeys.general.keys).union(TokenizerKeys.ofClasses.values.joined())
        for key in all.subtracting(["tokenizer_class", "auto_map"]) {
            let fed = rows.filter { $0.key == key }
            switch TokenizerKeys.role(of: key, with: kind) {
            case .read: #expect(!fed.isEmpty, "\(key)")
            // One folder holds all of these, and gives the tokens of the unchanged one; that of other classes has its own.
            case .withoutEffect where TokenizerKeys.general[key] != nil:
                let all = rows.filter { $0.key == "without-effect" }
                #expect(
                    all.count == bases.count
                        && all.allSatisfy { $0.files["tokenizer_config.json"]?.contains("\"\(key)\"") == true }, "\(key)")
                for row in all { #expect(row.ids == bases[row.base] ?? nil, "\(row.base)") }
            case .withoutEffect:
                #expect(!fed.isEmpty, "\(key)")
                for row in fed { #expect(row.ids == bases[row.base] ?? nil, "\(row.base): \(key)") }
            case .refused:
                try withTemporaryFolder { folder in
                    let base = try #require(rows.first { $0.key == nil })
                    try write(base, fixture, to: folder)
                    let file = folder.appending(path: "tokenizer_config.json")
                    var settings = try #require(JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
                    settings[key] = NSNull()
                    try AtomicFile.write(JSONSerialization.data(withJSONObject: settings), to: file)
                    _ = try Tokenizer(directory: folder)
                    settings[key] = ["x"]
                    try AtomicFile.write(JSONSerialization.data(withJSONObject: settings), to: file)
                    #expect { try Tokenizer(directory: folder) } throws: { "\($0)".contains("\"\(key)\"") }
                }
            case nil: Issue.record("\(key) has no role with \(kind)")
            }
        }
    }

    private static let parity = ProcessInfo.processInfo.environment["IISAN_PARITY"].map {
        URL(filePath: $0).appending(path: "folders.json")
    }

    /// The same folders, made anew by `make parity-tokens`.
    @Test(.enabled(if: parity != nil)) func foldersMadeAnewGiveTheTokensOfAutoTokenizer() throws {
        let data = try Data(contentsOf: #require(Self.parity))
        let fixture = try JSONDecoder().decode(Fixture.self, from: data)
        let same = try compare(fixture)
        print("compared with AutoTokenizer: \(fixture.cases.count) folders, \(same) the same")
        #expect(same > 1300)
    }
}
