import CZlib
package import Foundation

/// The lines of a text file, plain or gzip (distinguished by the first bytes), read in blocks.
///
/// Lines end at `\n`; a `\r` before it and a byte order mark at the file's start are taken off. In a file whose first block has
/// more `\r` without a `\n` than `\n`, as old spreadsheets write, lines end at `\r`. Lines are handed out in UTF-8, whatever the file's encoding.
package final class LineReader {
    /// Where the file is.
    package let url: URL
    /// The number of the line last read, from 1.
    package private(set) var number = 0
    /// No line may be longer than this, in bytes: a file without line ends must not fill the memory.
    package static let longestLine = 64 << 20

    private let file: gzFile
    // What was read and not yet handed out lies at position..<filled.
    private var block = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
    private var position = 0
    private var filled = 0
    // A line that was looked at and is still to be handed out.
    private var held: UnsafeRawBufferPointer?
    private var ended = false
    private var started = false
    private var lineEnd = UInt8(ascii: "\n")
    private let named: TextEncoding?
    // Where the file is not in UTF-8: what decodes it, and the bytes as they were read.
    private var decoder: TextDecoder?
    private var encoded: [UInt8] = []

    /// Opens a file.
    ///
    /// - Parameter encoding: how it is written; nil for UTF-8. A byte order mark at its start comes before this.
    /// - Throws: ``UserError`` when the file is missing, is a folder or a named pipe.
    package init(_ url: URL, encoding: TextEncoding? = nil) throws {
        self.url = url
        named = encoding
        var status = stat()
        guard stat(url.path, &status) == 0 else { throw UserError.system("could not open the file", at: url.path) }
        guard status.st_mode & S_IFMT != S_IFDIR else {
            throw UserError("is a folder, expected a file", at: url.path)
        }
        try NamedPipe.refuse(url)
        guard let file = gzopen(url.path, "rb") else { throw UserError.system("could not open the file", at: url.path) }
        gzbuffer(file, 1 << 18)
        self.file = file
    }

    deinit {
        gzclose(file)
        block.deallocate()
    }

    /// The next line where it was read, without the line end; nil at the end of the file. It holds until the next line is read.
    ///
    /// - Throws: ``UserError`` for a damaged or cut off gzip stream, for a line over ``longestLine``, and for bytes that are no UTF-16
    ///   where the file is in UTF-16; whether UTF-8 is well-formed is left to whoever takes the line as text.
    package func line() throws -> UnsafeRawBufferPointer? {
        if let line = held {
            held = nil
            return line
        }
        var searched = position
        while true {
            let rest = UnsafeRawBufferPointer(rebasing: block[searched..<filled])
            if let end = rest.isEmpty ? nil : memchr(rest.baseAddress!, Int32(lineEnd), rest.count) {
                let end = UnsafeRawPointer(end) - UnsafeRawPointer(block.baseAddress!)
                defer { position = end + 1 }
                return try take(position..<end)
            }
            let unfinished = filled - position
            guard try refill() else {
                guard unfinished > 0 else { return nil }
                defer { position = filled }
                return try take(position..<filled)
            }
            searched = position + unfinished
        }
    }

    /// The next line that is not empty, without reading on: ``line()`` gives it again; nil at the end of the file.
    ///
    /// - Throws: ``UserError`` as ``line()`` does.
    package func peek() throws -> UnsafeRawBufferPointer? {
        while held == nil, let line = try line() { held = line.isEmpty ? nil : line }
        return held
    }

    /// The next line as its bytes, without the line end; nil at the end of the file.
    ///
    /// - Throws: ``UserError`` as ``line()`` does.
    package func nextBytes() throws -> [UInt8]? { try line().map(Array.init) }

    /// The next line as text; nil at the end of the file.
    ///
    /// - Throws: ``UserError`` as ``line()`` does, and for bytes that are not UTF-8.
    package func next() throws -> String? {
        guard let bytes = try line() else { return nil }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw UserError("the line is not UTF-8", at: place, remedy: "Convert the file: iconv -f latin1 -t utf-8.")
        }
        return text
    }

    /// Where the line last read is, as `path:line`.
    package var place: String { "\(url.path):\(number)" }

    /// Counts a line and takes the rest of its line end off it.
    private func take(_ range: Range<Int>) throws -> UnsafeRawBufferPointer {
        guard range.count <= Self.longestLine else { throw tooLong() }
        number += 1
        var line = UnsafeRawBufferPointer(rebasing: block[range])
        let other = lineEnd == UInt8(ascii: "\n") ? UInt8(ascii: "\r") : UInt8(ascii: "\n")
        if line.last == other { line = UnsafeRawBufferPointer(rebasing: line.dropLast()) }
        return line
    }

    /// Reads more behind the unfinished line, which is moved to the block's start; false at the end of the file.
    private func refill() throws -> Bool {
        if ended { return false }
        let unfinished = UnsafeRawBufferPointer(rebasing: block[position..<filled])
        guard unfinished.count <= Self.longestLine else { throw tooLong() }
        if let start = unfinished.baseAddress { memmove(block.baseAddress!, start, unfinished.count) }
        position = 0
        filled = unfinished.count
        if filled > block.count / 2 { reserve(block.count) }
        let count = try read()
        filled += count
        return !ended
    }

    /// Reads and decodes some bytes behind what is there, at least one unless the file has ended; how many.
    private func read() throws -> Int {
        let space = UnsafeMutableRawBufferPointer(rebasing: block[filled...])
        guard started, var decoder else {
            let count = try readBytes(into: space)
            if !started, count > 0 { return try start(count) }
            return count
        }
        self.decoder = nil
        defer { self.decoder = decoder }
        while true {
            if encoded.isEmpty { encoded = [UInt8](repeating: 0, count: 1 << 18) }
            let most = min(encoded.count, space.count / TextDecoder.growth)
            let count = try encoded.withUnsafeMutableBytes { try readBytes(into: .init(rebasing: $0[..<most])) }
            let written = try encoded.withUnsafeBytes { try decode(.init(rebasing: $0[..<count]), with: &decoder) }
            if written > 0 || ended { return written }
        }
    }

    /// Decodes some bytes behind what is there; how many there are then.
    private func decode(_ bytes: UnsafeRawBufferPointer, with decoder: inout TextDecoder) throws -> Int {
        do {
            let written = try decoder.decode(bytes, into: UnsafeMutableRawBufferPointer(rebasing: block[filled...]))
            if ended { try decoder.finish() }
            return written
        } catch let failure as TextDecoder.Failure {
            let lines = block[position..<filled + failure.written].count { $0 == lineEnd }
            throw UserError(
                "not \(decoder.encoding.rawValue): \(failure.problem)", at: "\(url.path):\(number + lines + 1)",
                remedy: "Give the encoding that the file is in, or write it again as UTF-8.")
        }
    }

    /// Looks at the first bytes of the file: the byte order mark, the encoding, and where lines end.
    private func start(_ count: Int) throws -> Int {
        started = true
        var bytes = UnsafeRawBufferPointer(rebasing: block[filled..<filled + count])
        let mark = TextEncoding.mark(bytes)
        let encoding = mark?.encoding ?? named ?? .utf8
        if encoding == .utf8, let guess = TextEncoding.guess(bytes) {
            throw UserError(
                "the file has zero bytes between its letters, as UTF-16 without a byte order mark has", at: url.path,
                remedy: "Give its encoding: \(guess.rawValue).")
        }
        bytes = UnsafeRawBufferPointer(rebasing: bytes.dropFirst(mark?.length ?? 0))
        var written = bytes.count
        if encoding == .utf8 {
            if let start = bytes.baseAddress { memmove(block.baseAddress! + filled, start, bytes.count) }
        } else {
            var decoder = TextDecoder(encoding)
            let source = Array(bytes)
            reserve(source.count * TextDecoder.growth)
            written = try source.withUnsafeBytes { try decode($0, with: &decoder) }
            self.decoder = decoder
        }
        let text = UnsafeRawBufferPointer(rebasing: block[filled..<filled + written])
        if Self.endsAtReturns(text) { lineEnd = UInt8(ascii: "\r") }
        return written
    }

    /// Whether a text has more carriage returns without a line feed after them than line feeds.
    private static func endsAtReturns(_ text: UnsafeRawBufferPointer) -> Bool {
        guard text.contains(UInt8(ascii: "\r")) else { return false }
        var returns = 0
        var feeds = 0
        var previous: UInt8 = 0
        for byte in text {
            if byte == UInt8(ascii: "\n") {
                feeds += 1
                if previous == UInt8(ascii: "\r") { returns -= 1 }
            } else if byte == UInt8(ascii: "\r") {
                returns += 1
            }
            previous = byte
        }
        return returns > feeds
    }

    /// Reads some bytes of the file as they are; 0 at its end.
    private func readBytes(into space: UnsafeMutableRawBufferPointer) throws -> Int {
        let count = gzread(file, space.baseAddress!, UInt32(space.count))
        var code: Int32 = 0
        let message = gzerror(file, &code).map { String(cString: $0) } ?? ""
        guard count >= 0, code == Z_OK || code == Z_STREAM_END else {
            throw UserError(
                "the gzip stream is damaged or cut off after line \(number): \(message)", at: url.path,
                remedy: "Fetch the file again.")
        }
        ended = count == 0
        return Int(count)
    }

    /// Makes room for some more bytes behind what is there.
    private func reserve(_ more: Int) {
        guard filled + more > block.count else { return }
        let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: filled + more, alignment: 16)
        larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: block[..<filled]))
        block.deallocate()
        block = larger
    }

    private func tooLong() -> UserError {
        UserError("a line is longer than \(Self.longestLine >> 20) MB", at: "\(url.path):\(number + 1)")
    }
}
