import Files
import Foundation
import Testing

@testable import Tokenizers

struct NormalizerTests {
    private func normalize(_ text: String, _ json: String) throws -> String {
        let value = try Array(json.utf8).withUnsafeBytes { try JSONParser.parse($0, file: "a.json") }
        let normalizer = try Normalizer(JSONEntry(value: value, path: "normalizer", file: "a.json"))
        return String(decoding: Array(text.utf8).withUnsafeBufferPointer(normalizer.normalize), as: UTF8.self)
    }

    private func isSame(_ first: String, _ second: String) -> Bool { first.unicodeScalars.elementsEqual(second.unicodeScalars) }

    @Test(
        arguments: [
            ("NFC", "e\u{301}\u{327} \u{1100}\u{1161}\u{11A8} \u{958} ﬁ", "\u{229}\u{301} \u{AC01} \u{915}\u{93C} ﬁ"),
            ("NFC", "plain é", "plain é"),
            ("NFC", "\u{301}a\u{301}", "\u{301}\u{E1}"),
            ("NFC", "a\u{5AE}\u{300}\u{315}b", "\u{E0}\u{5AE}\u{315}b"),
            ("NFD", "\u{229}\u{301} \u{AC01}", "e\u{327}\u{301} \u{1100}\u{1161}\u{11A8}"),
            ("NFKC", "ﬁ ½ Ａ e\u{301} \u{3000}", "fi 1\u{2044}2 A \u{E9}  "),
            ("NFKD", "ﬁ Å", "fi A\u{30A}"),
            ("Lowercase", "ÀİΣ", "ài\u{307}σ"),
            ("StripAccents", "a\u{301}b\u{20DD}", "ab"),
            ("Nmt", "a\u{1}\tb\u{200B}c\u{FFFD}\u{7F}", "a b c "),
            ("ByteLevel", "a é", "aĠÃ©"),
        ])
    func normalizes(type: String, text: String, expected: String) throws {
        let result = try normalize(text, #"{"type": "\#(type)"}"#)
        #expect(isSame(result, expected), "\(result.unicodeScalars.map { String($0.value, radix: 16) })")
    }

    @Test func everyCharacterHasFoundationsNormalForms() throws {
        // Of scalars that came after Unicode 9, only Foundation knows the parts.
        let blocks: [Range<UInt32>] = [
            0xA0..<0x3400, 0xAC00..<0xAC40, 0xF900..<0x10000, 0x11000..<0x11500, 0x1D100..<0x1D800, 0x1EE00..<0x1F250,
            0x2F800..<0x2FA20,
        ]
        for start in blocks.joined() where start % 16 == 0 {
            let scalars = (start..<start + 16).compactMap(Unicode.Scalar.init).filter { $0.isAssigned(in: 9) }
            let text = scalars.map { "x\(Character($0))e\u{327}\u{301}" }.joined()
            guard !scalars.isEmpty, !scalars.contains(where: { $0.combiningClass != 0 }) else { continue }
            let forms = [
                ("NFC", text.precomposedStringWithCanonicalMapping), ("NFD", text.decomposedStringWithCanonicalMapping),
                ("NFKC", text.precomposedStringWithCompatibilityMapping),
                ("NFKD", text.decomposedStringWithCompatibilityMapping),
            ]
            for (type, expected) in forms {
                #expect(isSame(try normalize(text, #"{"type": "\#(type)"}"#), expected), "\(type) \(String(start, radix: 16))")
            }
        }
    }

    @Test func replacesAndPrepends() throws {
        #expect(try normalize("a  b ", #"{"type": "Replace", "pattern": {"String": " "}, "content": "▁"}"#) == "a▁▁b▁")
        #expect(try normalize("a  b \n", #"{"type": "Replace", "pattern": {"Regex": "\\s+"}, "content": ""}"#) == "ab")
        #expect(try normalize("a", #"{"type": "Prepend", "prepend": "▁"}"#) == "▁a")
        #expect(try normalize("", #"{"type": "Prepend", "prepend": "▁"}"#) == "")
        #expect(try normalize(" a ", #"{"type": "Strip", "strip_left": false}"#) == " a")
    }

    /// A map of "A" to "b", of "é" to "e" and of the line's end to a blank.
    private static let map = TinyCharacterMap([("A", "b"), ("é", "e"), ("\r", " "), ("\n", " "), ("ﬁ", "fi")]).bytes

    @Test(
        arguments: [
            ("AxA", "bxb"), ("aé", "ae"), ("\r\n.", " ."), ("\n\n", "  "), ("", ""), ("日A", "日b"),
            // A mark goes with the character that is replaced, unless both take six bytes.
            ("A\u{301}b", "bb"), ("ﬁ\u{301}", "fi"), ("ﬁ\u{301}\u{301}", "fi\u{301}\u{301}"), ("e\u{301}", "e\u{301}"),
        ])
    func mapsCharacters(text: String, expected: String) throws {
        let json = #"{"type": "Precompiled", "precompiled_charsmap": "\#(Data(Self.map).base64EncodedString())"}"#
        #expect(isSame(try normalize(text, json), expected))
    }

    @Test func refusesWhatWouldFillTheMemory() {
        let step = #"{"type": "Replace", "pattern": {"String": "a"}, "content": "aaaaaaaaaa"}"#
        let steps = Array(repeating: step, count: 40).joined(separator: ", ")
        #expect { try normalize("a", #"{"type": "Sequence", "normalizers": [\#(steps)]}"#) } throws: {
            "\($0)".contains("4096 times as long") && $0 is UserError
        }
    }

    @Test func refusesALongTextBeforeEveryText() {
        let text = String(repeating: "a", count: 50_000)
        #expect { try normalize("a", #"{"type": "Prepend", "prepend": "\#(text)"}"#) } throws: {
            "\($0)".contains("normalizer.prepend") && "\($0)".contains("1024 bytes") && $0 is UserError
        }
    }

    @Test func namesADamagedMap() {
        for (map, part) in [("???", "base64"), ("AAAA", "no size"), ("BAAAAA==", "asks for 4"), ("AAAAAP8=", "UTF-8")] {
            #expect { try normalize("a", #"{"type": "Precompiled", "precompiled_charsmap": "\#(map)"}"#) } throws: {
                "\($0)".contains(part) && "\($0)".contains("normalizer.precompiled_charsmap")
            }
        }
    }

    @Test func damagedMapsNeverCrash() {
        let text = Array("AxAé\r\n ﬁ\u{301}日".utf8)
        expectNoCrash(Self.map, rounds: 800) { bytes in
            let result = try text.withUnsafeBufferPointer { try CharacterMap(bytes, place: "a").normalize($0) }
            #expect(String(validating: result, as: UTF8.self) != nil)
        }
    }

    @Test func longTextsTakeLinearTime() throws {
        let marks = String(repeating: "\u{301}\u{327}", count: 50_000)
        let flags = String(repeating: "\u{1F1E9}", count: 50_000)
        for text in ["e" + marks, flags, String(repeating: "\u{1100}", count: 100_000)] {
            #expect(try normalize(text, #"{"type": "NFKC"}"#).unicodeScalars.count <= text.unicodeScalars.count)
            let map = try CharacterMap(Self.map, place: "a")
            #expect(Array(text.utf8).withUnsafeBufferPointer(map.normalize).count == text.utf8.count)
        }
    }
}
