import FoundationEssentials
import Files

extension ImportRun {
    /// Counts, leaves out or refuses duplicate interactions, in a list that is grouped by user.
    ///
    /// - Parameter starts: where each user's interactions start, and the number of all at the end.
    mutating func settleDuplicates(_ list: InteractionList, _ starts: inout [Int64]) throws {
        let hasTimes = order.basis == .time
        // Without times a repeated item is mostly what it seems, so that it only counts where it is asked for.
        guard hasTimes || options.duplicates != .keep else { return }
        var kept = 0
        var seen: Set<Int32> = []
        var newStarts = starts
        for user in 0..<(starts.count - 1) {
            if user & 0xFFFF == 0 { try stop.check() }
            newStarts[user] = Int64(kept)
            var first = Int(starts[user])
            let end = Int(starts[user + 1])
            while first < end {
                // A run of interactions at one time.
                var last = first + 1
                while last < end, !hasTimes || list.rows[last].timestamp == list.rows[first].timestamp { last += 1 }
                if last - first > 1 { seen.removeAll(keepingCapacity: true) }
                for index in first..<last {
                    let row = list.rows[index]
                    if last - first > 1, !seen.insert(row.item).inserted {
                        report.duplicateInteractions += 1
                        if options.duplicates == .fail { throw duplicate(row, user: user) }
                        if options.duplicates == .drop { continue }
                    }
                    if kept != index { list.rows[kept] = row }
                    kept += 1
                }
                first = last
            }
        }
        newStarts[starts.count - 1] = Int64(kept)
        starts = newStarts
        list.cut(to: kept)
        report.duplicatesAreLeftOut = options.duplicates == .drop
    }

    private func duplicate(_ row: Interaction, user: Int) -> UserError {
        UserError(
            "user \(interactions.users.text(user).quoted) has item \(catalogue.ids.text(Int(row.item)).quoted) twice"
                + (order.basis == .time ? " at the time \(row.timestamp)" : ""), at: interactionsFile?.path,
            remedy: "Remove one, or leave the later ones out: \(ImportOption.duplicates.sentence("drop"))")
    }

    /// Notes by what histories are ordered, and how far that tells interactions apart.
    mutating func noteOrder(_ list: InteractionList, _ starts: [Int64]) {
        report.order = order
        guard order.basis == .time, list.count > 0 else { return }
        var equal = 0
        var followers = 0
        var first = list.rows[0].timestamp
        var last = first
        for user in 0..<(starts.count - 1) where starts[user] < starts[user + 1] {
            let range = Int(starts[user])..<Int(starts[user + 1])
            first = min(first, list.rows[range.lowerBound].timestamp)
            last = max(last, list.rows[range.upperBound - 1].timestamp)
            followers += range.count - 1
            for index in range.dropFirst() where list.rows[index].timestamp == list.rows[index - 1].timestamp { equal += 1 }
        }
        report.times = [first, last]
        report.equalTimes = equal
        if equal * 2 > followers {
            report.warnings.append(
                "\(equal) of \(followers) interactions are at the same time as the user's one before: their order is that of the file"
            )
        }
    }
}

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
                    "column \(name.quoted) has times, as \(value.quoted), and no column of times was named",
                    at: reader.place,
                    remedy: remedy)
            }
            report.warnings.append("column \(name.quoted) looks like a time and is not read. \(remedy)")
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
