package import Files
package import Foundation

/// What a server keeps: the items that are not as the dataset has them, and the events of users.
///
/// What a call has returned from is kept, whatever happens to the process next (and to the machine, unless it was asked for less). Several
/// servers may share one; each sees the others' changes by ``changes(after:most:)``.
package protocol ServerDatabase: Sendable {
    /// Writes the states of some items, all or none.
    ///
    /// - Returns: the revision of each, in the order in which they were given: counted from 1 over all changes that were ever made.
    /// - Throws: ``DatabaseError``: `conflict` where an item is at another revision than its change expects.
    func write(_ changes: [ItemChange]) async throws -> [Int]

    /// Gives items other hidden states, as where another run's encoders have read them again; their revisions stay as they are.
    ///
    /// States of an item that is at another revision by now are left out.
    func write(_ states: [ItemStates]) async throws

    /// The newest states of the items that were changed after a revision, in rising order of their revisions.
    ///
    /// - Parameter most: how many at most.
    func changes(after revision: Int, most: Int) async throws -> [StoredItem]

    /// The newest state of an item; nil where it was never changed.
    func item(_ id: String) async throws -> StoredItem?

    /// The revision of the last change; 0 before the first.
    func revision() async throws -> Int

    /// Those of some names of pictures that an item has.
    func pictures(among names: [String]) async throws -> Set<String>

    /// Writes some events, all or none.
    ///
    /// An event is there already where one has its ``Event/key``, or without a key the same user, item, kind and time.
    ///
    /// - Returns: how many were new.
    func add(_ events: [Event]) async throws -> Int

    /// The newest events of a user, in the order of their times; events of one time in the order in which they came.
    ///
    /// - Parameters:
    ///   - newest: how many at most.
    ///   - kinds: kinds to read; nil reads all.
    func events(of user: String, newest: Int, kinds: [String]?) async throws -> [Event]

    /// Users of the newest ``eventsLookedAt`` events that came, whoever did something last first.
    ///
    /// - Parameter newest: how many at most.
    func users(newest: Int) async throws -> [String]

    /// Some of all events in the order in which they came, for whoever takes them elsewhere.
    ///
    /// - Returns: events with their places, which rise; none at the end.
    func events(after place: Int, most: Int) async throws -> [(place: Int, event: Event)]

    /// Erases all that is known of a user; nothing of it can be read from SQLite's files afterwards. PostgreSQL's are another program's:
    /// what is erased is gone from them when it has vacuumed them and removed its old logs.
    ///
    /// - Returns: how many events there were.
    func erase(user: String) async throws -> Int

    /// Writes a copy of everything as of one moment, while work goes on.
    ///
    /// - Throws: ``DatabaseError``; a form that is backed up by its own tools says so.
    func backup(to file: URL) async throws

    /// Brings what was written lately to its place, for a call every minute or so; a form that needs no such call does nothing.
    func checkpoint() async throws

    /// Numbers for people and monitors.
    func statistics() async throws -> DatabaseStatistics

    /// Ends all work; nothing is asked of it afterwards.
    func close() async throws
}

extension ServerDatabase {
    /// The newest events among which users are looked for.
    package static var eventsLookedAt: Int { 20_000 }
}

/// An item as a change leaves it.
package struct ItemChange: Sendable, Equatable {
    /// Its id.
    package var id: String
    /// What it is; nil for an item of the dataset that only has other marks.
    package var content: ItemContent?
    /// Words that questions can ask for; nil leaves them as the dataset has them.
    package var tags: [String]?
    /// Whether it is hidden.
    package var isHidden = false
    /// Whether it is removed; the rest is empty then.
    package var isRemoved = false
    /// The revision that it was read at, 0 for an item that was never changed; nil where any will do.
    package var expected: Int?

    /// Leaves an item in a state.
    package init(id: String, content: ItemContent? = nil, tags: [String]? = nil) {
        (self.id, self.content, self.tags) = (id, content, tags)
    }
}

