import Files
import Foundation

extension ImportRun {
    static let userNames = [
        "user_id", "user", "reviewerID", "uid", "customer_id", "visitor_id", "account_id", "member_id", "profile_id",
    ]
    static let itemNames = [
        "item_id", "item", "asin", "iid", "movie_id", "product_id", "article_id", "video_id", "book_id", "business_id",
        "track_id", "news_id", "sku",
    ]
    static let titleNames = ["title", "name", "item_title", "item_name", "product_title", "product_name", "movie_title"]
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
            ColumnRequest(
                role: "item id", option: .id, column: items.id, known: Self.itemNames + ["parent_asin", "id"], usual: 1,
                isTrimmed: true),
            ColumnRequest(
                role: "title", option: .title, column: items.title, known: Self.titleNames, usual: 2, isRequired: false,
                isSparse: true),
            ColumnRequest(
                role: "picture", option: .picture, column: items.picture, known: Self.pictureNames, isRequired: false,
                isSparse: true),
        ])
        if let columns, let width = (reader as? DelimitedReader)?.width, width != columns {
            throw UserError("\(width) columns, expected \(columns)", at: reader.place)
        }
        report.tables.append(reader.facts.text(of: items.table.url, ["id", "title", "picture"]))
        picturesRoot = pictures ?? items.table.url.deletingLastPathComponent()
        var record = Record()
        while try reader.next(&record) {
            try pause()
            guard let id = record[0] else { throw UserError("an item without an id", at: reader.place) }
            try catalogue.add(id, title: record[1], picture: record[2], line: reader.line, at: reader.place, &report)
        }
        report.trimmedIDs += reader.trimmed
    }

    /// Reads an interactions table.
    mutating func readInteractions(_ table: InteractionTable) throws {
        interactionsFile = table.table.url
        let isByTime = options.order == .time
        guard isByTime || table.timestamp == nil else {
            throw UserError(
                "a column of times is named, and histories are to be in the order of the rows", at: table.table.url.path,
                remedy: "Leave out the one or the other: the timestamp, or the order file.")
        }
        let reader = try table.table.open([
            ColumnRequest(
                role: "user", option: .user, column: table.user, known: Self.userNames, usual: 1, isTrimmed: true),
            ColumnRequest(
                role: "item", option: .item, column: table.item, known: Self.itemNames, usual: 2, isTrimmed: true),
            ColumnRequest(
                role: "time", option: .timestamp, column: table.timestamp, known: isByTime ? TimeNames.known : [],
                isRequired: false),
        ])
        report.tables.append(reader.facts.text(of: table.table.url, ["user", "item", "time"]))
        interactions = InteractionBuilder()
        if reader.hasColumn[2] {
            try readTimes(reader)
        } else {
            if isByTime { try noteUnreadTimes(reader, table) }
            try readRows(reader) { _, _ in 0 }
        }
        report.trimmedIDs += reader.trimmed
    }

    /// Reads interactions with times.
    private mutating func readTimes(_ reader: any TableReader) throws {
        let name = reader.facts.columns[2] ?? ""
        var times = TimeColumn(name: "column \(name.quoted)")
        let list = interactions.list
        try readRows(reader) { bytes, place in
            guard let bytes, !bytes.isEmpty else {
                throw UserError(
                    "an interaction without a time", at: place(),
                    remedy: "Write a time in every row, or take the order of the rows: \(ImportOption.order.sentence("file"))")
            }
            return try times.read(bytes, at: place()) { list.multiplyTimes(by: $0) }
        }
        order = HistoryOrder(
            .time, column: name, unit: try times.unit(), factor: DateText.powersOfTen[times.decimals])
        report.warnings += times.warnings
    }

    /// Reads users and items; `time` reads the time of a row.
    @inline(__always)
    private mutating func readRows(
        _ reader: any TableReader, _ time: (UnsafeRawBufferPointer?, () -> String) throws -> Int64
    ) throws {
        var record = Record()
        while try reader.next(&record) {
            try pause()
            guard let user = record[0], let item = record[1] else {
                throw UserError("an interaction without \(record[0] == nil ? "a user" : "an item")", at: reader.place)
            }
            let timestamp = try time(record[2]) { reader.place }
            let index = try interactions.user(user, at: reader.place).index
            guard let itemIndex = try catalogue.index(of: item, at: reader.place, &report) else { continue }
            try interactions.add(user: index, item: itemIndex, timestamp: timestamp, at: reader.place)
            tell()
        }
    }
}

extension TableFacts {
    /// What was found out about a table, in words.
    ///
    /// - Parameter roles: what each column that was asked for holds.
    func text(of url: URL, _ roles: [String]) -> String {
        let found = zip(roles, columns).compactMap { role, column in
            column.map { firstRowIsNames == false ? "\(role) in column \($0)" : "\(role) in \($0.quoted)" }
        }
        let first = firstRowIsNames.map { $0 ? ", names in the first row" : ", data in the first row" } ?? ""
        let between = separator.map { ", separated by \($0.description.quoted)" } ?? ""
        return "\(url.lastPathComponent): \(found.joined(separator: ", "))\(first)\(between)"
    }
}

extension ImportRun {
    /// Reads lines `user<TAB>item item ...` and lines `item<TAB>title`.
    mutating func readIISAN(users: URL, items: URL, pictures: URL?) throws {
        description = "IISAN form: \(users.lastPathComponent), \(items.lastPathComponent)"
        try readItems(
            ItemTable(Table(items, format: .tsv, firstRow: .data, separator: .tab), id: 1, title: 2), pictures: pictures,
            columns: 2)
        order = HistoryOrder(.given)
        interactionsFile = users
        let reader = try LineReader(users)
        while let line = try reader.line() {
            if line.isEmpty { continue }
            let columns = line.parts(between: UInt8(ascii: "\t"))
            guard columns.count == 2 else {
                throw UserError("\(columns.count) columns, expected a user, a tab and items between spaces", at: reader.place)
            }
            let user = try interactions.user(columns[0], at: reader.place)
            guard user.isNew else {
                throw UserError(
                    "user \(columns[0].quoted) occurs twice", at: reader.place,
                    remedy: "Put all items of a user in one line, oldest first.")
            }
            let ids = columns[1].parts(between: UInt8(ascii: " ")).filter { !$0.isEmpty }
            guard !ids.isEmpty else { throw UserError("a user without items", at: reader.place) }
            for id in ids {
                try pause()
                guard let item = try catalogue.index(of: id, at: reader.place, &report) else { continue }
                try interactions.add(user: user.index, item: item, at: reader.place)
                tell()
            }
        }
    }
}
