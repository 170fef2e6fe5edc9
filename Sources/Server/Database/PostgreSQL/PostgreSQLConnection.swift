#if PostgreSQL
    import CPostgreSQL
    import Files
    import Foundation

    /// A connection to PostgreSQL, for one thread at a time; every call waits for its answer.
    final class PostgreSQLConnection {
        /// What the connection, or the server, said of a failure.
        struct Failure: Error {
            /// The five characters by which SQL names errors; empty where the connection failed.
            var state: String
            /// The message without its details, which repeat what was written.
            var message: String
            /// Whether the connection is gone: what was under way may have been done.
            var isLost: Bool
        }

        private let connection: OpaquePointer

        /// Connects, and sets the session up.
        ///
        /// - Parameter settings: what the session runs under.
        /// - Throws: ``Failure``.
        init(_ address: PostgreSQLAddress, settings: [String: String]) throws {
            // What the address itself says comes later and counts.
            let words = [
                ("connect_timeout", "5"), ("tcp_user_timeout", "15000"), ("keepalives_idle", "15"),
                ("application_name", "iisan"), ("client_encoding", "UTF8"), ("dbname", address.text),
            ]
            let keys = words.map { strdup($0.0) } + [nil]
            let values = words.map { strdup($0.1) } + [nil]
            defer { for text in keys + values { free(text) } }
            guard
                let made = PQconnectdbParams(keys.map { UnsafePointer<CChar>($0) }, values.map { UnsafePointer<CChar>($0) }, 1)
            else {
                throw Failure(state: "", message: "no memory for a connection", isLost: true)
            }
            connection = made
            guard PQstatus(made) == CONNECTION_OK else { throw failure() }
            // Notices are for people at a terminal.
            PQsetNoticeProcessor(made, { _, _ in }, nil)
            for (name, value) in settings {
                try run("SELECT set_config($1, $2, false)", [.text(name), .text(value)])
            }
        }

        deinit { PQfinish(connection) }

        /// Runs one statement.
        ///
        /// - Parameters:
        ///   - sql: the statement, with places `$1` and so on for values.
        ///   - values: the values.
        /// - Returns: its rows.
        /// - Throws: ``Failure``.
        @discardableResult
        func run(_ sql: String, _ values: [PostgreSQLValue] = []) throws -> PostgreSQLRows {
            let bytes = values.map(\.bytes)
            let copies = bytes.map { bytes -> UnsafeMutablePointer<CChar>? in
                guard let bytes else { return nil }
                let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count + 1)
                bytes.copyBytes(to: UnsafeMutableRawBufferPointer(start: copy, count: bytes.count))
                // Texts end with a zero.
                copy[bytes.count] = 0
                return copy
            }
            defer { for copy in copies { copy?.deallocate() } }
            let result = PQexecParams(
                connection, sql, Int32(values.count), nil, copies.map { UnsafePointer<CChar>($0) },
                bytes.map { Int32($0?.count ?? 0) },
                values.map { $0.isBinary ? 1 : 0 }, 1)
            switch PQresultStatus(result) {
            case PGRES_COMMAND_OK, PGRES_TUPLES_OK: return PostgreSQLRows(result!)
            default:
                let failure = failure(result)
                PQclear(result)
                throw failure
            }
        }

        private func failure(_ result: OpaquePointer? = nil) -> Failure {
            func field(_ code: UInt8) -> String? { PQresultErrorField(result, Int32(code)).map { String(cString: $0) } }
            let message = field(UInt8(ascii: "M")) ?? String(cString: PQerrorMessage(connection))
            return Failure(
                state: field(UInt8(ascii: "C")) ?? "", message: message.trimmingCharacters(in: .whitespacesAndNewlines),
                isLost: PQstatus(connection) != CONNECTION_OK)
        }
    }

    extension DatabaseError {
        /// What a failure means.
        ///
        /// - Parameter place: the database as messages show it.
        init(_ failure: PostgreSQLConnection.Failure, at place: String) {
            func refusal(_ reason: Reason, _ problem: String, _ remedy: String) -> DatabaseError {
                DatabaseError(reason, UserError(problem, at: place, remedy: remedy))
            }
            switch failure.state {
            case "53100":
                self = refusal(
                    .isFull, "the database's disk is full", "Free some space there; what is there can still be read.")
            case "25006":
                self = refusal(.isReadOnly, "the database only answers questions", "Name the server that is written to.")
            case "55P03", "57014":
                self = refusal(.failed, "the database did not answer in time", "Look for what holds it in pg_stat_activity.")
            default:
                self =
                    failure.isLost
                    ? refusal(
                        .failed, "cannot be reached: \(failure.message)", "Check that it runs, the address and the password.")
                    : refusal(.failed, "the database failed: \(failure.message)", "Look into PostgreSQL's log.")
            }
        }
    }
#endif
