import Files
import Foundation
import GRDB
import GRDBSQLite

extension DatabaseError {
    /// What an error means that came up in work on a connection; the connection still knows which call of the system failed.
    init(_ error: any Error, on connection: GRDB.Database, at path: String) {
        self.init(error, at: path, code: connection.sqliteConnection.map(sqlite3_system_errno) ?? 0)
    }

    /// What an error of SQLite's means; one that is told already stays as it is.
    ///
    /// - Parameters:
    ///   - path: the database's file.
    ///   - code: the `errno` of the call of the system that failed; 0 where none did.
    init(_ error: any Error, at path: String, code: Int32 = 0) {
        func refusal(_ reason: Reason, _ problem: String, _ remedy: String) -> DatabaseError {
            DatabaseError(reason, UserError(problem, at: path, remedy: remedy))
        }
        switch error {
        case let error as DatabaseError: self = error
        case let error as UserError: self.init(.failed, error)
        case let error as GRDB.DatabaseError:
            let message = error.message ?? "\(error.resultCode)"
            switch (error.resultCode, code) {
            case (.SQLITE_FULL, _), (.SQLITE_IOERR, ENOSPC), (.SQLITE_IOERR, EDQUOT), (.SQLITE_IOERR, EFBIG):
                self = refusal(
                    .isFull, "the disk is full, and nothing of this was written",
                    "Free some space on this disk; what is there can still be read.")
            case (.SQLITE_READONLY, _), (.SQLITE_IOERR, EROFS), (.SQLITE_CANTOPEN, EROFS), (.SQLITE_CANTOPEN, EACCES):
                self = refusal(
                    .isReadOnly, "cannot be written: \(message)",
                    "Check who may write here, and whether the disk is read alone.")
            case (.SQLITE_CORRUPT, _), (.SQLITE_NOTADB, _):
                self = refusal(
                    .failed, "the database is damaged: \(message)",
                    "Stop the server, move this file and those of its name away, and put a backup in its place.")
            case (.SQLITE_BUSY, _), (.SQLITE_LOCKED, _):
                self = refusal(.failed, "another program holds the database", "End the program that has this file open.")
            case (_, EMFILE), (_, ENFILE):
                self = refusal(.failed, "there are too many open files", "Raise the limit of open files (ulimit -n).")
            default:
                self = refusal(.failed, "the database failed: \(message)", "Check the disk, and the system's log of it.")
            }
        default: self = refusal(.failed, "the database failed: \(error)", "Check the disk, and the system's log of it.")
        }
    }
}
