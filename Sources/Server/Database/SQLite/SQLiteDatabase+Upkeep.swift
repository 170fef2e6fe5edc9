import Files
package import Foundation
import GRDB

extension SQLiteDatabase {
    package func checkpoint() async throws { _ = try await telling { try await emptyLog(within: 0) } }

    /// Brings the log to its place and empties it; as much of it as nobody reads where that does not come to an end.
    ///
    /// Writers have their turn while it waits for those who read an older state.
    ///
    /// - Parameter seconds: how long it tries.
    /// - Returns: whether the log is empty.
    func emptyLog(within seconds: Double) async throws -> Bool {
        let end = ContinuousClock.now + .seconds(seconds)
        let patience = Int(options.patience * 1000)
        while true {
            let isEmpty = try await pool.writeWithoutTransaction { connection in
                try connection.execute(sql: "PRAGMA busy_timeout = 50")
                defer { try? connection.execute(sql: "PRAGMA busy_timeout = \(patience)") }
                let row = try Row.fetchOne(connection, sql: "PRAGMA wal_checkpoint(TRUNCATE)")
                return row?["busy"] == 0
            }
            if isEmpty || ContinuousClock.now >= end { return isEmpty }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    package func backup(to url: URL) async throws {
        guard !FileManager.default.fileExists(atPath: url.path) else {
            throw DatabaseError(
                .failed, UserError("is there already", at: url.path, remedy: "Name a file that is not there yet."))
        }
        let size = try await statistics().bytes
        // On a thread of its own: a large database takes long.
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global(qos: .utility).async { [self] in
                continuation.resume(with: Result { try writeBackup(to: url, size: size) })
            }
        }
    }

    private func writeBackup(to url: URL, size: Int) throws {
        let folder = url.deletingLastPathComponent()
        let partial = folder.appending(path: HiddenName.new(for: url.lastPathComponent, .partial))
        defer { for ending in ["", "-journal"] { unlink(partial.path + ending) } }
        do {
            do { try Folder.checkSpace(for: size, at: folder) } catch let error as UserError {
                throw DatabaseError(.isFull, error)
            }
            let copy = try DatabaseQueue(path: partial.path)
            chmod(partial.path, 0o600)
            try pool.backup(to: copy)
            // One file is all of it.
            try copy.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = DELETE") }
            try copy.close()
            try flush(partial)
            // A file that has come there meanwhile is not replaced.
            guard link(partial.path, url.path) == 0 else {
                throw UserError.system("could not put the file in its place", at: url.path)
            }
            Folder.flush(folder)
        } catch {
            throw DatabaseError(error, at: url.path)
        }
    }

    private func flush(_ file: URL) throws {
        let descriptor = open(file.path, O_RDONLY | O_CLOEXEC)
        defer { Foundation.close(descriptor) }
        guard descriptor >= 0, fsync(descriptor) == 0 else {
            throw UserError.system("could not flush the file to the disk", at: file.path)
        }
    }

    package func statistics() async throws -> DatabaseStatistics {
        func size(_ path: String) -> Int {
            var status = stat()
            return stat(path, &status) == 0 ? Int(status.st_size) : 0
        }
        let pending = size(file.path + "-wal")
        let bytes = size(file.path) + pending
        return try await read { connection in
            let total = try Row.fetchOne(connection, sql: "SELECT * FROM total")
            return DatabaseStatistics(
                items: total?["items"] ?? 0, events: total?["events"] ?? 0, users: total?["users"] ?? 0,
                revision: try Self.lastRevision(connection), bytes: bytes, pendingBytes: pending)
        }
    }
}
