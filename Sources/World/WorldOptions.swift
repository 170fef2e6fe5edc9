import Files

/// How large a generated world is and from which seed it grows.
package struct WorldOptions: Codable, Equatable, Sendable {
    /// The same seed and sizes give the same bytes.
    package var seed: UInt64
    /// The number of items.
    package var items: Int
    /// The number of users.
    package var users: Int
    /// The fewest items of a history.
    package var shortestHistory: Int
    /// The most items of a history.
    package var longestHistory: Int
    /// The mean number of items of a history; nil makes all lengths from the shortest to the longest equally likely.
    package var meanHistory: Double?
    /// How lengths fall off when they have a mean; nil is geometric.
    package var historyTail: HistoryTail?
    /// How much more popular some items are than others: the r-th most popular one weighs about r to the power of minus this, as
    /// in Zipf's law. Nil leaves only differences of a factor of two or three.
    package var popularityExponent: Double?
    /// The share of items that came out only lately: they are in no history before its last two items, so that they
    /// are cold in training.
    package var newItemShare: Double
    /// Width and height of a picture in pixels; 0 for a world without pictures.
    package var pictureSize: Int

    /// Makes options; what is left out is the world of `make demo`.
    package init(
        seed: UInt64 = 1, items: Int = 3_000, users: Int = 4_000, shortestHistory: Int = 6, longestHistory: Int = 14,
        meanHistory: Double? = nil, historyTail: HistoryTail? = nil, popularityExponent: Double? = nil,
        newItemShare: Double = 0.15, pictureSize: Int = 64
    ) {
        self.seed = seed
        self.items = items
        self.users = users
        self.shortestHistory = shortestHistory
        self.longestHistory = longestHistory
        self.meanHistory = meanHistory
        self.historyTail = historyTail
        self.popularityExponent = popularityExponent
        self.newItemShare = newItemShare
        self.pictureSize = pictureSize
    }

    /// Checks the options.
    ///
    /// - Throws: ``UserError`` that names the option, what was given and what is allowed.
    package func validate() throws {
        try check(items, "items", in: 100...100_000_000)
        try check(users, "users", in: 1...1_000_000_000)
        try check(shortestHistory, "shortest history", in: 3...1_000)
        try check(longestHistory, "longest history", in: shortestHistory...max(shortestHistory, 1_000))
        if pictureSize != 0 { try check(pictureSize, "picture size", in: 16...512) }
        if let meanHistory { try checkMean(meanHistory) }
        guard historyTail == nil || meanHistory != nil else {
            throw UserError(
                "\(historyTail!.rawValue) given without a mean history", at: "history tail", remedy: "Give both or none.")
        }
        if let popularityExponent, !(0...1.2).contains(popularityExponent) {
            throw UserError("\(popularityExponent) given, expected 0 to 1.2", at: "popularity exponent")
        }
        guard (0...0.5).contains(newItemShare) else {
            throw UserError("\(newItemShare) given, expected 0 to 0.5", at: "share of new items")
        }
        guard longestHistory <= items / 5 else {
            throw UserError(
                "\(longestHistory) given, expected at most a fifth of the \(items) items", at: "longest history",
                remedy: "Make more items or shorter histories.")
        }
    }

    private func checkMean(_ mean: Double) throws {
        let shortest = Double(shortestHistory)
        let middle = Double(shortestHistory + longestHistory) / 2
        guard (shortest...middle).contains(mean) else {
            throw UserError(
                "\(mean) given, expected \(shortest) to \(middle): from the shortest history to halfway to the longest",
                at: "mean history", remedy: "Give a longer longest history for a larger mean.")
        }
    }

    private func check(_ value: Int, _ name: String, in range: ClosedRange<Int>) throws {
        guard range.contains(value) else {
            throw UserError("\(value) given, expected \(range.lowerBound) to \(range.upperBound)", at: name)
        }
    }
}
