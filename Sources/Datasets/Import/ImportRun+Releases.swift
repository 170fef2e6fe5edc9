import Files
import Foundation

extension ImportRun {
    /// Reads MicroLens-100K. Some releases have a header in the titles file, some have none: recognised by its first field.
    mutating func readMicroLens(pairs: URL, titles: URL, covers: URL?) throws {
        description = "MicroLens: \(pairs.lastPathComponent), \(titles.lastPathComponent)"
        func table(_ url: URL, _ name: String) throws -> Table {
            let first = try Self.firstLine(of: url).prefix { $0 != "," }.trimmingCharacters(in: .whitespaces).lowercased()
            return Table(url, format: .csv, firstRow: first == name ? .names : .data, separator: .comma)
        }
        try readItems(ItemTable(try table(titles, "item"), id: 1, title: 2), pictures: covers, columns: 2)
        try readInteractions(InteractionTable(try table(pairs, "user"), user: 1, item: 2, timestamp: 3))
    }

    /// Reads Amazon Reviews; the keys of the first review tell the year.
    mutating func readAmazon(reviews: URL, metadata: URL, pictures: URL?) throws {
        let reader = try LineReader(reviews)
        guard let line = try reader.nextBytes() else { throw UserError("the file is empty", at: reviews.path) }
        guard let keys = try? line.withUnsafeBytes(JSONFields.keys) else {
            throw UserError("not a JSON object", at: reader.place, remedy: "Reviews are JSONL: one review per line.")
        }
        let reviewsTable = Table(reviews, format: .jsonl)
        let metadataTable = Table(metadata, format: .jsonl)
        if keys.contains("reviewerID"), keys.contains("asin") {
            description = "Amazon Reviews 2018: \(reviews.lastPathComponent), \(metadata.lastPathComponent)"
            try readItems(ItemTable(metadataTable, id: "asin", title: "title"), pictures: pictures)
            try readInteractions(
                InteractionTable(reviewsTable, user: "reviewerID", item: "asin", timestamp: "unixReviewTime"))
        } else if keys.contains("user_id"), keys.contains("parent_asin") {
            description = "Amazon Reviews 2023: \(reviews.lastPathComponent), \(metadata.lastPathComponent)"
            try readItems(ItemTable(metadataTable, id: "parent_asin", title: "title"), pictures: pictures)
            try readInteractions(
                InteractionTable(reviewsTable, user: "user_id", item: "parent_asin", timestamp: "timestamp"))
        } else {
            throw UserError(
                "neither the keys of Amazon Reviews 2018 (reviewerID, asin) nor of 2023 (user_id, parent_asin)",
                at: reader.place,
                remedy: "Known here: \(keys.joined(separator: ", ")). Other tables are imported with named columns.")
        }
    }

    /// Reads RecBole's atomic files; the types in their first rows, as in `user_id:token`, are taken off by the reader.
    mutating func readRecBole(_ interactions: InteractionTable, items: ItemTable?, pictures: URL?) throws {
        var (interactions, items) = (interactions, items)
        let files = [interactions.table.url] + (items.map { [$0.table.url] } ?? [])
        description = "RecBole: \(files.map(\.lastPathComponent).joined(separator: ", "))"
        func atomic(_ table: Table) -> Table {
            Table(table.url, format: .tsv, firstRow: .names, separator: table.separator ?? .tab, encoding: table.encoding)
        }
        interactions.table = atomic(interactions.table)
        if items != nil { items!.table = atomic(items!.table) }
        if let items { try readItems(items, pictures: pictures) } else { self.pictures = pictures }
        try readInteractions(interactions)
    }

    /// Reads MovieLens; which form a file has is recognised by its first line.
    mutating func readMovieLens(ratings: URL, movies: URL?, pictures: URL?) throws {
        description = "MovieLens: \(([ratings] + (movies.map { [$0] } ?? [])).map(\.lastPathComponent).joined(separator: ", "))"
        if let movies {
            let line = try Self.firstLine(of: movies)
            // The older releases are in Latin-1, the later ones in UTF-8.
            let encoding: TextEncoding = try Self.isUTF8(movies) ? .utf8 : .latin1
            if encoding == .latin1 { report.warnings.append("\(movies.lastPathComponent) was read as Latin-1") }
            let isCSV = line.lowercased().hasPrefix("movieid,")
            let table = Table(
                movies, format: isCSV ? .csv : .tsv, firstRow: isCSV ? .names : .data,
                separator: isCSV ? .comma : line.contains("::") ? .colons : .pipe, encoding: encoding)
            try readItems(ItemTable(table, id: 1, title: 2), pictures: pictures)
        } else {
            self.pictures = pictures
        }
        let line = try Self.firstLine(of: ratings)
        let isCSV = line.lowercased().hasPrefix("userid,")
        guard isCSV || line.contains("::") || line.contains("\t") else {
            throw UserError(
                "not a ratings file of MovieLens: it starts with \(line.quoted)", at: ratings.path,
                remedy:
                    "Name u.data, ratings.dat or ratings.csv as interactions, and u.item, movies.dat or movies.csv as items.")
        }
        let table = Table(
            ratings, format: isCSV ? .csv : .tsv, firstRow: isCSV ? .names : .data,
            separator: isCSV ? .comma : line.contains("::") ? .colons : .tab)
        try readInteractions(InteractionTable(table, user: 1, item: 2, timestamp: 4))
    }

    private static func firstLine(of url: URL) throws -> String {
        let reader = try LineReader(url)
        return try withExtendedLifetime(reader) {
            guard let line = try reader.peek() else { throw UserError("the file is empty", at: url.path) }
            return String(decoding: line.prefix(1000), as: UTF8.self)
        }
    }

    private static func isUTF8(_ url: URL) throws -> Bool {
        let reader = try LineReader(url)
        while let line = try reader.line() {
            if String(validating: line, as: UTF8.self) == nil { return false }
        }
        return true
    }
}
