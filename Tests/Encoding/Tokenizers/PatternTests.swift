import Files
import Testing

@testable import Tokenizers

struct PatternTests {
    private func matches(_ expression: String, _ text: String) throws -> [String] {
        let pattern = try Pattern(expression: expression, place: "a.json")
        let bytes = Array(text.utf8)
        var found: [String] = []
        bytes.withUnsafeBufferPointer { bytes in
            _ = pattern.forEachMatch(in: bytes) { range in
                found.append(String(decoding: bytes[range], as: UTF8.self))
                return true
            }
        }
        return found
    }

    /// The words are those that the package `tokenizers` finds.
    @Test(
        arguments: [
            ("a|ab", "abab", ["a", "a"]),
            ("ab?", "abaab", ["ab", "a", "ab"]),
            ("ab??", "abaab", ["a", "a", "a"]),
            ("a+b", "aaab aac", ["aaab"]),
            ("a++ab", "aaab", []),
            ("[^a-c]+", "abcdé\ncx", ["dé\n", "x"]),
            ("[]a]+", "]a]b", ["]a]"]),
            ("[a\\-c]+", "a-cb", ["a-c"]),
            ("\\p{N}{1,3}", "12345 ½", ["123", "45", "½"]),
            ("\\p{Lu}\\p{Ll}*", "ToyStory ÉtéΣ", ["Toy", "Story", "Été", "Σ"]),
            ("\\P{L}+", "a1-b", ["1-"]),
            ("\\p{^L}+", "a1-b", ["1-"]),
            ("[^\\S\\n]+", " \t\n \u{3000}", [" \t", " \u{3000}"]),
            ("\\s+(?!\\S)|\\s+", "a   b  ", ["  ", " ", "  "]),
            ("(?i:'s|'ll)", "'S 's 'lL 'ſ", ["'S", "'s", "'lL", "'ſ"]),
            ("(?:ab|c){2,}", "abcab ab cc", ["abcab", "cc"]),
            ("a(?=b)", "abac", ["a"]),
            ("\\x41\\u00e9\\x{1F600}", "Aé😀", ["Aé😀"]),
            ("\\w+", "a²b-½", ["a²b", "½"]),
            ("[\\w]+", "a²b-½", ["a", "b"]),
            (".+", "a\nb", ["a", "b"]),
            ("<\\|a\\|>", "<|a|>", ["<|a|>"]),
        ] as [(String, String, [String])])
    func finds(expression: String, text: String, words: [String]) throws {
        #expect(try matches(expression, text) == words)
    }

    @Test(arguments: [
        "", "a*", "a|", "(?!a)", "(", "(a", "a)", "[", "[a", "[b-a]", "[a[b]]", "[a&&b]", "*a", "a**", "a{2", "a{3,2}",
        "a{1,3}+", "a{5000}",
        "^a", "a$", "(?<=a)b", "(?<n>a)", "(?>a)", "(ab)++", "(a?)*b", "\\", "\\b", "\\1", "\\p{Greek}", "\\pL", "\\x",
        "\\u{zz}",
        "(?i:[a-z])", "(?i:é)", "((((a{1000}){1000}){1000}){1000})", "[[:alpha:]]",
    ])
    func refuses(expression: String) {
        #expect { try Pattern(expression: expression, place: "a.json: \"p\"") } throws: {
            ($0 as? UserError)?.place == "a.json: \"p\""
        }
    }

    @Test func refusesDeepGroups() {
        let expression = String(repeating: "(", count: 5000) + "a" + String(repeating: ")", count: 5000)
        #expect(throws: UserError.self) { try Pattern(expression: expression, place: "") }
    }

    @Test(arguments: ["(?:a|a)+b", "(?:a+)+b", "a*a*a*a*a*a*b", "(?:(?:a|aa)+)+b"])
    func aPatternMadeToTakeLongEndsEarly(expression: String) throws {
        let pattern = try Pattern(expression: expression, place: "")
        let text = Array(repeating: UInt8(ascii: "a"), count: 2000)
        var count = 0
        text.withUnsafeBufferPointer { text in
            _ = pattern.forEachMatch(in: text) { _ in
                count += 1
                return true
            }
        }
        #expect(count == 0)
    }

    @Test func equalScalarsTakeLinearTime() throws {
        for character in ["a", " ", "\n", "'", "0", "é", "日", "\u{301}"] {
            let text = Array(String(repeating: character, count: 50_000).utf8)
            var end = 0
            _ = text.withUnsafeBufferPointer { text in
                Splitter.qwen.forEachPart(of: text) { range in
                    #expect(range.lowerBound == end)
                    end = range.upperBound
                    return true
                }
            }
            #expect(end == text.count)
        }
    }

    @Test func damagedPatternsNeverCrash() {
        let whole = Array(#"(?i:'s|'t)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}]++[\r\n]*|\s+(?!\S)|(?:ab?c){2,}"#.utf8)
        let text = Array("I'S  12345 ab\r\n abcabc é日!".utf8)
        expectNoCrash(whole, rounds: 3000) { bytes in
            let pattern = try Pattern(expression: String(decoding: bytes, as: UTF8.self), place: "a.json")
            text.withUnsafeBufferPointer { text in _ = pattern.forEachMatch(in: text) { _ in true } }
        }
    }
}