/// What an item is.
package struct ItemContent: Sendable, Equatable {
    /// Its title; nil where it has none.
    package var title: String?
    /// The name of its picture in the ``PictureFolder``; nil where it has none.
    package var picture: String?
    /// Its hidden states.
    package var states: [EncodedStates]

    /// Joins them.
    package init(title: String? = nil, picture: String? = nil, states: [EncodedStates] = []) {
        (self.title, self.picture, self.states) = (title, picture, states)
    }
}

/// The hidden states of one modality of an item.
package struct EncodedStates: Sendable, Equatable {
    /// The modality's name.
    package var modality: String
    /// What tells the encoder apart from others.
    package var encoder: String
    /// The numbers, row by row [layers, width], little-endian float32; nil where the item lacks the modality.
    package var numbers: Data?

    /// Joins them.
    package init(modality: String, encoder: String, numbers: Data?) {
        (self.modality, self.encoder, self.numbers) = (modality, encoder, numbers)
    }
}

/// Other hidden states of an item.
package struct ItemStates: Sendable, Equatable {
    /// The item.
    package var id: String
    /// The revision that the states are of.
    package var revision: Int
    /// Its states, in the place of all it had.
    package var states: [EncodedStates]

    /// Joins them.
    package init(id: String, revision: Int, states: [EncodedStates]) {
        (self.id, self.revision, self.states) = (id, revision, states)
    }
}

/// An item as it is kept.
package struct StoredItem: Sendable, Equatable {
    /// The revision of its last change.
    package var revision: Int
    /// The item; what its change expected is not kept.
    package var item: ItemChange
    /// Whether it was removed at least once: an item of the dataset that comes back then is another one.
    package var isAnother: Bool

    /// Joins them.
    package init(revision: Int, item: ItemChange, isAnother: Bool = false) {
        (self.revision, self.item, self.isAnother) = (revision, item, isAnother)
    }
}

/// Something that a user did.
package struct Event: Sendable, Equatable {
    /// The user.
    package var user: String
    /// The item.
    package var item: String
    /// What was done, as `view`.
    package var kind: String
    /// When, in milliseconds since 1970.
    package var time: Int
    /// What tells it apart from every other event, as its sender has it; nil where the sender has nothing.
    package var key: String?

    /// Names an event.
    package init(user: String, item: String, kind: String, time: Int, key: String? = nil) {
        (self.user, self.item, self.kind, self.time, self.key) = (user, item, kind, time, key)
    }
}

/// Numbers of a database.
package struct DatabaseStatistics: Sendable, Equatable, Codable {
    /// Items that are not as the dataset has them.
    package var items: Int
    /// Events.
    package var events: Int
    /// Users with an event.
    package var users: Int
    /// The revision of the last change of an item.
    package var revision: Int
    /// Its size in bytes, and of that what is not yet in its place (SQLite's write-ahead log).
    package var bytes: Int
    package var pendingBytes: Int

    /// Names them.
    package init(items: Int, events: Int, users: Int, revision: Int, bytes: Int, pendingBytes: Int) {
        (self.items, self.events, self.users) = (items, events, users)
        (self.revision, self.bytes, self.pendingBytes) = (revision, bytes, pendingBytes)
    }
}

/// Why a database refused.
package struct DatabaseError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The reasons.
    package enum Reason: String, Sendable {
        /// An item is at another revision than was expected.
        case conflict
        /// The disk is full, or too nearly so to begin.
        case isFull
        /// It cannot be written, as on a disk that is read alone.
        case isReadOnly
        /// It cannot be reached or read.
        case failed
    }

    /// The reason.
    package var reason: Reason
    /// What is wrong, and what to do about it.
    package var error: UserError

    /// Refuses.
    package init(_ reason: Reason, _ error: UserError) { (self.reason, self.error) = (reason, error) }

    /// The error's text.
    package var description: String { error.description }
}

/// What an acknowledged write survives.
package enum WriteDurability: String, Sendable, CaseIterable {
    /// The loss of power: each transaction waits for the disk.
    case full
    /// The end of the process.
    case normal
}
