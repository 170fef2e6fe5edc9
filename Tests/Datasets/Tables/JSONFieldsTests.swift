import Foundation
import TestSupport
import Testing

@testable import Datasets

struct JSONFieldsTests {
    private func read(_ line: String, _ keys: [String]) throws -> [String?] {
        var record = Record()
        return try Array(line.utf8).withUnsafeBytes { line in
            try JSONFields(keys).read(line, into: &record)
            return keys.indices.map { record[$0].map { String(decoding: $0, as: UTF8.self) } }
        }
    }

    @Test func readsTheValuesOfSomeKeys() throws {
        let line =
            #" { "a" : "x\n\"\u00e9\ud83d\ude00\/" , "skip": {"a": [1, {"b": "}"}]}, "n": -12.5e3, "t": true, "z": null, "l": [] } "#
        #expect(try read(line, ["a", "n", "t", "z", "l", "no"]) == ["x\n\"é😀/", "-12.5e3", "true", nil, nil, nil])
        #expect(try read("{}", ["a"]) == [nil])
        #expect(try read(#"{"a":"1","a":"2"}"#, ["a"]) == ["2"])
        #expect(try read(#"{"a":"1","a":null}"#, ["a"]) == [nil])
        #expect(try read(#"{"a":"\ud800x\udc00"}"#, ["a"]) == ["\u{FFFD}x\u{FFFD}"])
    }

    @Test(arguments: [
        "", "{", "[]", "{}x", #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#, #"{"a":"x}"#, #"{"a":"\x"}"#, #"{"a":"\u12"}"#,
        #"{"a":"\u12G4"}"#,
        #"{"a":nul}"#, #"{"a":[1}"#, #"{"a":]}"#, #"{'a':1}"#, #"{"a":,}"#, #"{"a":1 "b":2}"#, #"{"a":12x}"#, #"{"a":-}"#,
        "{\"a\":\"\\", #"{"b":[}"#,
        #"{"b":}"#,
    ])
    func rejects(_ line: String) {
        #expect(throws: JSONScanner.Failure.self) { try read(line, ["a"]) }
    }

    @Test func agreesWithFoundation() throws {
        var generator = SeededGenerator(seed: 2)
        let letters: [Character] = ["a", "\"", "\\", "\n", "\t", "é", "😀", "\u{1}", "/", "}", ","]
        for _ in 0..<500 {
            let text = String(
                (0..<Int.random(in: 0...12, using: &generator)).map { _ in letters.randomElement(using: &generator)! })
            let number = Int.random(in: -1000...1000, using: &generator)
            let object: [String: Any] = ["text": text, "number": number, "nested": ["text": [text, number]] as [String: Any]]
            let line = String(decoding: try JSONSerialization.data(withJSONObject: object), as: UTF8.self)
            #expect(try read(line, ["text", "number", "nested"]) == [text, "\(number)", nil])
            var own: [UInt8] = []
            JSONText.append(text, to: &own)
            let back = try JSONSerialization.jsonObject(with: Data(own), options: .fragmentsAllowed) as? String
            #expect(back == text)
            #expect(!own.contains(UInt8(ascii: "\n")))
        }
    }

    @Test func changedBytesNeverCrash() throws {
        var generator = SeededGenerator(seed: 3)
        let line = Array(#"{"a":"x\u00e9","b":{"c":[1,2,{"d":"\ud83d\ude00"}]},"n":12}"#.utf8)
        var record = Record()
        for _ in 0..<5000 {
            var changed = line
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                changed[Int.random(in: 0..<changed.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            changed.removeLast(Int.random(in: 0...changed.count / 2, using: &generator))
            changed.withUnsafeBytes {
                do throws(JSONScanner.Failure) {
                    try JSONFields(["a", "n"]).read($0, into: &record)
                } catch { #expect(!error.description.isEmpty) }
            }
        }
    }
}
