package import Foundation

/// A file that is read and written at any place, without being mapped: what was read does not count as memory in use.
package final class RandomAccessFile: Sendable {
    /// Where the file is.
    package let url: URL
    private let descriptor: Int32

    /// Opens a file for reading.
    ///
    /// - Throws: ``UserError`` when it is missing, is a named pipe or may not be read.
    package convenience init(reading url: URL) throws { try self.init(url, O_RDONLY) }

    /// Opens a file for reading and writing; makes an empty one where there is none.
    ///
    /// - Throws: ``UserError`` when the folder is missing or may not be written, and for a named pipe.
    package convenience init(updating url: URL) throws { try self.init(url, O_RDWR | O_CREAT) }

    private init(_ url: URL, _ flags: Int32) throws {
        self.url = url
        try NamedPipe.refuse(url)
        descriptor = open(url.path, flags | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw UserError.system("could not open the file", at: url.path) }
    }

    deinit { close(descriptor) }

    /// Fills a buffer with the bytes from a place on.
    ///
    /// - Throws: ``UserError`` when the disk fails or the file ends before the buffer is full.
    package func read(into buffer: UnsafeMutableRawBufferPointer, at place: Int) throws {
        var done = 0
        while done < buffer.count {
            let count = pread(descriptor, buffer.baseAddress! + done, buffer.count - done, off_t(place + done))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw UserError.system("could not read the file", at: url.path) }
            guard count > 0 else {
                throw UserError(
                    "the file ends at byte \(place + done), \(buffer.count - done) more are wanted", at: url.path,
                    remedy: "The file was cut off while it was in use: fetch or make it again.")
            }
            done += count
        }
    }

    /// Writes bytes from a place on.
    ///
    /// - Throws: ``UserError`` when the disk is full or fails.
    package func write(_ bytes: UnsafeRawBufferPointer, at place: Int) throws {
        var done = 0
        while done < bytes.count {
            let count = pwrite(descriptor, bytes.baseAddress! + done, bytes.count - done, off_t(place + done))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw UserError.system("could not write the file", at: url.path) }
            done += count
        }
    }

    /// Cuts the file off behind a number of bytes.
    ///
    /// - Throws: ``UserError`` when the disk fails.
    package func truncate(to count: Int) throws {
        guard ftruncate(descriptor, off_t(count)) == 0 else {
            throw UserError.system("could not shorten the file", at: url.path)
        }
    }

    /// Tells the system that some bytes are read soon, so that it fetches them meanwhile.
    package func willRead(_ range: Range<Int>) {
        #if os(Linux)
            _ = posix_fadvise(descriptor, off_t(range.lowerBound), off_t(range.count), POSIX_FADV_WILLNEED)
        #endif
    }

    /// Returns when all that was written is on the disk.
    ///
    /// - Throws: ``UserError`` when the disk fails.
    package func flush() throws {
        guard fsync(descriptor) == 0 else { throw UserError.system("could not flush the file", at: url.path) }
    }
}
