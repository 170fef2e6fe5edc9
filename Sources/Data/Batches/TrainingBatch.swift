/// The training sequences of some users, packed: every item once, no padding (article Mathematics).
///
/// User b's sequence of n_b items gives n_b - 1 rows: the item at j is the input, the item at j + 1 the target. Rows are ordered by
/// user, oldest first. `items` are catalogue indices; `inputs`, `targets` and `ownItems` are places in `items`.
public struct TrainingBatch: Sendable, Equatable {
    /// How many users there are (B).
    public var userCount: Int
    /// The distinct items, ascending, as catalogue indices [distinct].
    public var items: [Int64]
    /// How many of the sequences' entries hold each item [distinct].
    public var counts: [Float]
    /// Each item's share of all training interactions [distinct].
    public var popularity: [Float]
    /// The input item of each row, a place in ``items`` [rows].
    public var inputs: [Int64]
    /// The next item of each row, a place in ``items`` [rows].
    public var targets: [Int64]
    /// The user of each row, 0 ..< B [rows].
    public var users: [Int64]
    /// The position of each row, right-aligned: a user's newest input has ``SplitOptions/inputLength`` - 1 [rows].
    public var positions: [Int64]
    /// With ``ownItems`` the pairs (user, distinct item of the user's own sequence), ordered by user [pairs].
    public var ownUsers: [Int64]
    /// The items of the pairs, places in ``items`` [pairs].
    public var ownItems: [Int64]

    /// How many rows the loss is over.
    public var rowCount: Int { inputs.count }
    /// How many entries the sequences have.
    public var slotCount: Int { inputs.count + userCount }
}

extension TrainingBatch {
    /// Packs the sequences of some kept users.
    ///
    /// Costs O(slots log slots): equal items are brought together by sorting, which also lets the item states be read in
    /// ascending order. Nothing the size of the catalogue is touched.
    ///
    /// - Parameter keptUsers: places in ``Split/users``, of ``Split/trainingUsers`` only: each has at least two training items.
    public init(_ split: Split, keptUsers: some Collection<Int32>) {
        let inputLength = split.options.inputLength
        let sequences = keptUsers.map { user in
            let sequence = split.trainingSequence(of: Int(user))
            precondition(sequence.count >= 2, "kept user \(user) has nothing to train on")
            return sequence.part(max(0, sequence.count - inputLength - 1)..<sequence.count)
        }
        // Item above slot in one number: sorting these orders by item and remembers where each came from.
        var keys: [UInt64] = []
        keys.reserveCapacity(sequences.reduce(0) { $0 + $1.count })
        for sequence in sequences {
            for item in sequence { keys.append(UInt64(UInt32(item)) << 32 | UInt64(keys.count)) }
        }
        keys.sort()
        var places = [Int64](repeating: 0, count: keys.count)
        items = []
        counts = []
        for key in keys {
            let item = Int64(key >> 32)
            if items.last != item {
                items.append(item)
                counts.append(0)
            }
            counts[counts.count - 1] += 1
            places[Int(key & 0xFFFF_FFFF)] = Int64(items.count - 1)
        }
        popularity = items.map { split.popularity[Int($0)] }
        userCount = sequences.count
        (inputs, targets, users, positions, ownUsers, ownItems) = ([], [], [], [], [], [])
        // The last user that had each item: tells the first of repeated items apart.
        var lastUser = [Int](repeating: -1, count: items.count)
        var slot = 0
        for (user, sequence) in sequences.enumerated() {
            let rows = sequence.count - 1
            for row in 0..<rows {
                inputs.append(places[slot + row])
                targets.append(places[slot + row + 1])
                users.append(Int64(user))
                positions.append(Int64(inputLength - rows + row))
            }
            for place in places[slot..<slot + sequence.count] where lastUser[Int(place)] != user {
                lastUser[Int(place)] = user
                ownUsers.append(Int64(user))
                ownItems.append(place)
            }
            slot += sequence.count
        }
    }
}
