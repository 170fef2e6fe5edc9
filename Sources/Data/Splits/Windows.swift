import Files

/// What a split keeps of each kept user, flat: places in the histories' item array, one entry per kept user.
///
/// Every part of a user is a run of the history, so places are all there is to store.
struct Windows {
    /// The kept users, ascending.
    var users: [Int32] = []
    /// Where the kept items start.
    var starts: [Int] = []
    /// One past the last training item.
    var trainingEnds: [Int] = []
    /// Where the validation target is, -1 for none.
    var validation: [Int] = []
    /// Where the test target is, -1 for none.
    var test: [Int] = []

    /// Leave-last-two: of at least `minimumItems` the last `maximumItems` are kept; the last two are the targets.
    static func leaveLastTwo(_ histories: Histories, _ options: SplitOptions) -> Windows {
        var windows = Windows()
        for user in histories.indices {
            let range = histories.range(of: user)
            guard range.count >= options.minimumItems else { continue }
            windows.users.append(Int32(user))
            windows.starts.append(max(range.lowerBound, range.upperBound - options.maximumItems))
            windows.trainingEnds.append(range.upperBound - 2)
            windows.validation.append(range.upperBound - 2)
            windows.test.append(range.upperBound - 1)
        }
        return windows
    }

    /// Timestamps: interactions before `t1` train, of which the last `maximumItems - 2` are kept; the first from `t1` on but before `t2` is
    /// the validation target, the first from `t2` on the test target. A target without an earlier kept item is no target.
    static func timestamps(
        _ histories: Histories, _ timestamps: MappedArray<Int64>, from t1: Int64, to t2: Int64, _ options: SplitOptions
    ) -> Windows {
        var windows = Windows()
        for user in histories.indices {
            let range = histories.range(of: user)
            guard range.count >= options.minimumItems else { continue }
            let first = range.firstIndex { timestamps[$0] >= t1 } ?? range.upperBound
            let second = range.firstIndex { timestamps[$0] >= t2 } ?? range.upperBound
            let start = max(range.lowerBound, first - options.longestTrainingSequence)
            windows.users.append(Int32(user))
            windows.starts.append(start)
            windows.trainingEnds.append(first)
            windows.validation.append(first < second && first > start ? first : -1)
            windows.test.append(second < range.upperBound && second > start ? second : -1)
        }
        return windows
    }
}
