import Files
import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// The part of a file that is there already, which more is added to. Written by the session's thread, watched by the caller's.
final class HubPartialFile: @unchecked Sendable {
    private let url: URL
    private let size: Int
    private let descriptor: Int32
    private let lock = NSLock()
    private var length: Int
    /// Whether the answer's status has been looked at.
    private var isBegun = false

    /// How many bytes are there.
    var count: Int { lock.withLock { length } }

    /// Opens or makes the file; one that is longer than it may be begins again.
    ///
    /// - Throws: ``UserError`` when it cannot be written.
    init(_ url: URL, size: Int) throws {
        self.url = url
        self.size = size
        descriptor = open(url.path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw UserError.system("could not create the file", at: url.path) }
        length = max(0, Int(lseek(descriptor, 0, SEEK_END)))
        if length > size { try startAnew() }
    }

    deinit { close(descriptor) }

    /// Adds a piece of an answer's body.
    ///
    /// - Throws: ``HubFailure`` for an answer that does not continue the file, ``UserError`` when the disk is full or fails.
    func take(_ data: Data, of answer: HTTPURLResponse) throws {
        try lock.withLock {
            if !isBegun { try begin(answer) }
            isBegun = true
            guard data.count <= size - length else {
                try startAnew()
                throw HubFailure(
                    UserError("the server sends more than the \(size) bytes that the file has", at: answer.url?.absoluteString))
            }
            try data.withUnsafeBytes { try append($0) }
        }
    }

    /// Flushes the file to the disk.
    func flush() throws {
        guard fsync(descriptor) == 0 else { throw UserError.system("could not flush the file to the disk", at: url.path) }
    }

    private func begin(_ answer: HTTPURLResponse) throws {
        // A server that does not know of parts sends the whole.
        guard answer.statusCode == 206 else { return try startAnew() }
        // A mirror may not say which part it sends; then it is taken for the one that was asked for, and the hash decides.
        guard let range = answer.value(forHTTPHeaderField: "Content-Range") else { return }
        guard range.hasPrefix("bytes \(length)-") else {
            try startAnew()
            throw HubFailure(
                UserError("the server sends another part than was asked for: \(range)", at: answer.url?.absoluteString))
        }
    }

    private func startAnew() throws {
        guard ftruncate(descriptor, 0) == 0, lseek(descriptor, 0, SEEK_SET) == 0 else {
            throw UserError.system("could not empty the file", at: url.path)
        }
        length = 0
    }

    private func append(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = write(descriptor, rest.base.baseAddress! + rest.startIndex, rest.count)
            if written < 0 && errno == EINTR { continue }
            guard written > 0 else { throw UserError.system("could not write the file", at: url.path) }
            rest = rest.dropFirst(written)
            length += written
        }
    }
}
