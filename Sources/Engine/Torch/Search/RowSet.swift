/// A set of rows, a bit for each.
package struct RowSet: Sendable, Equatable {
    /// The bits, from the lowest of each word on.
    private(set) var words: [UInt64]
    /// How many rows there are, in the set or not.
    package let capacity: Int

    /// The empty set of so many rows.
    package init(capacity: Int) {
        self.capacity = capacity
        words = [UInt64](repeating: 0, count: (capacity + 63) / 64)
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

    /// Adds the rows of another set.
    package mutating func formUnion(_ other: RowSet) {
        precondition(capacity == other.capacity, "sets of \(capacity) and \(other.capacity) rows")
        for place in words.indices { words[place] |= other.words[place] }
    }

    /// How many rows are in the set.
    package var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }
}
