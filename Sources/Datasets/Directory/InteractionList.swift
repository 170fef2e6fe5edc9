import Files
import Foundation

/// One interaction while a dataset is made.
struct Interaction {
    /// The user's number; while the list is grouped the interaction's place.
    var user: Int32
    /// The item's index.
    var item: Int32
    /// When it was; 0 where that is not known.
    var timestamp: Int64
}

/// The interactions of a dataset that is made: 16 bytes each and no more, also while the list grows and is grouped.
final class InteractionList {
    private(set) var rows = UnsafeMutableBufferPointer<Interaction>(start: nil, count: 0)
    /// How many there are.
    private(set) var count = 0

    /// The most there can be: an `Int32` numbers them.
    static let capacity = Int(Int32.max)

    deinit { free(rows.baseAddress) }

    /// Appends an interaction.
    func append(_ row: Interaction) {
        if count == rows.count { grow() }
        rows[count] = row
        count += 1
    }

    private func grow() {
        precondition(count < Self.capacity, "more interactions than an Int32 can number")
        let larger = max(1 << 16, rows.count * 2)
        // Of many pages the system changes the addresses: nothing is copied, and what is not used yet takes no memory.
        guard let start = realloc(rows.baseAddress, larger * MemoryLayout<Interaction>.stride) else {
            fatalError("no memory for \(larger) interactions")
        }
        rows = UnsafeMutableBufferPointer(start: start.assumingMemoryBound(to: Interaction.self), count: larger)
    }

    /// Brings each user's interactions together, in the order of users, oldest first; those of one time stay in the order they were
    /// appended.
    ///
    /// - Returns: where each user's interactions start, and the number of all at the end [users + 1].
    /// - Throws: `CancellationError` when it was asked to stop.
    func group(users: Int, _ stop: StopToken = StopToken()) throws -> [Int64] {
        let rows = UnsafeMutableBufferPointer(rebasing: rows[..<count])
        var starts = [Int64](repeating: 0, count: users + 1)
        for row in rows { starts[Int(row.user) + 1] += 1 }
        for user in 0..<users { starts[user + 1] += starts[user] }
        var next = starts
        for index in rows.indices {
            let user = Int(rows[index].user)
            rows[index].user = Int32(next[user])
            next[user] += 1
        }
        try stop.check()
        try Self.place(rows, stop)
        for user in 0..<users {
            if user & 0xFFFF == 0 { try stop.check() }
            Self.order(rows, Int(starts[user])..<Int(starts[user + 1]))
        }
        return starts
    }

    /// Multiplies all times; false when one becomes too large, which leaves some multiplied.
    func multiplyTimes(by factor: Int64) -> Bool {
        for index in 0..<count {
            let (time, isTooLarge) = rows[index].timestamp.multipliedReportingOverflow(by: factor)
            if isTooLarge { return false }
            rows[index].timestamp = time
        }
        return true
    }

    /// Forgets all but the first interactions.
    func cut(to count: Int) { self.count = min(self.count, count) }

    /// Puts every row into the place that its `user` says: all places are there once.
    private static func place(_ rows: UnsafeMutableBufferPointer<Interaction>, _ stop: StopToken) throws {
        // First into the right part of the list, then within the part, which fits the processor's cache: going through the whole
        // list at random would wait for the memory at every row.
        let shift = max(15, 54 - rows.count.leadingZeroBitCount)
        var next = Array(stride(from: 0, to: rows.count, by: 1 << shift))
        for part in next.indices {
            let end = min(rows.count, (part + 1) << shift)
            try stop.check()
            while next[part] < end {
                let target = Int(rows[next[part]].user) >> shift
                if target != part { rows.swapAt(next[part], next[target]) }
                next[target] += 1
            }
        }
        // Every exchange puts one row into its place, so there are at most as many as rows.
        for index in rows.indices {
            if index & 0xFF_FFFF == 0 { try stop.check() }
            while rows[index].user != index { rows.swapAt(index, Int(rows[index].user)) }
        }
    }

    private static func order(_ rows: UnsafeMutableBufferPointer<Interaction>, _ range: Range<Int>) {
        guard range.count > 1 else { return }
        for index in range.dropFirst() where rows[index].timestamp < rows[index - 1].timestamp {
            // Time and place together: sort is not promised to keep the order of equal times.
            var part = UnsafeMutableBufferPointer(rebasing: rows[range])
            return part.sort { ($0.timestamp, $0.user) < ($1.timestamp, $1.user) }
        }
    }
}
