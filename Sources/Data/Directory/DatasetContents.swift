import Files
import Foundation

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
    public var name: String
    /// Where it came from, in words.
    public var source: String
    /// The items; an item's place here becomes its index.
    public var items: [Item]
    /// The folder that the pictures' paths start from.
    public var pictures: URL?
    /// The users' ids, unique.
    public var users: [String]
    /// Where each user's interactions start, and the number of all at the end [users + 1].
    public var offsets: [Int64]
    /// The item of each interaction, oldest first within a user [interactions].
    public var interactions: [Int32]
    /// When each interaction was, not falling within a user [interactions]; nil where unknown.
    public var timestamps: [Int64]?

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
