/// One user's question to the model: after this history, which item?
package struct EvaluationCase: Sendable {
    /// The dataset's index of the user.
    package let user: Int
    /// All kept earlier items, oldest first; the model sees the last ``SplitOptions/inputLength``, the ranking leaves all of them out.
    package let history: MappedArray<Int32>
    /// The item that was chosen.
    package let target: Int32

    /// Whether the target is among the earlier items and so can never be recommended: always a miss.
    package var isUnreachable: Bool { history.contains(target) }
}

/// The validation or the test cases of a split, ordered by user.
package struct EvaluationCases: RandomAccessCollection, Sendable {
    private let windows: Windows
    // Where each kept user's target is, -1 for none, and the kept users that have one.
    private let targets: [Int32]
    private let keptUsers: [Int32]

    /// The cases of the users whose target's place is not -1.
    init(_ windows: Windows, targets: [Int32]) {
        self.windows = windows
        self.targets = targets
        keptUsers = targets.indices.lazy.filter { targets[$0] >= 0 }.map(Int32.init)
    }

    /// The first case, always 0.
    package var startIndex: Int { 0 }
    /// The number of cases.
    package var endIndex: Int { keptUsers.count }

    /// A case.
    package subscript(index: Int) -> EvaluationCase {
        let keptUser = Int(keptUsers[index])
        let history = windows.part(keptUser, to: targets[keptUser])
        let items = windows.histories.items
        return EvaluationCase(
            user: Int(windows.users[keptUser]), history: items.part(history), target: items[history.upperBound])
    }
}
