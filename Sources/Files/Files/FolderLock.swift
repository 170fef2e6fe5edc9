import Foundation

/// Keeps a second process out of a folder that is being written; released when it goes or its process ends.
public final class FolderLock {
    private static let name = "lock"
    private let url: URL
    private let descriptor: Int32

    /// Takes the lock of an existing folder.
    ///
    /// - Throws: ``UserError`` when another process or object holds it.
    public init(_ folder: URL) throws {
        url = folder.appending(path: Self.name)
        descriptor = open(url.path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw UserError.system("could not create the lock", at: url.path) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            close(descriptor)
            if code == EWOULDBLOCK {
                throw UserError(
                    "another process is writing here", at: folder.path, remedy: "Wait for it to end, or choose another folder.")
            }
            throw UserError.system("could not take the lock", at: url.path, code: code)
        }
    }

    /// Removes the lock's file, for a folder that is finished.
    public func remove() { unlink(url.path) }

    deinit { close(descriptor) }
}
