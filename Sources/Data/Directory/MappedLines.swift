import Files
import Foundation

/// The lines of a mapped file, found by their number.
struct MappedLines: Sendable {
    let file: MappedFile
    /// Where each line starts, and the file's size at the end [count + 1].
    let starts: MappedArray<Int64>

    /// How many there are.
    var count: Int { starts.count - 1 }

    /// Calls `body` with the bytes of a line and, if it has one, its line end. Starts that lie outside the file give no bytes.
    func withLine<Result>(_ line: Int, _ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try file.withBytes { bytes in
            let end = Swift.min(Swift.max(0, Int(starts[line + 1])), bytes.count)
            let start = Swift.min(Swift.max(0, Int(starts[line])), end)
            return try body(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
        }
    }

    /// Where a file's lines start, found by reading it.
    static func starts(in file: MappedFile) -> [Int64] {
        file.withBytes { bytes in
            var starts: [Int64] = [0]
            var start = 0
            while start < bytes.count {
                let end = memchr(bytes.baseAddress! + start, Int32(UInt8(ascii: "\n")), bytes.count - start)
                start = end.map { UnsafeRawPointer($0) - bytes.baseAddress! + 1 } ?? bytes.count
                starts.append(Int64(start))
            }
            return starts
        }
    }

    /// Whether the lines start where the file says they do.
    var startsAreTrue: Bool { starts.elementsEqual(Self.starts(in: file)) }
}
