import Files
import Foundation

/// Writes a file line by line, atomically and in large pieces.
enum LineWriter {
    /// Writes some lines; `append` adds the bytes of the line with a number, the line end is added here.
    ///
    /// - Returns: where each line starts, and the size of the file at the end [count + 1].
    /// - Throws: ``UserError`` when the disk fails; `CancellationError` when it was asked to stop.
    static func write(_ count: Int, to url: URL, _ stop: StopToken, _ append: (Int, inout [UInt8]) -> Void) throws -> [Int64] {
        let file = try AtomicFile(url)
        var buffer: [UInt8] = []
        var written = 0
        var starts: [Int64] = [0]
        starts.reserveCapacity(count + 1)
        for line in 0..<count {
            append(line, &buffer)
            buffer.append(UInt8(ascii: "\n"))
            starts.append(Int64(written + buffer.count))
            if buffer.count >= 1 << 20 {
                try stop.check()
                try buffer.withUnsafeBytes { try file.write($0) }
                written += buffer.count
                buffer.removeAll(keepingCapacity: true)
            }
        }
        try buffer.withUnsafeBytes { try file.write($0) }
        try file.commit()
        return starts
    }
}
