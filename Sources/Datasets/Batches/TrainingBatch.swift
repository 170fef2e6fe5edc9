/// The training sequences of some users, packed: every item once, no padding (article Mathematics).
///
/// User b's sequence of n_b items gives n_b - 1 rows: the item at j is the input, the item at j + 1 the target. Rows are ordered by
/// user, oldest first. `items` are catalogue indices; `inputs`, `targets` and `ownItems` are places in `items`.
package struct TrainingBatch: Sendable, Equatable {
    /// How many users there are (B).
    package var userCount: Int
    /// How many items were drawn over the catalogue beside the users' own (N).
    package var drawnCount = 0
    /// The distinct items, ascending, as catalogue indices [distinct].
    package var items: [Int64]
    /// How many of the sequences' entries, and of the draws, hold each item [distinct].
    package var counts: [Float]
    /// Each item's share of what batches hold, ``Split/batchShares`` [distinct].
    package var popularity: [Float]
    /// The input item of each row, a place in ``items`` [rows].
    package var inputs: [Int64]
    /// The next item of each row, a place in ``items`` [rows].
    package var targets: [Int64]
    /// The user of each row, 0 ..< B [rows].
    package var users: [Int64]
    /// The position of each row, right-aligned: a user's newest input has ``SplitOptions/inputLength`` - 1 [rows].
    package var positions: [Int64]
    /// With ``ownItems`` the pairs (user, distinct item of the user's own sequence), ordered by user [pairs].
    package var ownUsers: [Int64]
    /// The items of the pairs, places in ``items`` [pairs].
    package var ownItems: [Int64]

    /// How many rows the loss is over.
    package var rowCount: Int { inputs.count }
    /// How many entries the sequences have.
    package var slotCount: Int { inputs.count + userCount }
}

extension TrainingBatch {
    /// Packs the sequences of some kept users.
    ///
    /// Costs O(slots): equal items are brought together by sorting, digit by digit, which also lets the item states be read in
    /// ascending order. Nothing the size of the catalogue is touched.
    ///
    /// - Parameters:
    ///   - keptUsers: places in ``Split/users``, of ``Split/trainingUsers`` only: each has at least two training items.
    ///   - drawn: items that nobody of these has to have, as catalogue indices; they may repeat.
    ///   - ages: how many training items of each are newer than the window of it that is packed; nil packs the newest.
    package init(_ split: Split, keptUsers: some Collection<Int32>, drawn: [Int32] = [], ages: [Int]? = nil) {
        let inputLength = split.options.inputLength
        // The sequences one after the other, and where each ends.
        var slots: [Int32] = []
        var ends: [Int] = []
        slots.reserveCapacity(keptUsers.count * (inputLength + 1))
        ends.reserveCapacity(keptUsers.count)
        for (place, user) in keptUsers.enumerated() {
            let count = split.appendTrainingWindow(of: Int(user), age: ages?[place] ?? 0, to: &slots)
            precondition(count >= 2, "kept user \(user) has nothing to train on")
            ends.append(slots.count)
        }
        let places: [Int64]
        (items, counts, places) = Self.distinct(slots + drawn, below: split.itemCount)
        drawnCount = drawn.count
        popularity = items.map { split.batchShares[Int($0)] }
        userCount = ends.count
        (inputs, targets, users, positions, ownUsers, ownItems) = ([], [], [], [], [], [])
        reserve(slots.count)
        // The last user that had each item: tells the first of repeated items apart.
        var lastUser = [Int](repeating: -1, count: items.count)
        var start = 0
        for (user, end) in ends.enumerated() {
            for slot in start..<end - 1 {
                inputs.append(places[slot])
                targets.append(places[slot + 1])
                users.append(Int64(user))
                positions.append(Int64(inputLength - (end - 1 - slot)))
            }
            for place in places[start..<end] where lastUser[Int(place)] != user {
                lastUser[Int(place)] = user
                ownUsers.append(Int64(user))
                ownItems.append(place)
            }
            start = end
        }
    }

    private mutating func reserve(_ count: Int) {
        inputs.reserveCapacity(count)
        targets.reserveCapacity(count)
        users.reserveCapacity(count)
        positions.reserveCapacity(count)
        ownUsers.reserveCapacity(count)
        ownItems.reserveCapacity(count)
    }

    /// The distinct items of some slots, ascending, how many slots hold each, and for each slot the place of its item among them.
    private static func distinct(_ slots: [Int32], below limit: Int) -> (items: [Int64], counts: [Float], places: [Int64]) {
        // Item above slot in one number: ordering these by item remembers where each came from.
        var keys = slots.enumerated().map { UInt64(UInt32($1)) << 32 | UInt64($0) }
        RadixSort.sort(&keys, bits: 32..<64 - UInt32(limit).leadingZeroBitCount)
        var items: [Int64] = []
        var counts: [Float] = []
        var places = [Int64](repeating: 0, count: slots.count)
        items.reserveCapacity(slots.count)
        counts.reserveCapacity(slots.count)
        for key in keys {
            let item = Int64(key >> 32)
            if items.last != item {
                items.append(item)
                counts.append(0)
            }
            counts[counts.count - 1] += 1
            places[Int(key & 0xFFFF_FFFF)] = Int64(items.count - 1)
        }
        return (items, counts, places)
    }
}

/// Orders numbers digit by digit, eight bits at a time: linear in their count, which for the few hundred of a batch beats comparing.
enum RadixSort {
    /// Orders numbers by some of their bits; those that are equal there stay in the order they had.
    static func sort(_ numbers: inout [UInt64], bits: Range<Int>) {
        var other = numbers
        for shift in stride(from: bits.lowerBound, to: bits.upperBound, by: 8) {
            let mask = UInt64(1) << min(8, UInt64(bits.upperBound - shift)) - 1
            var places = [Int](repeating: 0, count: 257)
            for number in numbers { places[Int(number >> shift & mask) + 1] += 1 }
            for digit in 0..<256 { places[digit + 1] += places[digit] }
            for number in numbers {
                let digit = Int(number >> shift & mask)
                other[places[digit]] = number
                places[digit] += 1
            }
            swap(&numbers, &other)
        }
    }
}
