import Files
import Foundation
import GRDB

extension SQLiteDatabase {
    package func add(_ events: [Event]) async throws -> Int {
        for event in events { try event.check() }
        return try await group.run { try Self.add(events, on: $0) }
    }

    private static func add(_ events: [Event], on connection: GRDB.Database) throws -> Int {
        let insert = try connection.cachedStatement(
            sql: """
                INSERT INTO event (user, time, item, kind, key, digest) VALUES (?, ?, ?, ?, ?, coalesce(?, x''))
                ON CONFLICT DO NOTHING
                """)
        var users = Users(connection)
        var count = 0
        for event in events {
            let digest = event.key.map(digest)
            // A user is made by an event that is new, as one without a key is, when nothing is known of its user.
            guard let user = try users.number(of: event.user, orNewUnless: { try Self.isKnown(digest, on: connection) }) else {
                continue
            }
            try insert.execute(arguments: [user, event.time, event.item, event.kind, event.key, digest])
            count += connection.changesCount
        }
        try connection.execute(
            sql: "UPDATE total SET events = events + ?, users = users + ?", arguments: [count, users.new])
        return count
    }

    private static func isKnown(_ digest: Data?, on connection: GRDB.Database) throws -> Bool {
        guard let digest else { return false }
        let statement = try connection.cachedStatement(
            sql: "SELECT EXISTS (SELECT 1 FROM event WHERE digest = ? AND digest <> x'')")
        return try Bool.fetchOne(statement, arguments: [digest]) ?? false
    }

    /// What indexes hold in place of a text: 128 bits of its SHA-256.
    static func digest(_ text: String) -> Data {
        var hash = ContentHash()
        hash.update(text)
        return Data(hash.bytes.prefix(16))
    }

    package func events(of user: String, newest: Int, kinds: [String]?) async throws -> [Event] {
        let kinds = try kinds.map { String(decoding: try JSONEncoder().encode($0), as: UTF8.self) }
        return try await read { connection in
            guard let number = try Users.number(of: user, on: connection) else { return [] }
            // The index has everything but keys.
            let statement = try connection.cachedStatement(
                sql: """
                    SELECT time, item, kind,
                        CASE WHEN digest <> x'' THEN (SELECT key FROM event AS whole WHERE whole.place = event.place) END AS key
                    FROM event
                    WHERE user = :user AND (:kinds IS NULL OR kind IN (SELECT value FROM json_each(:kinds)))
                    ORDER BY time DESC, place DESC LIMIT :newest
                    """)
            let rows = try Row.fetchAll(statement, arguments: ["user": number, "kinds": kinds, "newest": max(0, newest)])
            return rows.reversed().map { row in
                Event(user: user, item: row["item"], kind: row["kind"], time: row["time"], key: row["key"])
            }
        }
    }

    package func users(newest: Int) async throws -> [String] {
        try await read { connection in
            let statement = try connection.cachedStatement(
                sql: """
                    SELECT id FROM (
                        SELECT user, max(place) AS last FROM (SELECT user, place FROM event ORDER BY place DESC LIMIT ?)
                        WHERE user IS NOT NULL GROUP BY user ORDER BY last DESC LIMIT ?
                    ) CROSS JOIN user ON number = user ORDER BY last DESC
                    """)
            return try String.fetchAll(statement, arguments: [Self.eventsLookedAt, max(0, newest)])
        }
    }

    package func events(after place: Int, most: Int) async throws -> [(place: Int, event: Event)] {
        try await read { connection in
            let statement = try connection.cachedStatement(
                sql: """
                    SELECT place, id, item, kind, time, key FROM event CROSS JOIN user ON user.number = event.user
                    WHERE place > ? ORDER BY place LIMIT ?
                    """)
            return try Row.fetchAll(statement, arguments: [place, max(0, most)]).map { row in
                (
                    row["place"],
                    Event(user: row["id"], item: row["item"], kind: row["kind"], time: row["time"], key: row["key"])
                )
            }
        }
    }

    package func erase(user: String) async throws -> Int {
        let count = try await group.run(makingRoom: true) { connection in
            guard let number = try Users.number(of: user, on: connection) else { return 0 }
            // Emptied and not deleted: see the schema.
            try connection.execute(
                sql: "UPDATE event SET user = NULL, time = 0, item = '', kind = '', key = NULL, digest = x'' WHERE user = ?",
                arguments: [number])
            let count = connection.changesCount
            try connection.execute(sql: "UPDATE user SET id = NULL, digest = NULL WHERE number = ?", arguments: [number])
            try connection.execute(sql: "UPDATE total SET events = events - ?, users = users - 1", arguments: [count])
            return count
        }
        // The log still has the pages as they were.
        guard try await telling({ try await emptyLog(within: 10) }) else {
            throw DatabaseError(
                .failed,
                UserError(
                    "the user is erased, but the write-ahead log still holds what was known, as a backup or a long question reads it",
                    at: file.path, remedy: "Erase the user again when that has ended."))
        }
        return count
    }
}

/// The numbers of users, which stand for their names.
private struct Users {
    private let connection: GRDB.Database
    private var known: [Data: Int64] = [:]
    /// How many were made.
    private(set) var new = 0

    init(_ connection: GRDB.Database) { self.connection = connection }

    static func number(of user: String, on connection: GRDB.Database) throws -> Int64? {
        let statement = try connection.cachedStatement(sql: "SELECT number FROM user WHERE digest = ?")
        return try Int64.fetchOne(statement, arguments: [SQLiteDatabase.digest(user)])
    }

    /// A user's number; nil where there is none yet and `isNeedless` says that none is to be made.
    mutating func number(of user: String, orNewUnless isNeedless: () throws -> Bool) throws -> Int64? {
        let name = Data(user.utf8)
        if let number = known[name] { return number }
        if let number = try Self.number(of: user, on: connection) {
            known[name] = number
            return number
        }
        if try isNeedless() { return nil }
        try connection.cachedStatement(sql: "INSERT INTO user (id, digest) VALUES (?, ?)")
            .execute(arguments: [user, SQLiteDatabase.digest(user)])
        known[name] = connection.lastInsertedRowID
        new += 1
        return known[name]
    }
}
