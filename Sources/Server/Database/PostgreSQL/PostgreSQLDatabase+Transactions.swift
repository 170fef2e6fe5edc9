#if PostgreSQL
    import Files
    import Foundation

    /// How work is done over a connection that may be lost: what was only read is read again, and nothing is written twice.
    extension PostgreSQLDatabase {
        /// A lock of the whole database, held to the end of a transaction.
        enum Lock {
            /// Items are written one transaction after the other, so that revisions have no gaps and are seen in their order.
            case items
            /// Events are written side by side.
            case events
            /// No event is being written: all that have a place can be seen.
            case allEvents

            /// The statement that waits for it; 1230 is ours among the locks of other programs.
            var sql: String {
                switch self {
                case .items: "pg_advisory_xact_lock(1230, 1)"
                case .events: "pg_advisory_xact_lock_shared(1230, 2)"
                case .allEvents: "pg_advisory_xact_lock(1230, 2)"
                }
            }
        }

        /// Reads, again where the connection is lost, until the patience has ended.
        ///
        /// - Throws: ``DatabaseError``.
        func read<Result: Sendable>(
            _ body: @escaping @Sendable (PostgreSQLConnection) throws -> Result
        ) async throws -> Result {
            try await threads.run { [self] session in try insisting(on: session) { try body($0) } }
        }

        /// Writes in one transaction, which is begun again where it certainly was not kept.
        ///
        /// A connection that is lost in a commit leaves open whether the transaction was kept: the server is then asked.
        ///
        /// - Throws: ``DatabaseError``.
        func write<Result: Sendable>(
            _ lock: Lock, _ body: @escaping @Sendable (PostgreSQLConnection) throws -> Result
        ) async throws -> Result {
            try await threads.run { [self] session in
                while true {
                    let (number, result) = try insisting(on: session) { connection in
                        try connection.run("BEGIN")
                        do {
                            let locked = try connection.run("SELECT \(lock.sql), pg_current_xact_id()::text")
                            return (locked.text(0, 1) ?? "", try body(connection))
                        } catch {
                            // Where the connection is lost, the server takes the transaction back by itself.
                            _ = try? connection.run("ROLLBACK")
                            throw error
                        }
                    }
                    do {
                        try session.connected().run("COMMIT")
                        return result
                    } catch let failure as PostgreSQLConnection.Failure {
                        guard failure.isLost else { throw DatabaseError(failure, at: address.shown) }
                        session.disconnect()
                        if try isKept(number, session) { return result }
                    }
                }
            }
        }

        /// Whether a transaction was kept, as the server says once it can be reached again.
        private func isKept(_ number: String, _ session: PostgreSQLThreads.Session) throws -> Bool {
            let end = ContinuousClock.now + patience
            while ContinuousClock.now < end {
                let status = try insisting(on: session) {
                    try $0.run("SELECT pg_xact_status($1::text::xid8)", [.text(number)]).text(0, 0)
                }
                switch status {
                case "committed": return true
                case "aborted": return false
                case "in progress": Thread.sleep(forTimeInterval: 0.05)
                default: break
                }
            }
            throw DatabaseError(
                .failed,
                UserError(
                    "the connection was lost, and it is not known whether this was written", at: address.shown,
                    remedy: "Read what is there before writing it again."))
        }

        /// Does something over a connection, again where it was lost or where transactions were in each other's way.
        private func insisting<Result>(
            on session: PostgreSQLThreads.Session, _ body: (PostgreSQLConnection) throws -> Result
        ) throws -> Result {
            let end = ContinuousClock.now + patience
            while true {
                do { return try body(session.connected()) } catch let failure as PostgreSQLConnection.Failure {
                    if failure.isLost { session.disconnect() }
                    // Deadlocks and the like: the transaction was taken back.
                    let mayGoAgain = failure.isLost || ["40P01", "40001"].contains(failure.state)
                    guard mayGoAgain, !Self.isHopeless(failure), ContinuousClock.now < end else {
                        throw DatabaseError(failure, at: address.shown)
                    }
                    Thread.sleep(forTimeInterval: failure.isLost ? 0.1 : 0.01)
                }
            }
        }

        /// Whether trying again is of no use: the password or the database's name is wrong.
        private static func isHopeless(_ failure: PostgreSQLConnection.Failure) -> Bool {
            ["authentication failed", "does not exist", "no password supplied", "permission denied"].contains {
                failure.message.contains($0)
            }
        }
    }
#endif
