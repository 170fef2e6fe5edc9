package import Foundation

/// A file that is either there whole or not at all: written beside its place, flushed to the disk, then renamed.
package final class AtomicFile {
    /// Where the finished file will be.
    package let url: URL
    private let partial: URL
    private var descriptor: Int32

    /// Starts a file; nothing is seen at `url` before ``commit()``.
    ///
    /// - Throws: ``UserError`` when the folder is missing or not writable.
    package init(_ url: URL) throws {
        self.url = url
        partial = url.deletingLastPathComponent().appending(path: HiddenName.new(for: url.lastPathComponent, .partial))
        descriptor = open(partial.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw UserError.system("could not create the file", at: url.path) }
    }

    /// Appends bytes.
    ///
    /// - Throws: ``UserError`` when the disk is full or fails; the partial file is then gone.
    package func write(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = Foundation.write(descriptor, rest.base.baseAddress! + rest.startIndex, rest.count)
            if written < 0 && errno == EINTR { continue }
            guard written > 0 else { throw abandon("could not write the file") }
            rest = rest.dropFirst(written)
        }
    }

    /// Appends the bytes of `data`.
    package func write(_ data: Data) throws { try data.withUnsafeBytes { try write($0) } }

    /// Appends text as UTF-8.
    package func write(_ text: String) throws {
        var text = text
        try text.withUTF8 { try write(UnsafeRawBufferPointer($0)) }
    }

    /// Leaves out bytes, which read as zeros and take no space on the disk; some others have to be written after them.
    package func skip(_ count: Int) throws {
        guard lseek(descriptor, off_t(count), SEEK_CUR) >= 0 else { throw abandon("could not write the file") }
    }

    /// Flushes the file to the disk and puts it in its place, over an older one.
    package func commit() throws {
        guard fsync(descriptor) == 0 else { throw abandon("could not flush the file to the disk") }
        close(descriptor)
        descriptor = -1
        guard rename(partial.path, url.path) == 0 else {
            let error = UserError.system("could not put the file in its place", at: url.path)
            unlink(partial.path)
            throw error
        }
        Folder.flush(url.deletingLastPathComponent())
    }

    /// Writes a whole file at once.
    package static func write(_ data: Data, to url: URL) throws {
        let file = try AtomicFile(url)
        try file.write(data)
        try file.commit()
    }

    /// Writes a whole text file at once, as UTF-8.
    package static func write(_ text: String, to url: URL) throws {
        try write(Data(text.utf8), to: url)
    }

    /// Copies a whole file.
    package static func copy(_ source: URL, to url: URL) throws {
        let bytes = try MappedFile(source)
        let file = try AtomicFile(url)
        try bytes.withBytes { try file.write($0) }
        try file.commit()
    }

    private func abandon(_ action: String) -> UserError {
        let error = UserError.system(action, at: url.path)
        discard()
        return error
    }

    private func discard() {
        guard descriptor >= 0 else { return }
        close(descriptor)
        descriptor = -1
        unlink(partial.path)
    }

    deinit { discard() }
}
