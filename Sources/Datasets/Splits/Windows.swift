import Files

/// What a split keeps of each kept user, flat: places in the user's history, one entry per kept user.
///
/// Every part of a user is a run of the history, so places are all there is to store: 20 bytes a user, whatever the histories' length.
struct Windows: Sendable {
    /// The histories that the places are in.
    let histories: Histories
    /// The kept users, ascending.
    private(set) var users: [Int32] = []
    private var starts: [Int32] = []
    private var trainingEnds: [Int32] = []
    /// Where the validation target is, -1 for none.
    private(set) var validation: [Int32] = []
    /// Where the test target is, -1 for none.
    private(set) var test: [Int32] = []

    /// Leave-last-two: of at least `minimumItems` the last `maximumItems` are kept, or all; the last two are the targets.
    static func leaveLastTwo(_ histories: Histories, _ options: SplitOptions) -> Windows {
        var windows = Windows(histories: histories)
        for user in histories.indices {
            let count = histories.range(of: user).count
            guard count >= options.minimumItems else { continue }
            windows.append(
                user, start: options.history == .whole ? 0 : max(0, count - options.maximumItems), trainingEnd: count - 2,
                validation: count - 2,
                test: count - 1)
        }
        return windows
    }

    /// Timestamps: interactions before `t1` train, of which the last `maximumItems - 2` are kept, or all; the first from `t1` on but before `t2` is
    /// the validation target, the first from `t2` on the test target. A target without an earlier kept item is no target.
    static func timestamps(
        _ histories: Histories, _ timestamps: MappedArray<Int64>, from t1: Int64, to t2: Int64, _ options: SplitOptions
    ) -> Windows {
        var windows = Windows(histories: histories)
        timestamps.withElements { timestamps in
            for user in histories.indices {
                let range = histories.range(of: user)
                guard range.count >= options.minimumItems else { continue }
                let times = UnsafeBufferPointer(rebasing: timestamps[range])
                let first = times.firstPlace(from: t1)
                let second = times.firstPlace(from: t2)
                let start = options.history == .whole ? 0 : max(0, first - options.longestTrainingSequence)
                windows.append(
                    user, start: start, trainingEnd: first, validation: first < second && first > start ? first : -1,
                    test: second < range.count && second > start ? second : -1)
            }
        }
        return windows
    }

    private mutating func append(_ user: Int, start: Int, trainingEnd: Int, validation: Int, test: Int) {
        users.append(Int32(user))
        starts.append(Int32(start))
        trainingEnds.append(Int32(trainingEnd))
        self.validation.append(Int32(validation))
        self.test.append(Int32(test))
    }

    /// How many interactions of the kept users are older than what is kept of them.
    var olderCount: Int { starts.reduce(0) { $0 + Int($1) } }

    /// Where a kept user's training items are in the histories' items.
    func training(_ keptUser: Int) -> Range<Int> { part(keptUser, to: trainingEnds[keptUser]) }

    /// Where a kept user's items from the first kept one up to a place are in the histories' items.
    func part(_ keptUser: Int, to end: Int32) -> Range<Int> {
        let first = histories.range(of: Int(users[keptUser])).lowerBound
        return first + Int(starts[keptUser])..<first + Int(end)
    }

    /// Where all that is kept of a user is in the histories' items: training items and targets.
    func all(_ keptUser: Int) -> Range<Int> {
        part(keptUser, to: max(trainingEnds[keptUser], validation[keptUser] + 1, test[keptUser] + 1))
    }
}

extension UnsafeBufferPointer<Int64> {
    /// The first place of a number not below `limit` in numbers that do not fall; their count where there is none.
    fileprivate func firstPlace(from limit: Int64) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if self[middle] < limit { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
