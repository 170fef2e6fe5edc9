#if PostgreSQL
    import Files
    import Foundation

    extension PostgreSQLDatabase {
        /// An event as `json_to_recordset` reads it.
        private struct Record: Encodable {
            let person, item, kind: String
            let time: Int
            let key: String?

            /// Its columns in SQL, with a number that counts from 1.
            static let rows = """
                ROWS FROM (json_to_recordset($1::json) AS (person text, item text, kind text, "time" bigint, key text))
                WITH ORDINALITY AS given (person, item, kind, "time", key, number)
                """
        }

        package func add(_ events: [Event]) async throws -> Int {
            for event in events { try event.check() }
            // Of those with one key the first counts.
            var keys: Set<Data> = []
            let records = events.filter { event in event.key.map { keys.insert(Data($0.utf8)).inserted } ?? true }.map {
                Record(person: $0.user, item: $0.item, kind: $0.kind, time: $0.time, key: $0.key)
            }
            return try await write(.events) { connection in
                let given = try PostgreSQLValue.json(records)
                let persons = try connection.run(
                    """
                    INSERT INTO iisan.person (id) SELECT DISTINCT given.person FROM \(Record.rows)
                    WHERE given.key IS NULL OR NOT EXISTS (SELECT 1 FROM iisan.event WHERE event.key = given.key)
                    ORDER BY 1 ON CONFLICT DO NOTHING
                    """, [given])
                let new = try connection.run(
                    """
                    INSERT INTO iisan.event (person, "time", item, kind, key)
                    SELECT person.number, given."time", given.item, given.kind, given.key
                    FROM \(Record.rows) JOIN iisan.person ON person.id = given.person
                    ORDER BY given.number ON CONFLICT DO NOTHING
                    """, [given])
                try Self.count(events: new.written, persons: persons.written, over: connection)
                return new.written
            }
        }

        private static func count(events: Int, persons: Int, over connection: PostgreSQLConnection) throws {
            guard events != 0 || persons != 0 else { return }
            try connection.run(
                "INSERT INTO iisan.total VALUES ($1::bigint, $2::bigint)", [.integer(events), .integer(persons)])
        }

        package func events(of user: String, newest: Int, kinds: [String]?) async throws -> [Event] {
            try await read { connection in
                let rows = try connection.run(
                    """
                    SELECT "time", item, kind, key FROM iisan.event
                    WHERE person = (SELECT number FROM iisan.person WHERE id = $1)
                        AND ($2::json IS NULL OR kind IN (SELECT json_array_elements_text($2::json)))
                    ORDER BY "time" DESC, place DESC LIMIT $3::bigint
                    """, [.text(user), kinds.map { try .json($0) } ?? .text(nil), .integer(max(0, newest))])
                return (0..<rows.count).reversed().map { row in
                    Event(
                        user: user, item: rows.text(row, 1) ?? "", kind: rows.text(row, 2) ?? "",
                        time: rows.integer(row, 0) ?? 0,
                        key: rows.text(row, 3))
                }
            }
        }

        package func users(newest: Int) async throws -> [String] {
            try await read { connection in
                let rows = try connection.run(
                    """
                    SELECT id FROM (
                        SELECT person, max(place) AS last
                        FROM (SELECT person, place FROM iisan.event ORDER BY place DESC LIMIT $1::bigint) AS newest
                        GROUP BY person ORDER BY last DESC LIMIT $2::bigint
                    ) AS latest JOIN iisan.person ON number = person ORDER BY last DESC
                    """, [.integer(Self.eventsLookedAt), .integer(max(0, newest))])
                return (0..<rows.count).compactMap { rows.text($0, 0) }
            }
        }

        package func events(after place: Int, most: Int) async throws -> [(place: Int, event: Event)] {
            // Places are given before they are seen: without the lock, an earlier one could be seen later.
            try await write(.allEvents) { connection in
                let rows = try connection.run(
                    """
                    SELECT place, person.id, item, kind, "time", key
                    FROM iisan.event JOIN iisan.person ON person.number = event.person
                    WHERE place > $1::bigint ORDER BY place LIMIT $2::bigint
                    """, [.integer(place), .integer(max(0, most))])
                return (0..<rows.count).map { row in
                    (
                        rows.integer(row, 0) ?? 0,
                        Event(
                            user: rows.text(row, 1) ?? "", item: rows.text(row, 2) ?? "", kind: rows.text(row, 3) ?? "",
                            time: rows.integer(row, 4) ?? 0, key: rows.text(row, 5))
                    )
                }
            }
        }

        package func erase(user: String) async throws -> Int {
            try await write(.allEvents) { connection in
                let events = try connection.run(
                    "DELETE FROM iisan.event WHERE person = (SELECT number FROM iisan.person WHERE id = $1)", [.text(user)])
                let persons = try connection.run("DELETE FROM iisan.person WHERE id = $1", [.text(user)])
                try Self.count(events: -events.written, persons: -persons.written, over: connection)
                return events.written
            }
        }
    }
#endif
