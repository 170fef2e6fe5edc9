#if PostgreSQL
    import Files
    package import Foundation

    /// A database that several servers share: PostgreSQL 13 or later, in a schema of its own, `iisan`.
    ///
    /// Each server has four connections, on threads of its own. It is backed up by PostgreSQL's tools, and what was erased is gone from
    /// its files once PostgreSQL has vacuumed them and let its own log go.
    package final class PostgreSQLDatabase: ServerDatabase {
        let address: PostgreSQLAddress
        /// How long a connection that was lost is waited for.
        let patience: Duration
        let threads: PostgreSQLThreads

        /// Opens a database, and makes its tables where they are missing.
        ///
        /// - Parameters:
        ///   - address: where it is.
        ///   - durability: what an acknowledged write survives.
        ///   - patience: how long a server that cannot be reached is waited for.
        /// - Throws: ``UserError`` where the database cannot be reached, or was written by a newer version.
        package init(
            _ address: PostgreSQLAddress, durability: WriteDurability = .full, patience: Duration = .seconds(10)
        ) async throws {
            (self.address, self.patience) = (address, patience)
            let settings = [
                "synchronous_commit": durability == .full ? "on" : "off", "statement_timeout": "60s", "lock_timeout": "20s",
                "idle_in_transaction_session_timeout": "60s", "default_transaction_isolation": "read committed",
            ]
            threads = PostgreSQLThreads(4) { try PostgreSQLConnection(address, settings: settings) }
            do {
                try await write(.items) { try PostgreSQLSchema.migrate($0, at: address.shown) }
            } catch {
                await threads.close()
                throw (error as? DatabaseError)?.error ?? error
            }
        }

        package func backup(to file: URL) async throws {
            throw DatabaseError(
                .failed,
                UserError(
                    "PostgreSQL is backed up by its own tools", at: address.shown, remedy: "Use pg_dump --schema=iisan."))
        }

        /// Joins the rows whose sums are the totals.
        package func checkpoint() async throws {
            try await write(.allEvents) { connection in
                _ = try connection.run(
                    """
                    WITH gone AS (DELETE FROM iisan.total RETURNING *)
                    INSERT INTO iisan.total SELECT coalesce(sum(events), 0), coalesce(sum(persons), 0) FROM gone
                    """)
            }
        }

        package func statistics() async throws -> DatabaseStatistics {
            try await read { connection in
                let rows = try connection.run(
                    """
                    SELECT (SELECT count(*) FROM iisan.item), (SELECT sum(events)::bigint FROM iisan.total),
                        (SELECT sum(persons)::bigint FROM iisan.total), (SELECT max(revision) FROM iisan.item),
                        (SELECT sum(pg_total_relation_size(oid))::bigint FROM pg_class
                         WHERE relnamespace = 'iisan'::regnamespace AND relkind = 'r')
                    """)
                func number(_ column: Int) -> Int { rows.integer(0, column) ?? 0 }
                return DatabaseStatistics(
                    items: number(0), events: number(1), users: number(2), revision: number(3), bytes: number(4),
                    pendingBytes: 0)
            }
        }

        package func close() async throws { await threads.close() }
    }
#endif
