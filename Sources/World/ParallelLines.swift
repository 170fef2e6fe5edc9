import Files
import Foundation

/// Writes a file of lines that all cores make at once.
///
/// The lines are in their order and are written piece by piece: bytes and memory depend neither on the cores nor on the file's length.
struct ParallelLines {
    /// What is being done and what the lines are, for `WorkProgress`.
    let task, unit: String
    /// How many lines there are.
    let count: Int
    /// Lines that one core makes before it takes others.
    private static let block = 512
    /// Blocks that are made before they are written.
    private static let blocks = 64

    /// Writes the file.
    ///
    /// - Parameters:
    ///   - header: a line before the first one.
    ///   - append: adds the bytes of a line, without its end.
    ///   - stop: asks to stop.
    /// - Throws: ``UserError`` when the disk fails, `CancellationError` when told to stop; there is no file then.
    func write(
        to url: URL, header: String? = nil, progress: WorkProgress.Handler?, stop: StopToken = StopToken(),
        append: @Sendable (Int, inout [UInt8]) -> Void
    ) throws {
        let file = try AtomicFile(url)
        if let header { try file.write(header + "\n") }
        var buffers = [[UInt8]](repeating: [], count: Self.blocks)
        for start in stride(from: 0, to: count, by: Self.block * Self.blocks) {
            let end = min(count, start + Self.block * Self.blocks)
            buffers.withUnsafeMutableBufferPointer { buffers in
                // Every buffer is filled by one thread only.
                nonisolated(unsafe) let buffers = buffers
                DispatchQueue.concurrentPerform(iterations: Self.blocks) { block in
                    buffers[block].removeAll(keepingCapacity: true)
                    for line in min(end, start + block * Self.block)..<min(end, start + (block + 1) * Self.block) {
                        if stop.isRequested { return }
                        append(line, &buffers[block])
                        buffers[block].append(UInt8(ascii: "\n"))
                    }
                }
            }
            try stop.check()
            for buffer in buffers { try buffer.withUnsafeBytes { try file.write($0) } }
            progress?(WorkProgress(task, done: end, total: count, unit: unit))
        }
        try file.commit()
    }
}
