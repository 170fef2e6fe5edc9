import Files
import Foundation

extension ImportRun {
    static let userNames = ["user_id", "user", "userId", "userID", "reviewerID", "uid"]
    static let itemNames = ["item_id", "item", "itemId", "itemID", "asin", "iid"]
    static let timestampNames = ["timestamp", "time", "unixReviewTime", "unix_timestamp"]
    static let pictureNames = ["picture", "picture_path", "image_path"]

    /// Reads an items table, if there is one, and an interactions table.
    mutating func readTables(_ table: InteractionTable, items: ItemTable?, pictures: URL?) throws {
        description =
            "tables: "
            + ([table.table.url] + (items.map { [$0.table.url] } ?? [])).map(\.lastPathComponent).joined(separator: ", ")
        if let items {
            try readItems(items, pictures: pictures)
        } else {
            self.pictures = pictures
        }
        try readInteractions(table)
    }

    /// Reads an items table.
    ///
    /// - Parameter columns: how many columns it must have; nil for any number.
    mutating func readItems(_ items: ItemTable, pictures: URL?, columns: Int? = nil) throws {
        catalogue = CatalogueBuilder(isFixed: true, options)
        itemsFile = items.table.url
        self.pictures = pictures
        let reader = try items.table.open([
            ColumnRequest(role: "item id", column: items.id, known: Self.itemNames + ["parent_asin", "id"], usual: 1),
            ColumnRequest(
                role: "title", column: items.title, known: ["title", "name"], usual: 2, isRequired: false, isSparse: true),
            ColumnRequest(
                role: "picture", column: items.picture, known: Self.pictureNames, isRequired: false, isSparse: true),
        ])
        if let columns, let width = (reader as? DelimitedReader)?.width, width != columns {
            throw UserError("\(width) columns, expected \(columns)", at: reader.place)
        }
        picturesRoot = pictures ?? items.table.url.deletingLastPathComponent()
        var record = Record()
        while try reader.next(&record) {
            guard let id = record[0] else { throw UserError("an item without an id", at: reader.place) }
            try catalogue.add(id, title: record[1], picture: record[2], line: reader.line, at: reader.place, &report)
        }
    }

    /// Reads an interactions table.
    mutating func readInteractions(_ table: InteractionTable) throws {
        interactionsFile = table.table.url
        let reader = try table.table.open([
            ColumnRequest(role: "user", column: table.user, known: Self.userNames, usual: 1),
            ColumnRequest(role: "item", column: table.item, known: Self.itemNames, usual: 2),
            ColumnRequest(role: "timestamp", column: table.timestamp, known: Self.timestampNames, isRequired: false),
        ])
        let hasTimestamps = reader.hasColumn[2]
        interactions = InteractionBuilder(hasTimestamps: hasTimestamps)
        var record = Record()
        while try reader.next(&record) {
            guard let user = record[0], let item = record[1] else {
                throw UserError("an interaction without \(record[0] == nil ? "a user" : "an item")", at: reader.place)
            }
            var timestamp: Int64 = 0
            if hasTimestamps {
                guard let value = record[2].flatMap(Timestamp.parse) else {
                    throw UserError(
                        record[2].map { "the timestamp \"\(String(decoding: $0.prefix(40), as: UTF8.self))\" is not a number" }
                            ?? "an interaction without a timestamp",
                        at: reader.place, remedy: "Write timestamps as numbers, as in seconds since 1970.")
                }
                timestamp = value
            }
            let index = try interactions.user(user, at: reader.place).index
            guard let itemIndex = try catalogue.index(of: item, at: reader.place, &report) else { continue }
            try interactions.add(user: index, item: itemIndex, timestamp: timestamp, at: reader.place)
            tell()
        }
    }
}
