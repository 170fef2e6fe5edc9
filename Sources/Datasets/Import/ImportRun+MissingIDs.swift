import Files

extension ImportRun {
    /// What programs write in the place of an id that is missing.
    private static let missing = [
        "nan", "NaN", "NAN", "NaT", "null", "NULL", "Null", "None", "undefined", "<NA>", "#N/A", "\\N", "(null)",
    ]

    /// Warns of users and items whose id says that there was none: all rows without one become one long history, or one popular item.
    ///
    /// - Parameters:
    ///   - list: grouped by user.
    ///   - starts: where each user's interactions start, and the number of all at the end.
    mutating func warnOfMissingIDs(_ list: InteractionList, _ starts: [Int64]) {
        func found(_ ids: IDTable) -> [(name: String, index: Int)] {
            Self.missing.compactMap { name in
                var text = name
                return text.withUTF8 { ids.index(of: UnsafeRawBufferPointer($0)) }.map { (name, $0) }
            }
        }
        for (name, user) in found(interactions.users) where starts[user] < starts[user + 1] {
            warn("user", name, Int(starts[user + 1] - starts[user]))
        }
        for (name, item) in found(catalogue.ids) {
            warn("item", name, list.rows[..<list.count].count { Int($0.item) == item })
        }
    }

    private mutating func warn(_ role: String, _ name: String, _ count: Int) {
        report.warnings.append(
            "the \(role) \(name.quoted) has \(count) interactions: programs write a missing id like this; if it is not an id, remove these rows"
        )
    }
}
