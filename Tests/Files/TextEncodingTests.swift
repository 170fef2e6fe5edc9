import Files
import Foundation
import TestSupport
import Testing

@Suite struct TextEncodingTests {
    private func lines(_ url: URL, _ encoding: TextEncoding? = nil) throws -> [String] {
        let reader = try LineReader(url, encoding: encoding)
        var lines: [String] = []
        while let line = try reader.next() { lines.append(line) }
        return lines
    }

    private static let foundation: [TextEncoding: String.Encoding] = [
        .utf8: .utf8, .utf16LittleEndian: .utf16LittleEndian, .utf16BigEndian: .utf16BigEndian, .latin1: .isoLatin1,
        .windows1252: .windowsCP1252,
    ]

    /// Texts of some megabytes, so that characters lie across the blocks that are read.
    @Test(arguments: TextEncoding.allCases)
    func longTextsAreTheSameInEveryEncoding(_ encoding: TextEncoding) throws {
        var generator = SeededGenerator(seed: 71)
        let isWide = encoding != .latin1 && encoding != .windows1252
        let letters: [String] = ["a", "é", "ÿ", "\t", " "] + (isWide ? ["日", "😀", "\u{FEFF}"] : [])
        let expected = (0..<3000).map { _ in
            (0..<Int.random(in: 0...700, using: &generator)).map { _ in letters.randomElement(using: &generator)! }.joined()
        }
        for end in ["\n", "\r\n", "\r"] {
            try withTemporaryFolder { folder in
                let url = folder.appending(path: "a.txt")
                let text = "start\(end)" + expected.map { $0 + end }.joined()
                let bytes = Self.foundation[encoding].flatMap { text.data(using: $0) }
                try #require(bytes).write(to: url)
                let found = try lines(url, encoding)
                #expect(found.count == expected.count + 1)
                #expect(found.dropFirst().elementsEqual(expected) { $0.unicodeScalars.elementsEqual($1.unicodeScalars) })
            }
        }
    }

    @Test func windows1252IsFoundationsWhereItDefinesIt() throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "a.txt")
            for byte in UInt8(128)...159 {
                guard let text = String(data: Data([byte]), encoding: .windowsCP1252) else { continue }
                try Data([0x61, byte]).write(to: url)
                #expect(try lines(url, .windows1252) == ["a" + text])
            }
        }
    }

    @Test func aMarkComesBeforeWhatWasSaid() throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "a.txt")
            try (Data([0xFF, 0xFE]) + #require("é\n".data(using: .utf16LittleEndian))).write(to: url)
            #expect(try lines(url, .latin1) == ["é"])
            try Data([0xFF, 0xFE]).write(to: url)
            #expect(try lines(url) == [])
            try Data([0xEF, 0xBB, 0xBF]).write(to: url)
            #expect(try lines(url) == [])
        }
    }

    @Test func damagedUTF16IsNamedByLine() throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "a.txt")
            let good = try #require("\u{FEFF}a\nb\n".data(using: .utf16LittleEndian))
            for (bytes, problem) in [
                ([0x00, 0xD8, 0x61, 0x00], "half a surrogate pair"), ([0x00, 0xDC], "half a surrogate pair"),
                ([0x61], "ends in the middle"), ([0x00, 0xD8], "ends in the middle"),
            ] as [([UInt8], String)] {
                try (good + bytes).write(to: url)
                let error = #expect(throws: UserError.self) { try lines(url) }
                #expect(error?.place?.hasSuffix("a.txt:3") == true && error?.problem.contains(problem) == true)
            }
        }
    }

    @Test func randomBytesGiveLinesOrAUserError() throws {
        var generator = SeededGenerator(seed: 72)
        let alphabet: [UInt8] = [0, 0x0A, 0x0D, 0x61, 0xD8, 0xDC, 0xE9, 0xEF, 0xBB, 0xBF, 0xFE, 0xFF]
        for round in 0..<1500 {
            let bytes = (0..<Int.random(in: 0...24, using: &generator)).map { _ in alphabet.randomElement(using: &generator)! }
            try withTemporaryFolder { folder in
                let url = folder.appending(path: "a.txt")
                try Data(bytes).write(to: url)
                do {
                    let encodings = [nil] + TextEncoding.allCases.map(Optional.some)
                    _ = try lines(url, encodings[round % encodings.count])
                } catch { #expect(error is UserError, "\(bytes)") }
            }
        }
    }

    /// As many old spreadsheets and one stray line feed at the end of the file.
    @Test func returnsEndLinesWhereThereAreMoreOfThem() throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "a.txt")
            for (text, expected) in [
                ("a\rb\rc\n", ["a", "b", "c"]), ("a\rb\nc\nd\n", ["a\rb", "c", "d"]), ("a\r\nb\r\n", ["a", "b"]),
                ("a\r", ["a"]),
            ] {
                try Data(text.utf8).write(to: url)
                #expect(try lines(url) == expected, "\(text.debugDescription)")
            }
        }
    }
}
