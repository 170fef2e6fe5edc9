import Foundation

/// The lines of a pipe or a terminal, handed out as soon as they have come: who writes one and waits for an answer gets it.
package final class LineStream {
    private let descriptor: Int32
    private let stop: StopToken
    private var bytes: [UInt8] = []
    /// Where the first line begins that was not handed out.
    private var start = 0
    /// Up to where no line end was found.
    private var searched = 0
    private var hasEnded = false
    private var hasBegun = false

    /// Milliseconds after which a wait looks whether it is to end.
    private static let patience: Int32 = 100

    /// Reads from an open descriptor, which is not closed.
    ///
    /// - Parameter stop: ends a wait for the next line.
    package init(_ descriptor: Int32, stop: StopToken = StopToken()) {
        self.descriptor = descriptor
        self.stop = stop
    }

    /// The lines that are there, at least one and at most so many, without their ends; none at the end of the stream.
    ///
    /// - Throws: `CancellationError` when told to stop; ``UserError`` when the stream cannot be read, and for a line over
    ///   ``LineReader/longestLine``.
    package func lines(most: Int) throws -> [ArraySlice<UInt8>] {
        while true {
            try stop.check()
            var found: [ArraySlice<UInt8>] = []
            while found.count < most, let line = takeLine() { found.append(line) }
            if !found.isEmpty { return found }
            guard !hasEnded else {
                defer { start = bytes.count }
                return start < bytes.count ? [Self.cut(bytes[start...])] : []
            }
            try read()
        }
    }

    private func takeLine() -> ArraySlice<UInt8>? {
        guard let end = bytes[max(start, searched)...].firstIndex(of: UInt8(ascii: "\n")) else {
            searched = bytes.count
            return nil
        }
        defer { start = end + 1 }
        return Self.cut(bytes[start..<end])
    }

    private static func cut(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        line.last == UInt8(ascii: "\r") ? line.dropLast() : line
    }

    /// Waits for more and takes it.
    private func read() throws {
        if start > 0 {
            bytes.removeFirst(start)
            (start, searched) = (0, max(0, searched - start))
        }
        guard bytes.count <= LineReader.longestLine else {
            throw UserError("a line is longer than \(LineReader.longestLine >> 20) MB", at: "standard input")
        }
        while true {
            try stop.check()
            var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            if poll(&wanted, 1, Self.patience) > 0 { break }
        }
        let space = 1 << 16
        let before = bytes.count
        bytes.append(contentsOf: repeatElement(0, count: space))
        let count = bytes.withUnsafeMutableBytes { Foundation.read(descriptor, $0.baseAddress! + before, space) }
        let code = errno
        bytes.removeLast(space - max(0, count))
        if count < 0 {
            guard code == EINTR || code == EAGAIN else {
                throw UserError.system("could not read", at: "standard input", code: code)
            }
            return
        }
        hasEnded = count == 0
        if !hasBegun, bytes.count >= 3 || hasEnded {
            hasBegun = true
            if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
        }
    }
}
