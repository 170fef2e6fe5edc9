/// A set of rows, a bit for each.
package struct RowSet: Sendable, Equatable {
    /// The bits, from the lowest of each word on.
    private(set) var words: [UInt64]
    /// How many rows there are, in the set or not.
    package private(set) var capacity: Int

    /// The empty set of so many rows.
    package init(capacity: Int) {
        self.capacity = capacity
        words = [UInt64](repeating: 0, count: (capacity + 63) / 64)
    }

    /// Makes room for rows that come behind the others, none of which is in the set.
    package mutating func grow(to capacity: Int) {
        precondition(capacity >= self.capacity, "\(capacity) rows, fewer than \(self.capacity)")
        self.capacity = capacity
        words += [UInt64](repeating: 0, count: (capacity + 63) / 64 - words.count)
    }

    /// Whether a row is in the set.
    package func contains(_ row: Int) -> Bool { words[row / 64] >> UInt64(row % 64) & 1 == 1 }

    /// Adds a row.
    package mutating func insert(_ row: Int) {
        precondition(row >= 0 && row < capacity, "row \(row) of \(capacity)")
        words[row / 64] |= 1 << UInt64(row % 64)
    }

    /// Takes a row out.
    package mutating func remove(_ row: Int) {
        precondition(row >= 0 && row < capacity, "row \(row) of \(capacity)")
        words[row / 64] &= ~(1 << UInt64(row % 64))
    }

    /// The set with room for more rows.
    package func grown(to capacity: Int) -> RowSet {
        var other = self
        other.grow(to: capacity)
        return other
    }

    /// The rows that are not in the set.
    package func inverted() -> RowSet {
        var other = self
        for place in words.indices { other.words[place] = ~words[place] }
        if capacity % 64 > 0, let last = other.words.indices.last { other.words[last] &= 1 << UInt64(capacity % 64) - 1 }
        return other
    }

    /// Adds the rows of another set.
    package mutating func formUnion(_ other: RowSet) {
        precondition(capacity == other.capacity, "sets of \(capacity) and \(other.capacity) rows")
        for place in words.indices { words[place] |= other.words[place] }
    }

    /// How many rows are in the set.
    package var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }
}
