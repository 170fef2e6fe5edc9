import Files
package import Foundation
import GRDB
import Owned
import Synchronization

/// A server's database in a folder of its own: SQLite with a write-ahead log.
///
/// One process at a time has it. Readers see what was committed and never wait for a writer; writers that come at the same time share a
/// transaction, and with it the wait for the disk.
package final class SQLiteDatabase: ServerDatabase {
    /// The database's name in its folder.
    static let name = "database.sqlite"

    /// The database's file.
    let file: URL
    let options: SQLiteOptions
    let pool: DatabasePool
    let group: GroupCommit
    /// The folder with its lock, until the database is closed.
    private let folder: Mutex<OwnedFolder?>

    /// Opens the database of a folder, which is made where it is missing.
    ///
    /// - Throws: ``UserError`` where the folder is of another kind, another process has it, it was written by a newer version, or it
    ///   cannot be read and written.
    package init(_ url: URL, options: SQLiteOptions = SQLiteOptions()) throws {
        let folder = try Self.folder(url)
        let file = folder.url.appending(path: Self.name)
        (self.file, self.options) = (file, options)
        self.folder = Mutex(folder)
        do {
            pool = try Self.open(file, options)
        } catch let error as UserError {
            throw error
        } catch {
            throw DatabaseError(error, at: file.path).error
        }
        let space = DiskGuard(folder: folder.url, least: options.leastFree)
        group = GroupCommit(pool) { try space.check() }
    }

    /// Opens the database of a folder to read alone, also while a server has it; every write is refused.
    ///
    /// - Throws: ``UserError`` where there is none, it was written by a newer version, or it cannot be read.
    package init(reading url: URL) throws {
        let folder = try FolderPlace.resolved(url)
        file = folder.appending(path: Self.name)
        options = SQLiteOptions()
        self.folder = Mutex(nil)
        guard FolderKind.served.isMarked(folder), FileManager.default.fileExists(atPath: file.path) else {
            throw UserError(
                "is not a server's folder", at: url.path,
                remedy: "Name what `iisan serve RUN` keeps beside the run: RUN.served.")
        }
        do {
            var configuration = Configuration()
            (configuration.readonly, configuration.busyMode) = (true, .timeout(options.patience))
            pool = try DatabasePool(path: file.path, configuration: configuration)
            try Self.checkVersion(pool, file)
        } catch let error as UserError { throw error } catch { throw DatabaseError(error, at: file.path).error }
        let path = file.path
        group = GroupCommit(pool) {
            throw DatabaseError(.isReadOnly, UserError("is open to be read alone", at: path))
        }
    }

    /// The folder, marked as a server's and locked.
    private static func folder(_ url: URL) throws -> OwnedFolder {
        // The lock lies in the folder: containers share what is mounted here, not what lies beside it.
        let folder = try OwnedFolder(
            .served, at: url, for: .going, lock: FolderPlace.resolved(url).appending(path: "served.lock"))
        let mark = folder.url.appending(path: "served.json")
        if !FileManager.default.fileExists(atPath: mark.path) {
            // What people did is nobody else's business.
            chmod(folder.url.path, 0o700)
            try JSONFile.write(["kind": FolderKind.served.rawValue], to: mark)
        }
        return folder
    }

    private static func open(_ file: URL, _ options: SQLiteOptions) throws -> DatabasePool {
        var configuration = Configuration()
        configuration.busyMode = .timeout(options.patience)
        configuration.persistentReadOnlyConnections = true
        configuration.prepareDatabase { connection in
            try connection.execute(sql: "PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY")
        }
        let pool = try DatabasePool(path: file.path, configuration: configuration)
        try pool.writeWithoutTransaction { connection in
            // On macOS a flush ends in the disk's own memory without `fullfsync`. The log grows to 48 MB before it is brought to its
            // place: the more often a page was written meanwhile, the less there is to bring.
            try connection.execute(
                sql: """
                    PRAGMA synchronous = \(options.durability.rawValue);
                    PRAGMA fullfsync = \(options.durability == .full ? "ON" : "OFF");
                    PRAGMA wal_autocheckpoint = 12000;
                    PRAGMA journal_size_limit = 64000000;
                    PRAGMA cache_size = -64000;
                    """)
        }
        try migrate(pool, file)
        openReaders(of: pool)
        return pool
    }

    /// Opens all connections for readers at once: later there may be no more files to be had.
    private static func openReaders(of pool: DatabasePool) {
        let readers = DispatchGroup()
        for _ in 0..<pool.configuration.maximumReaderCount { readers.enter() }
        for _ in 0..<pool.configuration.maximumReaderCount {
            pool.asyncRead { _ in
                readers.leave()
                // Each is held until all are there.
                _ = readers.wait(timeout: .now() + 5)
            }
        }
        _ = readers.wait(timeout: .now() + 5)
    }

    private static func migrate(_ pool: DatabasePool, _ file: URL) throws {
        try checkVersion(pool, file)
        try SQLiteSchema.migrator.migrate(pool)
    }

    private static func checkVersion(_ pool: DatabasePool, _ file: URL) throws {
        guard try !pool.read(SQLiteSchema.migrator.hasBeenSuperseded) else {
            throw UserError(
                "was written by a newer version of this program", at: file.path,
                remedy: "Use that version, or put a backup of this version in its place.")
        }
    }

    /// Reads what is committed.
    ///
    /// - Throws: ``DatabaseError``.
    func read<Result: Sendable>(_ body: @escaping @Sendable (GRDB.Database) throws -> Result) async throws -> Result {
        try await telling {
            try await pool.read { connection in
                do { return try body(connection) } catch { throw DatabaseError(error, on: connection, at: self.file.path) }
            }
        }
    }

    /// Does something whose errors become ``DatabaseError``.
    func telling<Result>(_ body: () async throws -> Result) async throws -> Result {
        do { return try await body() } catch let error as CancellationError { throw error } catch {
            throw DatabaseError(error, at: file.path)
        }
    }

    package func close() async throws {
        await group.close()
        try await telling {
            if !pool.configuration.readonly { _ = try await emptyLog(within: 1) }
            try pool.close()
        }
        folder.withLock { $0 = nil }
    }
}

/// How an ``SQLiteDatabase`` keeps what it is given.
package struct SQLiteOptions: Sendable, Equatable {
    /// What an acknowledged write survives; default the loss of power.
    package var durability = WriteDurability.full
    /// Bytes that stay free on the disk: writes are refused before the log has no room to be brought to its place. Default 64 MB.
    package var leastFree = 64_000_000
    /// Seconds that a call waits for another program that holds the file, as a backup tool may; default 5.
    package var patience = 5.0

    /// The defaults.
    package init() {}
}
