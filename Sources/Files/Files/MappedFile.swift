package import Foundation

/// A file's bytes in memory, mapped and not copied: opening costs microseconds whatever the size.
///
/// The mapping is for reading alone and lives as long as this object: it takes no memory that the system would have to promise, so that
/// a file may be larger than memory.
package final class MappedFile: Sendable {
    /// Where the file is.
    package let url: URL
    /// All bytes of the file. Valid as long as this object lives.
    nonisolated(unsafe) package let bytes: UnsafeRawBufferPointer

    /// Maps a file.
    ///
    /// - Throws: ``UserError`` when the file is missing, is not a plain file or cannot be mapped.
    package init(_ url: URL) throws {
        self.url = url
        // A named pipe that nobody writes would hold up the opening itself.
        let descriptor = open(url.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw UserError.system("could not open the file", at: url.path) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw UserError.system("could not read the file's size", at: url.path) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw UserError("not a plain file", at: url.path, remedy: "Give the path of a file.")
        }
        let size = Int(status.st_size)
        guard size > 0 else {
            bytes = UnsafeRawBufferPointer(start: nil, count: 0)
            return
        }
        guard let start = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), start != MAP_FAILED else {
            throw UserError.system("could not map the file", at: url.path)
        }
        bytes = UnsafeRawBufferPointer(start: start, count: size)
    }

    /// Gives the bytes to `body` and keeps them mapped until it returns.
    ///
    /// Whoever holds on to ``bytes`` alone does not keep the file mapped: the object may go right after its last use.
    package func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try withExtendedLifetime(self) { try body(bytes) }
    }

    deinit {
        if let start = bytes.baseAddress { munmap(UnsafeMutableRawPointer(mutating: start), bytes.count) }
    }
}
