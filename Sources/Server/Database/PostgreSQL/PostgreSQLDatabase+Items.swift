#if PostgreSQL
    import Files
    import Foundation

    extension PostgreSQLDatabase {
        package func write(_ changes: [ItemChange]) async throws -> [Int] {
            for change in changes { try change.check() }
            return try await write(.items) { connection in
                var revision = try Self.lastRevision(connection)
                return try changes.map { change in
                    let kept = try connection.run("SELECT revision FROM iisan.item WHERE id = $1", [.text(change.id)])
                    try change.checkExpected(kept.count > 0 ? kept.integer(0, 0) ?? 0 : 0)
                    revision += 1
                    try Self.write(change, revision, over: connection)
                    return revision
                }
            }
        }

        private static func write(_ change: ItemChange, _ revision: Int, over connection: PostgreSQLConnection) throws {
            let tags = try change.tags.map { String(decoding: try JSONEncoder().encode($0), as: UTF8.self) }
            let written = try connection.run(
                """
                INSERT INTO iisan.item (id, revision, has_content, title, picture, tags, is_hidden, is_removed, is_another)
                VALUES ($1, $2::bigint, $3::boolean, $4, $5, $6, $7::boolean, $8::boolean, $8::boolean)
                ON CONFLICT (id) DO UPDATE SET
                    (revision, has_content, title, picture, tags, is_hidden, is_removed, is_another) = (
                    excluded.revision, excluded.has_content, excluded.title, excluded.picture, excluded.tags, excluded.is_hidden,
                    excluded.is_removed, item.is_another OR excluded.is_removed)
                RETURNING number
                """,
                [
                    .text(change.id), .integer(revision), .flag(change.content != nil), .text(change.content?.title),
                    .text(change.content?.picture), .text(tags), .flag(change.isHidden), .flag(change.isRemoved),
                ])
            try put(change.content?.states ?? [], of: written.integer(0, 0) ?? 0, over: connection)
        }

        package func write(_ states: [ItemStates]) async throws {
            try await write(.items) { connection in
                for one in states {
                    let kept = try connection.run(
                        "SELECT number FROM iisan.item WHERE id = $1 AND revision = $2::bigint AND has_content",
                        [.text(one.id), .integer(one.revision)])
                    if kept.count > 0 { try Self.put(one.states, of: kept.integer(0, 0) ?? 0, over: connection) }
                }
            }
        }

        /// Gives an item its states, in the place of all it had.
        private static func put(_ states: [EncodedStates], of item: Int, over connection: PostgreSQLConnection) throws {
            try connection.run("DELETE FROM iisan.state WHERE item = $1::bigint", [.integer(item)])
            for (place, one) in states.enumerated() {
                try connection.run(
                    "INSERT INTO iisan.state VALUES ($1::bigint, $2::bigint, $3, $4, $5::bytea)",
                    [.integer(item), .integer(place), .text(one.modality), .text(one.encoder), .data(one.numbers)])
            }
        }

        package func changes(after revision: Int, most: Int) async throws -> [StoredItem] {
            try await items(
                "WHERE revision > $1::bigint ORDER BY revision LIMIT $2::bigint", [.integer(revision), .integer(max(0, most))])
        }

        package func item(_ id: String) async throws -> StoredItem? {
            try await items("WHERE id = $1", [.text(id)]).first
        }

        private func items(_ condition: String, _ values: [PostgreSQLValue]) async throws -> [StoredItem] {
            try await read { connection in
                // One statement, so that an item and its states are of one moment.
                let rows = try connection.run(
                    """
                    SELECT revision, id, has_content, title, picture, tags, is_hidden, is_removed, modality, encoder, numbers,
                        is_another
                    FROM (SELECT * FROM iisan.item \(condition)) AS chosen LEFT JOIN iisan.state ON state.item = chosen.number
                    ORDER BY revision, place
                    """, values)
                var items: [StoredItem] = []
                for row in 0..<rows.count {
                    let revision = rows.integer(row, 0) ?? 0
                    if items.last?.revision != revision {
                        items.append(
                            StoredItem(revision: revision, item: try Self.item(rows, row), isAnother: rows.flag(row, 11)))
                    }
                    guard let modality = rows.text(row, 8), let encoder = rows.text(row, 9) else { continue }
                    let states = EncodedStates(modality: modality, encoder: encoder, numbers: rows.data(row, 10))
                    items[items.count - 1].item.content?.states.append(states)
                }
                return items
            }
        }

        private static func item(_ rows: PostgreSQLRows, _ row: Int) throws -> ItemChange {
            let tags = try rows.data(row, 5).map { try JSONDecoder().decode([String].self, from: $0) }
            var item = ItemChange(id: rows.text(row, 1) ?? "", tags: tags)
            if rows.flag(row, 2) { item.content = ItemContent(title: rows.text(row, 3), picture: rows.text(row, 4)) }
            (item.isHidden, item.isRemoved) = (rows.flag(row, 6), rows.flag(row, 7))
            return item
        }

        package func revision() async throws -> Int { try await read { try Self.lastRevision($0) } }

        private static func lastRevision(_ connection: PostgreSQLConnection) throws -> Int {
            try connection.run("SELECT max(revision) FROM iisan.item").integer(0, 0) ?? 0
        }

        package func pictures(among names: [String]) async throws -> Set<String> {
            try await read { connection in
                let rows = try connection.run(
                    """
                    SELECT name FROM json_array_elements_text($1::json) AS name
                    WHERE EXISTS (SELECT 1 FROM iisan.item WHERE picture = name)
                    """, [.json(names)])
                return Set((0..<rows.count).compactMap { rows.text($0, 0) })
            }
        }
    }
#endif
