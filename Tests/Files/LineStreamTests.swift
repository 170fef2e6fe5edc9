import Files
import Foundation
import TestSupport
import Testing

@Suite struct LineStreamTests {
    /// Both ends of a pipe, closed afterwards.
    private func withPipe(_ body: (_ reads: Int32, _ writes: FileHandle) throws -> Void) throws {
        let pipe = Pipe()
        try body(pipe.fileHandleForReading.fileDescriptor, pipe.fileHandleForWriting)
        try? pipe.fileHandleForReading.close()
        try? pipe.fileHandleForWriting.close()
    }

    private func texts(_ lines: [ArraySlice<UInt8>]) -> [String] { lines.map { String(decoding: $0, as: UTF8.self) } }

    @Test func linesAreThereBeforeTheStreamEnds() throws {
        try withPipe { descriptor, end in
            let stream = LineStream(descriptor)
            end.write(Data("\u{FEFF}one\r\ntwo\nthr".utf8))
            #expect(texts(try stream.lines(most: 10)) == ["one", "two"])
            end.write(Data("ee\n\nfour\nfive".utf8))
            #expect(texts(try stream.lines(most: 2)) == ["three", ""])
            #expect(texts(try stream.lines(most: 2)) == ["four"])
            try end.close()
            #expect(texts(try stream.lines(most: 2)) == ["five"])
            #expect(try stream.lines(most: 2).isEmpty)
            #expect(try stream.lines(most: 2).isEmpty)
        }
    }

    @Test func linesOfAnyLengthAreWhole() throws {
        let lines = (0..<300).map { String(repeating: "x", count: $0 * $0 * 7 % 20_011) + "\($0)" }
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "lines.txt")
            try Data(lines.joined(separator: "\n").utf8).write(to: url)
            let file = try FileHandle(forReadingFrom: url)
            let stream = LineStream(file.fileDescriptor)
            var found: [String] = []
            while case let some = try stream.lines(most: 7), !some.isEmpty { found += texts(some) }
            #expect(found == lines)
        }
    }

    @Test func aWaitEndsWhereItIsTold() throws {
        try withPipe { descriptor, _ in
            let stop = StopToken()
            Thread.detachNewThread {
                Thread.sleep(forTimeInterval: 0.2)
                stop.request()
            }
            #expect(throws: CancellationError.self) { _ = try LineStream(descriptor, stop: stop).lines(most: 1) }
        }
    }
}
