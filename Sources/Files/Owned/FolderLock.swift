package import Files
package import Foundation

/// Keeps a second writer out of a folder; released when it goes or its process ends, however it ends.
///
/// The lock is held on a file that lies outside of what is replaced (`flock`), and says who holds it. Whoever releases it removes the
/// file while it still holds it, and whoever takes it checks afterwards that the file it holds is the one that lies there: so two
/// never hold two files of one name.
package final class FolderLock: Sendable {
    private let file: URL
    private let descriptor: Int32

    /// Takes a lock.
    ///
    /// - Parameters:
    ///   - file: the file it is held on, in an existing folder.
    ///   - folder: what it keeps others out of, for messages.
    /// - Throws: ``UserError`` that names who holds it, where another process or object of this one does.
    package convenience init(_ file: URL, of folder: URL) throws {
        switch try Self.taken(file) {
        case .mine(let descriptor): self.init(file, descriptor)
        case .held(let owner):
            throw UserError(
                "another process is writing here" + (owner.map { ": \($0.description)" } ?? ""), at: folder.path,
                remedy: "Wait for it to end, or choose another folder.")
        }
    }

    /// Takes a lock once nobody else holds it.
    ///
    /// - Parameter onWait: is told once who holds it, where somebody does.
    /// - Throws: `CancellationError` when told to stop; ``UserError`` where there can be no lock.
    package convenience init(waitingFor file: URL, of folder: URL, stop: StopToken, onWait: (String) -> Void) throws {
        var isTold = false
        while true {
            switch try Self.taken(file) {
            case .mine(let descriptor):
                self.init(file, descriptor)
                return
            case .held(let owner):
                if !isTold { onWait(owner?.description ?? "another process") }
                isTold = true
                try stop.check()
                usleep(100_000)
            }
        }
    }

    private init(_ file: URL, _ descriptor: Int32) { (self.file, self.descriptor) = (file, descriptor) }

    /// What came of an attempt.
    private enum Taken {
        case mine(Int32)
        case held(by: Owner?)
    }

    private static func taken(_ file: URL) throws -> Taken {
        while true {
            let descriptor = open(file.path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
            guard descriptor >= 0 else { throw UserError.system("could not create the lock", at: file.path) }
            guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
                let code = errno
                let owner = Owner.read(descriptor)
                close(descriptor)
                if code == EINTR { continue }
                guard code == EWOULDBLOCK else { throw UserError.system("could not take the lock", at: file.path, code: code) }
                return .held(by: owner)
            }
            // Its holder may have removed it between opening and locking.
            if isSame(descriptor, file) {
                Owner().write(descriptor)
                return .mine(descriptor)
            }
            close(descriptor)
        }
    }

    private static func isSame(_ descriptor: Int32, _ file: URL) -> Bool {
        var (held, there) = (stat(), stat())
        return fstat(descriptor, &held) == 0 && stat(file.path, &there) == 0 && held.st_ino == there.st_ino
            && held.st_dev == there.st_dev
    }

    deinit {
        unlink(file.path)
        close(descriptor)
    }
}

/// Who holds a lock, as its file says.
private struct Owner: Codable, CustomStringConvertible {
    var pid = getpid()
    var host = Owner.hostName
    var since = Date().formatted(.iso8601)
    var command = Owner.command

    var description: String { "process \(pid) on \(host) since \(since): \(command)" }

    private static var hostName: String {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return "this machine" }
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The command line without control characters, cut where it is long.
    private static var command: String {
        var words = ProcessInfo.processInfo.arguments
        if let first = words.first { words[0] = URL(filePath: first).lastPathComponent }
        let line = words.joined(separator: " ").map { $0.unicodeScalars.contains { $0.value < 32 } ? " " : $0 }
        return String(line.prefix(200))
    }

    /// What a held lock's file says; nil where its holder has not written it yet.
    static func read(_ descriptor: Int32) -> Owner? {
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        return count > 0 ? try? JSONDecoder().decode(Owner.self, from: Data(bytes[..<count])) : nil
    }

    /// Writes who holds it; only for messages, so a disk that is full does not matter.
    func write(_ descriptor: Int32) {
        guard let data = try? JSONEncoder().encode(self) else { return }
        ftruncate(descriptor, 0)
        _ = data.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    }
}
