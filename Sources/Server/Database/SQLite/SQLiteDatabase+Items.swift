import Files
import Foundation
import GRDB

extension SQLiteDatabase {
    package func write(_ changes: [ItemChange]) async throws -> [Int] {
        for change in changes { try change.check() }
        return try await group.run { connection in try changes.map { try Self.write($0, on: connection) } }
    }

    private static func write(_ change: ItemChange, on connection: GRDB.Database) throws -> Int {
        let kept = try Row.fetchOne(
            connection.cachedStatement(sql: "SELECT number, revision FROM item WHERE id = ?"), arguments: [change.id])
        try change.checkExpected(kept?["revision"] ?? 0)
        let revision = try lastRevision(connection) + 1
        let number: Int64
        if let kept {
            number = kept["number"]
        } else {
            try connection.execute(
                sql: "INSERT INTO item (id, revision, hasContent, isHidden, isRemoved) VALUES (?, ?, 0, 0, 0)",
                arguments: [change.id, revision])
            number = connection.lastInsertedRowID
            try connection.execute(sql: "UPDATE total SET items = items + 1")
        }
        try connection.execute(
            sql: """
                UPDATE item SET revision = ?, hasContent = ?, title = ?, picture = ?, tags = ?, isHidden = ?, isRemoved = ?
                WHERE number = ?
                """,
            arguments: [
                revision, change.content != nil, change.content?.title, change.content?.picture, try change.tags.map(json),
                change.isHidden, change.isRemoved, number,
            ])
        try put(change.content?.states ?? [], of: number, on: connection)
        return revision
    }

    package func write(_ states: [ItemStates]) async throws {
        try await group.run { connection in
            for one in states {
                let number = try Int64.fetchOne(
                    connection.cachedStatement(sql: "SELECT number FROM item WHERE id = ? AND revision = ? AND hasContent"),
                    arguments: [one.id, one.revision])
                if let number { try Self.put(one.states, of: number, on: connection) }
            }
        }
    }

    /// Gives an item its states, in the place of all it had.
    private static func put(_ states: [EncodedStates], of item: Int64, on connection: GRDB.Database) throws {
        try connection.cachedStatement(sql: "DELETE FROM state WHERE item = ?").execute(arguments: [item])
        let insert = try connection.cachedStatement(sql: "INSERT INTO state VALUES (?, ?, ?, ?, ?)")
        for (place, one) in states.enumerated() {
            try insert.execute(arguments: [item, place, one.modality, one.encoder, one.numbers])
        }
    }

    package func changes(after revision: Int, most: Int) async throws -> [StoredItem] {
        try await read { connection in
            try Self.items(
                "WHERE revision > ? ORDER BY revision LIMIT ?", arguments: [revision, max(0, most)], on: connection)
        }
    }

    package func item(_ id: String) async throws -> StoredItem? {
        try await read { try Self.items("WHERE id = ?", arguments: [id], on: $0).first }
    }

    private static func items(
        _ condition: String, arguments: StatementArguments, on connection: GRDB.Database
    ) throws -> [StoredItem] {
        let states = try connection.cachedStatement(
            sql: "SELECT modality, encoder, numbers FROM state WHERE item = ? ORDER BY place")
        let rows = try Row.fetchCursor(
            connection.cachedStatement(sql: "SELECT * FROM item \(condition)"), arguments: arguments)
        var items: [StoredItem] = []
        while let row = try rows.next() {
            var item = ItemChange(id: row["id"], tags: try (row["tags"] as String?).map(list))
            (item.isHidden, item.isRemoved) = (row["isHidden"], row["isRemoved"])
            if row["hasContent"] {
                item.content = ItemContent(
                    title: row["title"], picture: row["picture"],
                    states: try Row.fetchAll(states, arguments: [row["number"] as Int64]).map {
                        EncodedStates(modality: $0["modality"], encoder: $0["encoder"], numbers: $0["numbers"])
                    })
            }
            items.append(StoredItem(revision: row["revision"], item: item))
        }
        return items
    }

    package func revision() async throws -> Int { try await read(Self.lastRevision) }

    static func lastRevision(_ connection: GRDB.Database) throws -> Int {
        try Int.fetchOne(connection.cachedStatement(sql: "SELECT max(revision) FROM item")) ?? 0
    }

    package func pictures(among names: [String]) async throws -> Set<String> {
        try await read { connection in
            let statement = try connection.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM item WHERE picture = ?)")
            return Set(try names.filter { try Bool.fetchOne(statement, arguments: [$0]) ?? false })
        }
    }

    private static func json(_ texts: [String]) throws -> String {
        String(decoding: try JSONEncoder().encode(texts), as: UTF8.self)
    }

    private static func list(_ json: String) throws -> [String] {
        try JSONDecoder().decode([String].self, from: Data(json.utf8))
    }
}
