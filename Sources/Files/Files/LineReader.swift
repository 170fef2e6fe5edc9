import CZlib
import Foundation

/// The lines of a text file, plain or gzip (told apart by the first bytes), read in blocks.
///
/// Lines end at `\n`; a `\r` before it and a byte order mark at the file's start are taken off.
public final class LineReader {
    /// Where the file is.
    public let url: URL
    /// The number of the line last read, from 1.
    public private(set) var number = 0
    /// No line may be longer than this, in bytes: a file without line ends must not fill the memory.
    public static let longestLine = 64 << 20

    private let file: gzFile
    private var block = [UInt8](repeating: 0, count: 1 << 20)
    private var position = 0
    private var filled = 0
    private var ended = false

    /// Opens a file.
    ///
    /// - Throws: ``UserError`` when the file is missing or is a folder.
    public init(_ url: URL) throws {
        self.url = url
        var status = stat()
        guard stat(url.path, &status) == 0 else { throw UserError.system("could not open the file", at: url.path) }
        guard status.st_mode & S_IFMT != S_IFDIR else {
            throw UserError("is a folder, expected a file", at: url.path)
        }
        guard let file = gzopen(url.path, "rb") else { throw UserError.system("could not open the file", at: url.path) }
        gzbuffer(file, 1 << 18)
        self.file = file
    }

    deinit { gzclose(file) }

    /// The next line as its bytes, without the line end; nil at the end of the file.
    ///
    /// - Throws: ``UserError`` for a damaged or cut off gzip stream and for a line over ``longestLine``.
    public func nextBytes() throws -> [UInt8]? {
        var line: [UInt8] = []
        var found = false
        while true {
            if position == filled {
                try refill()
                if filled == 0 { break }
            }
            found = true
            if let end = lineEnd() {
                line.append(contentsOf: block[position..<end])
                position = end + 1
                break
            }
            line.append(contentsOf: block[position..<filled])
            position = filled
            guard line.count <= Self.longestLine else {
                throw UserError("a line is longer than \(Self.longestLine >> 20) MB", at: "\(url.path):\(number + 1)")
            }
        }
        guard found else { return nil }
        number += 1
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        if number == 1, line.starts(with: [0xEF, 0xBB, 0xBF]) { line.removeFirst(3) }
        return line
    }

    /// The next line as text; nil at the end of the file.
    ///
    /// - Throws: ``UserError`` as ``nextBytes()`` does, and for bytes that are not UTF-8.
    public func next() throws -> String? {
        guard let bytes = try nextBytes() else { return nil }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw UserError("the line is not UTF-8", at: place, remedy: "Convert the file: iconv -f latin1 -t utf-8.")
        }
        return text
    }

    /// Where the line last read stands, as `path:line`.
    public var place: String { "\(url.path):\(number)" }

    /// Where the next line end of the block stands; found by `memchr`, since files have gigabytes.
    private func lineEnd() -> Int? {
        block.withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress, let end = memchr(start + position, 0x0A, filled - position) else { return nil }
            return UnsafeRawPointer(end) - start
        }
    }

    private func refill() throws {
        position = 0
        filled = 0
        if ended { return }
        let count = gzread(file, &block, UInt32(block.count))
        var code: Int32 = 0
        let message = gzerror(file, &code).map { String(cString: $0) } ?? ""
        guard count >= 0, code == Z_OK || code == Z_STREAM_END else {
            throw UserError(
                "the gzip stream is damaged or cut off after line \(number): \(message)", at: url.path,
                remedy: "Fetch the file again.")
        }
        filled = Int(count)
        ended = count == 0
    }
}
