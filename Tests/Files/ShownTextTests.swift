import Testing

@testable import Files

/// Text of data as messages and tables show it.
@Suite struct ShownTextTests {
    @Test func controlCharactersAreShownAndNotSent() {
        let title = "a\u{1B}[2Jb\u{7}c\u{9B}d\u{202E}e\tf\ng"
        #expect(title.showingControls == "a\\u{1B}[2Jb\\u{7}c\\u{9B}d\\u{202E}e\tf\ng")
        #expect(title.onOneLine == "a\\u{1B}[2Jb\\u{7}c\\u{9B}d\\u{202E}e\\tf\\ng")
        #expect("\"a\u{9B}\u{7F}\"\n".showingControlsOfJSON == "\"a\\u009B\\u007F\"\n")
        let plain = "日本語 é 🎬 👨‍👩‍👧 naïve"
        #expect(plain.showingControls == plain && plain.onOneLine == plain)
    }

    @Test func aWholeFileIsQuotedByItsBeginning() {
        let file = String(repeating: "i000\tA title\n", count: 100_000)
        #expect(file.quoted.count < 120 && !file.quoted.contains("\n") && file.quoted.hasPrefix("\"i000\\tA title"))
        #expect("short".quoted == "\"short\"")
        // An id that looks like another one.
        #expect("a\u{200B}".quoted == "\"a\\u{200B}\"" && "\u{FEFF}a\tb".quoted == "\"\\u{FEFF}a\\tb\"")
        #expect(["a", "\u{1B}"].listed == "a, \\u{1B}" && (0..<12).map(String.init).listed.hasSuffix("9 and 2 more"))
    }

    @Test func knownWordsAreNamedNearestFirstAndNotAllOfThem() {
        #expect(Suggestion.sentence(for: "epochz", in: ["epochs", "rate"]) == "Did you mean \"epochs\"?")
        #expect(Suggestion.sentence(for: "zzzzzzzz", in: ["b", "a"]) == "Known here: a, b.")
        let many = (100..<1100).map { "known-word-\($0)" }
        let sentence = Suggestion.sentence(for: "something else", in: many)
        #expect(sentence.count < 400 && sentence.hasSuffix("and 984 more."), "\(sentence)")
        let file = String(repeating: "x", count: 1_000_000)
        #expect(Suggestion.sentence(for: file, in: ["a"]) == "Known here: a.")
    }

    @Test func tablesCountTheColumnsOfATerminalAndCutNothing() {
        #expect("🎬🎬".terminalColumns == 4 && "日本語".terminalColumns == 6 && "e\u{301}".terminalColumns == 1)
        #expect("👨‍👩‍👧".terminalColumns == 2 && "abc".terminalColumns == 3 && "❤️".terminalColumns == 2)
        let long = String(repeating: "A", count: 300)
        let rows = [["1", "🎬🎬", "one"], ["10", "é", "two"], ["3", "x\ty", "three"], ["4", long]]
        let table = TextTable([.right, .left], rows)
        let lines = table.text.split(separator: "\n").map(String.init)
        #expect(lines[0].hasPrefix(" 1  🎬🎬" + String(repeating: " ", count: 296) + "  one"))
        #expect(lines[1].hasPrefix("10  é" + String(repeating: " ", count: 299) + "  two"))
        #expect(lines[2].hasPrefix(" 3  x\\ty"))
        #expect(lines[3] == " 4  " + long)
        #expect(TextTable(titles: ["name", "count"]).text == "name  count\n")
    }

    @Test func problemsAreToldTogether() throws {
        var inner = Problems()
        inner.require(false, "is 7, expected a divisor", at: "heads", remedy: "Choose 2.")
        inner.require(true, "is fine", at: "blocks")
        var problems = Problems()
        try problems.check()
        problems.add(inner, below: "train.user_encoder")
        let one = #expect(throws: UserError.self) { try problems.check() }
        #expect(one?.place == "train.user_encoder.heads" && one?.remedy == "Choose 2.")
        problems.add(inner, below: "train.user_encoder")
        let number = try problems.collect(at: "device") { () throws -> Int in throw UserError("is not there") }
        #expect(number == nil && problems.all.count == 2, "a problem that is known stays one")
        let both = try #require(#expect(throws: UserError.self) { try problems.check() }).description
        #expect(both.contains("2 problems") && both.contains("device: is not"))
        #expect(both.contains("train.user_encoder.heads: is 7"))
        #expect(throws: CancellationError.self) { try problems.collect { throw CancellationError() } }
    }
}
