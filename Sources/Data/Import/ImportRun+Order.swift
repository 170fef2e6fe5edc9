import Files

extension ImportRun {
    /// Counts, leaves out or refuses interactions that are there twice, in a list that is grouped by user.
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
            "user \(Excerpt(interactions.users.text(user))) has item \(Excerpt(catalogue.ids.text(Int(row.item)))) twice"
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
