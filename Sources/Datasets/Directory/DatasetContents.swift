import Files
public import Foundation
import Owned

/// What goes into a dataset directory: made by an import or by a program of its own.
public struct DatasetContents: Sendable {
    /// One item: its id, title and the picture's path below ``DatasetContents/pictures``.
    public struct Item: Sendable, Equatable {
        /// The id, not empty and unique.
        public var id: String
        /// The title; nil where there is none.
        public var title: String?
        /// The picture's path below the pictures folder; nil where there is none.
        public var picturePath: String?

        /// Makes an item.
        public init(id: String, title: String? = nil, picturePath: String? = nil) {
            self.id = id
            self.title = title
            self.picturePath = picturePath
        }
    }

    /// The dataset's name.
    package var name: String
    /// Where it came from, in words.
    package var source: String
    /// The items; an item's place here becomes its index.
    package var items: [Item]
    /// The folder that the pictures' paths start from.
    package var pictures: URL?
    /// The users' ids, unique.
    package var users: [String]
    /// Where each user's interactions start, and the number of all at the end [users + 1].
    package var offsets: [Int64]
    /// The item of each interaction, oldest first within a user [interactions].
    package var interactions: [Int32]
    /// When each interaction was, not falling within a user [interactions]; nil where unknown.
    package var timestamps: [Int64]?

    /// Makes contents from flat arrays.
    public init(
        name: String, source: String, items: [Item], pictures: URL? = nil, users: [String], offsets: [Int64],
        interactions: [Int32], timestamps: [Int64]? = nil
    ) {
        self.name = name
        self.source = source
        self.items = items
        self.pictures = pictures
        self.users = users
        self.offsets = offsets
        self.interactions = interactions
        self.timestamps = timestamps
    }

    /// Makes contents from users with their item indices, oldest first.
    public init(
        name: String, source: String, items: [Item], pictures: URL? = nil, histories: [(user: String, items: [Int32])]
    ) {
        var offsets: [Int64] = [0]
        for history in histories { offsets.append(offsets[offsets.count - 1] + Int64(history.items.count)) }
        self.init(
            name: name, source: source, items: items, pictures: pictures, users: histories.map(\.user), offsets: offsets,
            interactions: histories.flatMap(\.items))
    }
}

extension DatasetContents {
    /// Checks everything that ``Dataset/verify()`` would check.
    ///
    /// - Returns: the ids of items and users.
    /// - Throws: ``UserError`` that names the item or user.
    func check() throws -> (items: IDTable, users: IDTable) {
        let ids = (items: try checkItems(), users: try checkUsers())
        try checkInteractions()
        return ids
    }

    private func checkInteractions() throws {
        guard !interactions.isEmpty else { throw UserError("the dataset has no interactions", at: name) }
        guard interactions.count <= InteractionList.capacity else {
            throw UserError("more than \(InteractionList.capacity) interactions", at: name)
        }
        guard offsets.count == users.count + 1, offsets[0] == 0, offsets[users.count] == Int64(interactions.count) else {
            throw UserError(
                "\(offsets.count) offsets for \(users.count) users and \(interactions.count) interactions", at: name,
                remedy: "Give one offset per user and the number of interactions at the end.")
        }
        guard timestamps == nil || timestamps?.count == interactions.count else {
            throw UserError("\(timestamps?.count ?? 0) timestamps for \(interactions.count) interactions", at: name)
        }
        for user in users.indices {
            guard offsets[user] <= offsets[user + 1] else { throw UserError("the offsets fall", at: "\(name), user \(user)") }
        }
        if let bad = interactions.first(where: { $0 < 0 || Int($0) >= items.count }) {
            throw UserError("item index \(bad), expected 0..<\(items.count)", at: name)
        }
        guard let timestamps else { return }
        for user in users.indices {
            for index in (Int(offsets[user])..<Int(offsets[user + 1])).dropFirst()
            where timestamps[index] < timestamps[index - 1] {
                throw UserError(
                    "the timestamps fall", at: "\(name), user \(user)", remedy: "Order each user's interactions, oldest first.")
            }
        }
    }

    private func checkItems() throws -> IDTable {
        guard !items.isEmpty else { throw UserError("the dataset has no items", at: name) }
        guard items.count <= Int(Int32.max) else { throw UserError("more than \(Int32.max) items", at: name) }
        var seen = IDTable()
        for (index, item) in items.enumerated() {
            guard !item.id.isEmpty else { throw UserError("an item without an id", at: "\(name), item \(index)") }
            guard seen.insert(item.id).isNew else {
                throw UserError("item \(item.id.quoted) occurs twice", at: "\(name), item \(index)")
            }
            guard let path = item.picturePath else { continue }
            try PicturePath.check(path, at: "\(name), item \(index)")
            guard pictures != nil else {
                throw UserError("a picture path without a pictures folder", at: "\(name), item \(index)")
            }
        }
        return seen
    }

    private func checkUsers() throws -> IDTable {
        var seen = IDTable()
        for (index, user) in users.enumerated() {
            guard !user.isEmpty else { throw UserError("a user without an id", at: "\(name), user \(index)") }
            guard seen.insert(user).isNew else {
                throw UserError("user \(user.quoted) occurs twice", at: "\(name), user \(index)")
            }
        }
        return seen
    }
}

extension DatasetContents {
    /// Writes the dataset directory, whole or not at all, and opens it.
    ///
    /// - Parameters:
    ///   - folder: where it will be.
    ///   - replacing: whether a directory that is there is replaced.
    /// - Throws: ``UserError`` when the dataset is empty, a picture path leaves its folder, an id is empty or there twice, or the disk fails.
    @discardableResult
    public func write(to folder: URL, replacing: Bool = false) throws -> Dataset {
        let ids = try check()
        let list = InteractionList()
        for index in interactions.indices {
            list.append(Interaction(user: 0, item: interactions[index], timestamp: timestamps?[index] ?? 0))
        }
        return try DatasetWriter(
            name: name, source: source, items: items, itemIDs: ids.items, pictures: pictures, userIDs: ids.users,
            users: users.indices.map(Int32.init), offsets: offsets, interactions: list,
            order: timestamps == nil ? HistoryOrder(.given) : HistoryOrder(.time)
        ).write(to: OwnedFolder(.dataset, at: folder, for: replacing ? .replacing : .making))
    }
}
