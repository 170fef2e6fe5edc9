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
        let reader = try table.table.open([
            ColumnRequest(
                role: "user", option: .user, column: table.user, known: Self.userNames, usual: 1, isTrimmed: true),
            ColumnRequest(
                role: "item", option: .item, column: table.item, known: Self.itemNames, usual: 2, isTrimmed: true),
            ColumnRequest(
                role: "time", option: .timestamp, column: isByTime ? table.timestamp : nil,
                known: isByTime ? TimeNames.known : [], isRequired: false),
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
        var times = TimeColumn(name: "column \(Excerpt(name))")
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

    /// Notes a column that has times and is not read: histories would be in another order than people think.
    ///
    /// - Throws: ``UserError`` where both its name and its values say so.
    private mutating func noteUnreadTimes(_ reader: any TableReader, _ table: InteractionTable) throws {
        let read = Set(reader.facts.columns.compactMap { $0 })
        for (name, value) in zip(reader.columnNames, reader.facts.sample) where !read.contains(name) {
            let isNamed = reader.facts.firstRowIsNames != false && TimeNames.looksLikeTime(name)
            let hasTimes = Array(value.utf8).withUnsafeBytes { Timestamp($0) }.map { $0.kind != .number } ?? false
            guard isNamed || hasTimes else { continue }
            let remedy =
                "Read it: \(ImportOption.timestamp.sentence(name)) Or take the order of the rows: "
                + ImportOption.order.sentence("file")
            if isNamed, hasTimes {
                throw UserError(
                    "column \(Excerpt(name)) has times, as \(Excerpt(value)), and no column of times was named",
                    at: reader.place,
                    remedy: remedy)
            }
            report.warnings.append("column \(Excerpt(name)) looks like a time and is not read. \(remedy)")
        }
        report.warnings.append(
            "\(table.table.url.lastPathComponent) has no column of times that is read: histories are in the order of its rows")
    }
}

/// The names that columns of times have.
enum TimeNames {
    /// Those that are read without being named; the surest first.
    static let known = [
        "timestamp", "time", "unixReviewTime", "unix_timestamp", "unix_time", "event_time", "event_timestamp", "ts",
        "timestamp_ms", "rating_timestamp", "datetime", "date_time", "created_at", "review_time", "rated_at", "date", "t_dat",
    ]

    private static let words: Set<String> = [
        "time", "times", "timestamp", "datetime", "date", "ts", "epoch", "when", "at", "on", "dt", "dat", "day", "unixtime",
    ]

    /// Whether a name has a word for time in it.
    static func looksLikeTime(_ name: String) -> Bool {
        var words: [String] = []
        var isLower = false
        for character in name {
            if !character.isLetter {
                words.append("")
            } else if words.isEmpty || isLower && character.isUppercase {
                words.append(character.lowercased())
            } else {
                words[words.count - 1] += character.lowercased()
            }
            isLower = character.isLowercase
        }
        return words.contains { word in
            Self.words.contains(word) || ["time", "date", "stamp"].contains { word.hasSuffix($0) && word.count > $0.count }
        }
    }
}

extension TableFacts {
    /// What was found out about a table, in words.
    ///
    /// - Parameter roles: what each column that was asked for holds.
    func text(of url: URL, _ roles: [String]) -> String {
        let found = zip(roles, columns).compactMap { role, column in
            column.map { firstRowIsNames == false ? "\(role) in column \($0)" : "\(role) in \(Excerpt($0))" }
        }
        let first = firstRowIsNames.map { $0 ? ", names in the first row" : ", data in the first row" } ?? ""
        let between = separator.map { ", \($0) between columns" } ?? ""
        return "\(url.lastPathComponent): \(found.joined(separator: ", "))\(first)\(between)"
    }
}
