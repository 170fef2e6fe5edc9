import CZlib
import Files
import Foundation
import TestSupport
import Testing

@Suite struct LineReaderTests {
    private func lines(_ url: URL) throws -> [String] {
        let reader = try LineReader(url)
        var lines: [String] = []
        while let line = try reader.next() {
            lines.append(line)
            #expect(reader.number == lines.count)
        }
        return lines
    }

    private func gzip(_ bytes: Data, to url: URL) throws {
        let file = try #require(gzopen(url.path, "wb6"))
        bytes.withUnsafeBytes { _ = gzwrite(file, $0.baseAddress, UInt32($0.count)) }
        gzclose(file)
    }

    /// A named pipe that nobody writes would hold up the opening itself; one of a shell's `<(command)` has a writer.
    @Test func namedPipesAreRefused() throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "pipe")
            #expect(mkfifo(url.path, 0o600) == 0)
            let link = folder.appending(path: "link")
            try FileManager.default.createSymbolicLink(at: link, withDestinationURL: url)
            for url in [url, link] {
                let error = #expect(throws: UserError.self) { try LineReader(url) }
                #expect(error?.place == url.path && error?.problem == "is a named pipe, which may have no writer")
                #expect(throws: UserError.self) { try RandomAccessFile(reading: url) }
                #expect(throws: UserError.self) { try MappedFile(url) }
            }
            var ends: [Int32] = [0, 0]
            #expect(pipe(&ends) == 0)
            _ = "a\nb\n".withCString { write(ends[1], $0, 4) }
            close(ends[1])
            defer { close(ends[0]) }
            #expect(try lines(URL(filePath: "/dev/fd/\(ends[0])")) == ["a", "b"])
        }
    }

    @Test(arguments: [
        ("", []), ("a", ["a"]), ("a\n", ["a"]), ("a\nb", ["a", "b"]), ("a\r\nb\r\n", ["a", "b"]), ("\n\n", ["", ""]),
        ("\u{FEFF}a\n\u{FEFF}b", ["a", "\u{FEFF}b"]), ("a\rb\n", ["a\rb"]), ("日本\n", ["日本"]), ("\r", [""]),
    ])
    func readsLines(text: String, expected: [String]) throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "a.txt")
            try Data(text.utf8).write(to: url)
            let plain = try lines(url)
            // Compared by scalars: a byte order mark counts.
            #expect(plain.map { Array($0.unicodeScalars) } == expected.map { Array($0.unicodeScalars) })
            if !text.isEmpty {
                try gzip(Data(text.utf8), to: url)
                let packed = try lines(url)
                #expect(packed == plain)
            }
        }
    }

    @Test func linesCrossBlocks() throws {
        try withTemporaryFolder { folder in
            var generator = SeededGenerator(seed: 91)
            let expected = (0..<40).map { _ in String(repeating: "x", count: Int.random(in: 0...200_000, using: &generator)) }
            let text = Data(expected.joined(separator: "\n").utf8)
            try text.write(to: folder.appending(path: "a.txt"))
            try gzip(text, to: folder.appending(path: "a.gz"))
            let plain = try lines(folder.appending(path: "a.txt"))
            let packed = try lines(folder.appending(path: "a.gz"))
            #expect(plain == expected && packed == expected)
        }
    }

    @Test func badInputIsNamed() throws {
        try withTemporaryFolder { folder in
            #expect(throws: UserError.self) { try LineReader(folder) }
            #expect(throws: UserError.self) { try LineReader(folder.appending(path: "missing")) }
            let url = folder.appending(path: "latin.txt")
            try Data([0x61, 0x0A, 0xE9, 0x0A]).write(to: url)
            let error = try #require(throws: UserError.self) { try lines(url) }
            #expect(error.place?.hasSuffix("latin.txt:2") == true && error.remedy?.contains("iconv") == true)
        }
    }

    @Test func linesWithoutEndDoNotFillTheMemory() throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "endless.gz")
            try gzip(Data(count: LineReader.longestLine + (2 << 20)), to: url)
            let error = try #require(throws: UserError.self) { try lines(url) }
            #expect(error.problem.contains("longer than 64 MB"))
        }
    }

    /// A gzip file that is cut off anywhere after its header is never taken for a whole one.
    @Test func cutOffGzipIsNoticed() throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "a.gz")
            try gzip(Data((0..<300).map { "line \($0 &* 7919)\n" }.joined().utf8), to: url)
            let whole = try Data(contentsOf: url)
            #expect(try lines(url).count == 300)
            for length in 2..<whole.count {
                try whole.prefix(length).write(to: url)
                #expect(throws: UserError.self, "cut at \(length) of \(whole.count)") { try lines(url) }
            }
        }
    }

    @Test func damagedGzipNeverCrashesAndNeverLies() throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "a.gz")
            try gzip(Data((0..<300).map { "line \($0 &* 7919)\n" }.joined().utf8), to: url)
            let whole = try Data(contentsOf: url)
            let expected = try lines(url)
            var generator = SeededGenerator(seed: 92)
            for _ in 0..<1500 {
                var data = whole
                // The first ten bytes are the header, whose time and system fields mean nothing.
                let place = Int.random(in: 10..<data.count, using: &generator)
                data[place] ^= UInt8(1 << Int.random(in: 0..<8, using: &generator))
                try data.write(to: url)
                do {
                    let read = try lines(url)
                    #expect(read == expected)
                } catch {
                    #expect(error is UserError, "\(error)")
                }
            }
        }
    }
}
