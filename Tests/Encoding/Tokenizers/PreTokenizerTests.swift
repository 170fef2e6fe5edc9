import Files
import Testing

@testable import Tokenizers

struct PreTokenizerTests {
    private func words(_ text: String, _ json: String, isFirst: Bool = true) throws -> [String] {
        let value = try Array(json.utf8).withUnsafeBytes { try JSONParser.parse($0, file: "a.json") }
        let preTokenizer = try PreTokenizer(JSONEntry(value: value, path: "pre_tokenizer", file: "a.json"))
        var words: [String] = []
        Array(text.utf8).withUnsafeBufferPointer { text in
            _ = preTokenizer.forEachWord(in: text, isFirst: isFirst) { word in
                words.append(String(decoding: word, as: UTF8.self))
                return true
            }
        }
        return words
    }

    @Test(
        arguments: [
            ("Removed", false, ["a", "b", "c"]), ("Removed", true, [",", ",,"]),
            ("Isolated", false, ["a", ",", "b", ",,", "c"]), ("Isolated", true, ["a", ",", "b", ",,", "c"]),
            ("MergedWithPrevious", false, ["a,", "b,,", "c"]), ("MergedWithPrevious", true, ["a", ",b", ",,c"]),
            ("MergedWithNext", false, ["a", ",b", ",,c"]), ("MergedWithNext", true, ["a,", "b,,", "c"]),
            ("Contiguous", false, ["a", ",", "b", ",,", "c"]),
        ])
    func splits(behavior: String, isInverted: Bool, expected: [String]) throws {
        let json = #"{"type": "Split", "pattern": {"Regex": ",+"}, "behavior": "\#(behavior)", "invert": \#(isInverted)}"#
        #expect(try words("a,b,,c", json) == expected)
    }

    @Test func matchesSideBySideAreJoinedOnlyWhereTheyAreContiguous() throws {
        func words(_ behavior: String) throws -> [String] {
            try self.words("a,,b", #"{"type": "Split", "pattern": {"String": ","}, "behavior": "\#(behavior)"}"#)
        }
        #expect(try words("Contiguous") == ["a", ",,", "b"])
        #expect(try words("Isolated") == ["a", ",", ",", "b"])
        #expect(try words("MergedWithPrevious") == ["a,", ",", "b"])
        #expect(try words("MergedWithNext") == ["a", ",", ",b"])
    }

    @Test func metaspaceMarksBlanks() throws {
        func words(_ text: String, _ more: String, isFirst: Bool = true) throws -> [String] {
            try self.words(text, #"{"type": "Metaspace", "replacement": "▁", \#(more)}"#, isFirst: isFirst)
        }
        #expect(try words("a  b", #""prepend_scheme": "always""#) == ["▁a", "▁", "▁b"])
        #expect(try words(" a", #""prepend_scheme": "always""#) == ["▁a"])
        #expect(try words("a b", #""prepend_scheme": "always", "split": false"#) == ["▁a▁b"])
        #expect(try words("a b", #""prepend_scheme": "never""#) == ["a", "▁b"])
        #expect(try words("a b", #""prepend_scheme": "first""#) == ["▁a", "▁b"])
        #expect(try words("a b", #""prepend_scheme": "first""#, isFirst: false) == ["a", "▁b"])
        #expect(try words("a b", #""add_prefix_space": false"#) == ["a", "▁b"])
        #expect(try words("a b", #""add_prefix_space": true"#) == ["▁a", "▁b"])
    }

    @Test func onlyTheTextsOwnStartIsFirst() throws {
        let sequence = #"""
            {"type": "Sequence", "pretokenizers": [{"type": "WhitespaceSplit"},
             {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first", "split": true}]}
            """#
        #expect(try words("a b", sequence) == ["▁a", "b"])
        #expect(try words(" a b", sequence) == ["a", "b"])
        // What a normalizer took off the start still counts.
        let tokenizer = try TinyPairs.tokenizer(
            TinyPairs.model("a ▁ x"), normalizer: #"{"type": "Strip"}"#,
            preTokenizer: #"{"type": "Metaspace", "prepend_scheme": "first"}"#, added: #"{"id": 2, "content": "x"}"#)
        #expect(tokenizer.encode("a") == [1, 0])
        #expect(tokenizer.encode(" a") == [0])
        #expect(tokenizer.encode("xa") == [2, 0])
    }

    @Test(
        arguments: [
            ("Whitespace", "a²b c,d!! \u{200D}", ["a", "²", "b", "c", ",", "d", "!!", "\u{200D}"]),
            ("WhitespaceSplit", " a,b\u{3000}c ", ["a,b", "c"]),
            ("Punctuation", "a,b!!", ["a", ",", "b", "!", "!"]),
            ("Digits", "a12b½", ["a", "12", "b", "½"]),
            ("ByteLevel", "I'm é", ["ĠI", "'m", "ĠÃ©"]),
        ])
    func knownComponents(type: String, text: String, expected: [String]) throws {
        #expect(try words(text, #"{"type": "\#(type)"}"#) == expected)
    }

    @Test func settingsOfComponents() throws {
        #expect(try words("a12", #"{"type": "Digits", "individual_digits": true}"#) == ["a", "1", "2"])
        #expect(try words("a-b", #"{"type": "CharDelimiterSplit", "delimiter": "-"}"#) == ["a", "b"])
        #expect(try words("a!b", #"{"type": "Punctuation", "behavior": "Removed"}"#) == ["a", "b"])
        #expect(try words("I'm", #"{"type": "ByteLevel", "add_prefix_space": false, "use_regex": false}"#) == ["I'm"])
    }

    @Test func namesWhatIsWrong() {
        let steps = Array(repeating: #"{"type": "WhitespaceSplit"}"#, count: 10_000).joined(separator: ", ")
        let many = #"{"type": "Sequence", "pretokenizers": [\#(steps)]}"#
        for (json, part) in [
            (#"{"type": "Split", "pattern": {"String": ","}, "behavior": "Thrown"}"#, "MergedWithPrevious"),
            (#"{"type": "Split", "pattern": {"Regex": "(?<=a)b"}, "behavior": "Removed"}"#, "pre_tokenizer.pattern"),
            (#"{"type": "Split", "pattern": {"String": ""}, "behavior": "Removed"}"#, "nothing"),
            (#"{"type": "Metaspace", "replacement": "ab"}"#, "one character"),
            (#"{"type": "Metaspace", "prepend_scheme": "last"}"#, "always, first or never"),
            (#"{"type": "Sequence", "pretokenizers": [{"type": "Dance"}]}"#, "pre_tokenizer.pretokenizers[0]"),
            (#"{"type": "Sequence", "pretokenizers": [{"type": "ByteLevel"}, {"type": "ByteLevel"}]}"#, "more than once"),
            (many, "more than 32 steps"),
        ] {
            #expect { try words("a", json) } throws: { "\($0)".contains(part) && $0 is UserError }
        }
    }
}
