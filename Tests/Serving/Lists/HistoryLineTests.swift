import Files
import Serving
import Testing

@Suite struct HistoryLineTests {
    @Test(arguments: [
        ("12,7,31", ["12", "7", "31"]), (" 12 , 7,31 ", ["12", "7", "31"]), ("12 7\t31", ["12", "7", "31"]),
        ("a b, c", ["a b", "c"]), ("one", ["one"]), ("1,,2,", ["1", "2"]), (#"["a,b", " c ", 7]"#, ["a,b", " c ", "7"]),
        ("日本 é", ["日本", "é"]), (#"{"history": ["a"]}"#, ["a"]),
    ])
    func readsIDs(line: String, expected: [String]) throws {
        #expect(try HistoryLine(line) == HistoryLine(items: expected))
    }

    @Test func anObjectHasAName() throws {
        #expect(try HistoryLine(#"{"history": [1, "x"], "id": "u 1"}"#) == HistoryLine(id: "u 1", items: ["1", "x"]))
        #expect(
            try HistoryLine(#" {"id": 17, "history": [9007199254740993]} "#)
                == HistoryLine(id: "17", items: ["9007199254740993"]))
    }

    @Test(arguments: [
        "", "  ", ",", "[]", #"{"history": []}"#, #"{"history": "a"}"#, #"{"items": ["a"]}"#, "{", "[1.5]", "[null]",
        #"["a" "b"]"#,
    ])
    func whatNamesNoItemsIsAnError(line: String) {
        #expect(throws: UserError.self) { _ = try HistoryLine(line) }
    }
}
