#if PostgreSQL
    import Files

    /// The tables, as they came to be: a migration that was once released is never changed.
    enum PostgreSQLSchema {
        private static let migrations = [("items and events", items + events)]

        /// Makes what is missing.
        ///
        /// - Throws: ``UserError`` where the tables are of a newer version, or the database does not hold all texts.
        static func migrate(_ connection: PostgreSQLConnection, at place: String) throws {
            let encoding = try connection.run("SHOW server_encoding").text(0, 0) ?? ""
            guard encoding == "UTF8" else {
                throw UserError(
                    "the database's encoding is \(encoding), and has to be UTF8", at: place,
                    remedy: "Create it with: CREATE DATABASE name ENCODING 'UTF8' TEMPLATE template0")
            }
            if try connection.run("SELECT to_regclass('iisan.migration') IS NULL").flag(0, 0) {
                try connection.run("CREATE SCHEMA IF NOT EXISTS iisan")
                try connection.run("CREATE TABLE iisan.migration (name text PRIMARY KEY)")
            }
            let rows = try connection.run("SELECT name FROM iisan.migration")
            let done = Set((0..<rows.count).compactMap { rows.text($0, 0) })
            guard done.isSubset(of: migrations.map(\.0)) else {
                throw UserError(
                    "was written by a newer version of this program", at: place,
                    remedy: "Use that version, or restore a backup of this version.")
            }
            for (name, statements) in migrations where !done.contains(name) {
                for statement in statements { try connection.run(statement) }
                try connection.run("INSERT INTO iisan.migration VALUES ($1)", [.text(name)])
            }
        }

        /// The newest state of every item that was ever changed; a removed one stays, so that its removal has a revision.
        private static let items = [
            """
            CREATE TABLE iisan.item (
                number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                id text NOT NULL UNIQUE,
                revision bigint NOT NULL UNIQUE,
                has_content boolean NOT NULL,
                title text,
                picture text,
                tags text, -- a list in JSON; NULL: as the dataset has them
                is_hidden boolean NOT NULL,
                is_removed boolean NOT NULL,
                is_another boolean NOT NULL -- it was removed at least once
            )
            """,
            "CREATE INDEX item_by_picture ON iisan.item (picture) WHERE picture IS NOT NULL",
            """
            CREATE TABLE iisan.state (
                item bigint NOT NULL REFERENCES iisan.item (number),
                place bigint NOT NULL,
                modality text NOT NULL,
                encoder text NOT NULL,
                numbers bytea,
                PRIMARY KEY (item, place)
            )
            """,
        ]

        /// Users and what they did.
        private static let events = [
            "CREATE TABLE iisan.person (number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id text NOT NULL UNIQUE)",
            """
            CREATE TABLE iisan.event (
                place bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                person bigint NOT NULL,
                time bigint NOT NULL,
                item text NOT NULL,
                kind text NOT NULL,
                key text
            )
            """,
            "CREATE INDEX event_by_person ON iisan.event (person, time, place)",
            "CREATE UNIQUE INDEX event_by_key ON iisan.event (key) WHERE key IS NOT NULL",
            "CREATE UNIQUE INDEX event_without_key ON iisan.event (person, time, item, kind) WHERE key IS NULL",
            // Sums are the totals: a row that all writers change would let them write one after the other.
            "CREATE TABLE iisan.total (events bigint NOT NULL, persons bigint NOT NULL)",
        ]
    }
#endif
