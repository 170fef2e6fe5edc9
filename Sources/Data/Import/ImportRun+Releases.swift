import Files
import Foundation

extension ImportRun {
    /// Reads MicroLens-100K. Some releases have a header in the titles file, some have none: told by its first field.
    mutating func readMicroLens(pairs: URL, titles: URL, covers: URL?) throws {
        description = "MicroLens: \(pairs.lastPathComponent), \(titles.lastPathComponent)"
        let titlesTable = Table(titles, format: .csv, hasHeader: try Self.firstField(of: titles) == "item")
        try readItems(ItemTable(titlesTable, id: 1, title: 2), pictures: covers, columns: 2)
        let pairsTable = Table(pairs, format: .csv, hasHeader: try Self.firstField(of: pairs) == "user")
        try readInteractions(InteractionTable(pairsTable, user: 1, item: 2, timestamp: 3))
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

    private static func firstField(of url: URL) throws -> String {
        let reader = try Table(url, format: .csv, hasHeader: false).open([ColumnRequest(role: "first", column: 1)])
        var record = Record()
        return try withExtendedLifetime(reader) {
            guard try reader.next(&record), let field = record[0] else { return "" }
            return String(decoding: field, as: UTF8.self).trimmingCharacters(in: .whitespaces).lowercased()
        }
    }
}
