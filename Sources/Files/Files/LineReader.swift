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
        return try read(into: &line) ? line : nil
    }

    /// Reads the next line into `line`, whose memory is used again; false at the end of the file.
    ///
    /// - Throws: ``UserError`` as ``nextBytes()`` does.
    public func read(into line: inout [UInt8]) throws -> Bool {
        line.removeAll(keepingCapacity: true)
        return try append(to: &line)
    }

    /// Appends the bytes of the next line to `text`; false at the end of the file.
    ///
    /// - Throws: ``UserError`` as ``nextBytes()`` does; ``longestLine`` then holds for the whole of `text`.
    public func append(to text: inout [UInt8]) throws -> Bool {
        let start = text.count
        var found = false
        var ended = false
        while !ended {
            if position == filled {
                try refill()
                if filled == 0 { break }
            }
            found = true
            block.withUnsafeBytes { block in
                let rest = UnsafeRawBufferPointer(rebasing: block[position..<filled])
                if let end = memchr(rest.baseAddress!, Int32(UInt8(ascii: "\n")), rest.count) {
                    let count = UnsafeRawPointer(end) - rest.baseAddress!
                    text.append(contentsOf: rest[..<count])
                    position += count + 1
                    ended = true
                } else {
                    text.append(contentsOf: rest)
                    position = filled
                }
            }
            guard text.count <= Self.longestLine else {
                throw UserError("a line is longer than \(Self.longestLine >> 20) MB", at: "\(url.path):\(number + 1)")
            }
        }
        guard found else { return false }
        number += 1
        if text.count > start, text.last == UInt8(ascii: "\r") { text.removeLast() }
        if number == 1, text[start...].starts(with: [0xEF, 0xBB, 0xBF]) { text.removeSubrange(start..<start + 3) }
        return true
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
