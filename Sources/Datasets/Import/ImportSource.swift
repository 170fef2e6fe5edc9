public import Foundation

/// Where an import reads from, and in which form it is.
public enum ImportSource: Sendable {
    /// The form of the IISAN releases: lines `user<TAB>item item ...`, oldest first, and lines `item<TAB>title`; the picture of item i is
    /// `i.jpg`, `i.jpeg`, `i.png` or `i.webp` in `pictures`.
    case iisan(users: URL, items: URL, pictures: URL? = nil)
    /// Any CSV, TSV or JSONL tables.
    case tables(interactions: InteractionTable, items: ItemTable? = nil, pictures: URL? = nil)
    /// MicroLens-100K: `pairs` (user, item, timestamp), `titles` (item, title), each with or without a header, and a folder of covers.
    case microLens(pairs: URL, titles: URL, covers: URL? = nil)
    /// Amazon Reviews, JSONL, 2018 (`reviewerID`, `asin`, `unixReviewTime` in seconds) or 2023 (`user_id`, `parent_asin`, `timestamp` in
    /// milliseconds), distinguished by their keys; pictures by item id in a folder.
    case amazon(reviews: URL, metadata: URL, pictures: URL? = nil)
    /// RecBole's atomic files: tab-separated tables `.inter` and `.item`, whose first row has names with types, `user_id:token`.
    case recBole(interactions: InteractionTable, items: ItemTable? = nil, pictures: URL? = nil)
    /// MovieLens: 100K (`u.data`, `u.item`), 1M and 10M (`ratings.dat`, `movies.dat`) or 20M and later (`ratings.csv`, `movies.csv`), told
    /// by the files' first rows; pictures by movie id in a folder.
    case movieLens(ratings: URL, movies: URL? = nil, pictures: URL? = nil)

    /// The files and folders that are read.
    var files: [URL] {
        switch self {
        case .iisan(let users, let items, let pictures): [users, items] + [pictures].compactMap { $0 }
        case .tables(let interactions, let items, let pictures), .recBole(let interactions, let items, let pictures):
            [interactions.table.url] + [items?.table.url, pictures].compactMap { $0 }
        case .microLens(let pairs, let titles, let covers): [pairs, titles] + [covers].compactMap { $0 }
        case .amazon(let reviews, let metadata, let pictures): [reviews, metadata] + [pictures].compactMap { $0 }
        case .movieLens(let ratings, let movies, let pictures): [ratings] + [movies, pictures].compactMap { $0 }
        }
    }
}

/// A table with a row per interaction.
public struct InteractionTable: Sendable {
    /// The file.
    package var table: Table
    /// The user's id; nil for the first known name (`user_id`, `user`, ...), or column 1 without names.
    package var user: Column?
    /// The item's id; nil for the first known name (`item_id`, `item`, ...), or column 2 without names.
    package var item: Column?
    /// When it was: a number or a date of ISO 8601; nil for the first known name, none without names. Without one the order of the rows
    /// counts.
    package var timestamp: Column?

    /// Makes an interaction table.
    public init(_ table: Table, user: Column? = nil, item: Column? = nil, timestamp: Column? = nil) {
        self.table = table
        self.user = user
        self.item = item
        self.timestamp = timestamp
    }
}

/// A table with a row per item.
public struct ItemTable: Sendable {
    /// The file.
    package var table: Table
    /// The item's id; nil for the first known name (`item_id`, `item`, ...), or column 1 without names.
    package var id: Column?
    /// The title; nil for the first known name (`title`, `name`), or column 2 without names.
    package var title: Column?
    /// The picture's path below the pictures folder (below the table's folder where none is given); nil for the first known name
    /// (`picture`, `picture_path`, `image_path`), none without names.
    package var picture: Column?

    /// Makes an items table.
    public init(_ table: Table, id: Column? = nil, title: Column? = nil, picture: Column? = nil) {
        self.table = table
        self.id = id
        self.title = title
        self.picture = picture
    }
}
