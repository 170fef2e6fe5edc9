import Files
import Testing

@testable import Tokenizers

struct JSONParserTests {
    private func parse(_ text: String) throws -> JSONValue {
        try Array(text.utf8).withUnsafeBytes { try JSONParser.parse($0, file: "a.json") }
    }

    @Test func readsValues() throws {
        guard case .array(let values) = try parse(#" [1, -2.5e1, true, false, null, "x", {}, [] ] "#) else {
            Issue.record("not an array")
            return
        }
        #expect(values.count == 8)
        if case .number(let number) = values[1] { #expect(number == -25) } else { Issue.record("not a number") }
    }

    @Test func readsEscapes() throws {
        guard case .string(let text) = try parse(#""\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00é""#) else {
            Issue.record("not a text")
            return
        }
        #expect(text.unicodeScalars.elementsEqual("\"\\/\u{8}\u{C}\n\r\t\u{E9}😀é".unicodeScalars))
    }

    @Test func keepsEqualLookingKeysApart() throws {
        guard case .object(let members) = try parse(#"{"\u00e9": 1, "e\u0301": 2}"#) else {
            Issue.record("not an object")
            return
        }
        #expect(members.count == 2)
    }

    @Test(arguments: [
        "", "[", "[1", "[1,]", "{", "{\"a\"", "{\"a\":}", "{\"a\":1,}", "{a:1}", "\"", "\"\\", "\"\\x\"", "\"\\u12\"",
        "\"\\ud800\"",
        "\"\\udc00\"", "\"\\ud800\\u0041\"", "tru", "nul", "1 2", "-", "1e999", "\"\n\"", "+", "]", "[1}",
    ])
    func refuses(text: String) {
        #expect(throws: UserError.self) { try parse(text) }
    }

    @Test func refusesDeepNesting() {
        #expect(throws: UserError.self) { try parse(String(repeating: "[", count: 100_000)) }
    }

    @Test func namesTheLine() {
        #expect { try parse("{\n\"a\": 1,\n\"b\": ?\n}") } throws: { ($0 as? UserError)?.place == "a.json:3" }
    }
}
