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
    // What was read and not yet handed out lies at position..<filled.
    private var block = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
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

    deinit {
        gzclose(file)
        block.deallocate()
    }

    /// The next line where it was read, without the line end; nil at the end of the file. It holds until the next line is read.
    ///
    /// - Throws: ``UserError`` for a damaged or cut off gzip stream and for a line over ``longestLine``.
    public func line() throws -> UnsafeRawBufferPointer? {
        var searched = position
        while true {
            let rest = UnsafeRawBufferPointer(rebasing: block[searched..<filled])
            if let end = rest.isEmpty ? nil : memchr(rest.baseAddress!, Int32(UInt8(ascii: "\n")), rest.count) {
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

    /// The next line as its bytes, without the line end; nil at the end of the file.
    ///
    /// - Throws: ``UserError`` as ``line()`` does.
    public func nextBytes() throws -> [UInt8]? { try line().map(Array.init) }

    /// The next line as text; nil at the end of the file.
    ///
    /// - Throws: ``UserError`` as ``line()`` does, and for bytes that are not UTF-8.
    public func next() throws -> String? {
        guard let bytes = try line() else { return nil }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw UserError("the line is not UTF-8", at: place, remedy: "Convert the file: iconv -f latin1 -t utf-8.")
        }
        return text
    }

    /// Where the line last read stands, as `path:line`.
    public var place: String { "\(url.path):\(number)" }

    /// Counts a line and takes a carriage return and a byte order mark off it.
    private func take(_ range: Range<Int>) throws -> UnsafeRawBufferPointer {
        guard range.count <= Self.longestLine else { throw tooLong() }
        number += 1
        var line = UnsafeRawBufferPointer(rebasing: block[range])
        if line.last == UInt8(ascii: "\r") { line = UnsafeRawBufferPointer(rebasing: line.dropLast()) }
        if number == 1, line.starts(with: [0xEF, 0xBB, 0xBF]) { line = UnsafeRawBufferPointer(rebasing: line.dropFirst(3)) }
        return line
    }

    /// Reads more behind the unfinished line, which is moved to the block's start; false at the end of the file.
    private func refill() throws -> Bool {
        if ended { return false }
        let unfinished = UnsafeRawBufferPointer(rebasing: block[position..<filled])
        guard unfinished.count <= Self.longestLine else { throw tooLong() }
        if unfinished.count > block.count / 2 {
            let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: block.count * 2, alignment: 16)
            larger.copyMemory(from: unfinished)
            block.deallocate()
            block = larger
        } else if let start = unfinished.baseAddress {
            memmove(block.baseAddress!, start, unfinished.count)
        }
        position = 0
        filled = unfinished.count
        let count = gzread(file, block.baseAddress! + filled, UInt32(block.count - filled))
        var code: Int32 = 0
        let message = gzerror(file, &code).map { String(cString: $0) } ?? ""
        guard count >= 0, code == Z_OK || code == Z_STREAM_END else {
            throw UserError(
                "the gzip stream is damaged or cut off after line \(number): \(message)", at: url.path,
                remedy: "Fetch the file again.")
        }
        filled += Int(count)
        ended = count == 0
        return !ended
    }

    private func tooLong() -> UserError {
        UserError("a line is longer than \(Self.longestLine >> 20) MB", at: "\(url.path):\(number + 1)")
    }
}
