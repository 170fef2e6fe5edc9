package import Database
import Files
package import Foundation

/// A database that ends with the process: the plain form that the others are compared with.
package actor MemoryDatabase: ServerDatabase {
    private var items: [String: StoredItem] = [:]
    private var last = 0
    private var log: [Event] = []
    private var keys: Set<String> = []
    /// What writes are refused by from now on; nil lets them through.
    package private(set) var refusal: DatabaseError?
    package private(set) var isClosed = false

    package init() {}

    /// Refuses writes, or lets them through again.
    package func refuse(_ error: DatabaseError?) { refusal = error }

    private func checkWritable() throws { if let refusal { throw refusal } }

    package func write(_ changes: [ItemChange]) throws -> [Int] {
        try checkWritable()
        for change in changes {
            let revision = items[change.id]?.revision ?? 0
            if let expected = change.expected, expected != revision {
                throw DatabaseError(.conflict, UserError("item \(change.id.quoted) is at revision \(revision)"))
            }
        }
        return changes.map { change in
            last += 1
            var kept = change
            kept.expected = nil
            let isAnother = change.isRemoved || items[change.id]?.isAnother == true
            items[change.id] = StoredItem(revision: last, item: kept, isAnother: isAnother)
            return last
        }
    }

    package func write(_ states: [ItemStates]) throws {
        try checkWritable()
        for one in states where items[one.id]?.revision == one.revision { items[one.id]?.item.content?.states = one.states }
    }

    package func changes(after revision: Int, most: Int) -> [StoredItem] {
        Array(items.values.filter { $0.revision > revision }.sorted { $0.revision < $1.revision }.prefix(most))
    }

    package func item(_ id: String) -> StoredItem? { items[id] }
    package func revision() -> Int { last }

    package func add(_ events: [Event]) throws -> Int {
        try checkWritable()
        return events.count { event in
            guard keys.insert(Self.key(of: event)).inserted else { return false }
            log.append(event)
            return true
        }
    }

    private static func key(of event: Event) -> String {
        event.key.map { "k\($0)" } ?? "e\([event.user, event.item, event.kind, "\(event.time)"])"
    }

    package func events(of user: String, newest: Int, kinds: [String]?) -> [Event] {
        let own = log.enumerated().filter { $0.element.user == user && kinds?.contains($0.element.kind) ?? true }
        return own.sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }.map(\.element).suffix(newest)
    }

    package func users(newest: Int) -> [String] {
        log.suffix(Self.eventsLookedAt).reversed().reduce(into: []) { users, event in
            if users.count < newest, !users.contains(event.user) { users.append(event.user) }
        }
    }

    package func events(after place: Int, most: Int) -> [(place: Int, event: Event)] {
        Array(log.enumerated().map { ($0.offset + 1, $0.element) }.filter { $0.0 > place }.prefix(most))
    }

    package func erase(user: String) throws -> Int {
        try checkWritable()
        let own = log.filter { $0.user == user }
        keys.subtract(own.map(Self.key))
        log.removeAll { $0.user == user }
        return own.count
    }

    package func backup(to file: URL) throws {
        try checkWritable()
        do { try Data("\(log.count)".utf8).write(to: file) } catch {
            throw DatabaseError(.failed, .system("could not write the copy", at: file.path, error: error))
        }
    }

    package func pictures(among names: [String]) -> Set<String> {
        Set(names).intersection(items.values.compactMap { $0.item.content?.picture })
    }

    package func checkpoint() {}

    package func statistics() -> DatabaseStatistics {
        DatabaseStatistics(
            items: items.count, events: log.count, users: Set(log.map(\.user)).count, revision: last, bytes: 0, pendingBytes: 0)
    }

    package func close() { isClosed = true }
}
