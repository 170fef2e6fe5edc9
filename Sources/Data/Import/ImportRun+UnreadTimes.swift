import Files

extension ImportRun {
    /// Notes a column that has times and is not read: histories would be in another order than people think.
    ///
    /// - Throws: ``UserError`` where both its name and its values say so.
    mutating func noteUnreadTimes(_ reader: any TableReader, _ table: InteractionTable) throws {
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
