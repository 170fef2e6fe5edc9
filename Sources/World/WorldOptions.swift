import Files

/// How large a generated world is and from which seed it grows.
public struct WorldOptions: Codable, Equatable, Sendable {
    /// The same seed and sizes give the same bytes.
    public var seed: UInt64
    /// The number of items.
    public var items: Int
    /// The number of users.
    public var users: Int
    /// The fewest items of a history.
    public var shortestHistory: Int
    /// The most items of a history.
    public var longestHistory: Int
    /// The share of items that came out only lately: they are in no history before its last two items, so that they
    /// are cold in training.
    public var newItemShare: Double
    /// Width and height of a picture in pixels; 0 for a world without pictures.
    public var pictureSize: Int

    /// Makes options; what is left out is the world of `make demo`.
    public init(
        seed: UInt64 = 1, items: Int = 3_000, users: Int = 4_000, shortestHistory: Int = 6, longestHistory: Int = 14,
        newItemShare: Double = 0.15, pictureSize: Int = 64
    ) {
        self.seed = seed
        self.items = items
        self.users = users
        self.shortestHistory = shortestHistory
        self.longestHistory = longestHistory
        self.newItemShare = newItemShare
        self.pictureSize = pictureSize
    }

    /// Checks the options.
    ///
    /// - Throws: ``UserError`` that names the option, what was given and what is allowed.
    public func validate() throws {
        try check(items, "items", in: 100...100_000_000)
        try check(users, "users", in: 1...1_000_000_000)
        try check(shortestHistory, "shortest history", in: 3...1_000)
        try check(longestHistory, "longest history", in: shortestHistory...max(shortestHistory, 1_000))
        if pictureSize != 0 { try check(pictureSize, "picture size", in: 16...512) }
        guard (0...0.5).contains(newItemShare) else {
            throw UserError("\(newItemShare) given, expected 0 to 0.5", at: "share of new items")
        }
        guard longestHistory <= items / 5 else {
            throw UserError(
                "\(longestHistory) given, expected at most a fifth of the \(items) items", at: "longest history",
                remedy: "Make more items or shorter histories.")
        }
    }

    private func check(_ value: Int, _ name: String, in range: ClosedRange<Int>) throws {
        guard range.contains(value) else {
            throw UserError("\(value) given, expected \(range.lowerBound) to \(range.upperBound)", at: name)
        }
    }
}
