/// One user's question to the model: after this history, which item?
public struct EvaluationCase: Sendable {
    /// The dataset's index of the user.
    public let user: Int
    /// All kept earlier items, oldest first; the model sees the last ``SplitOptions/inputLength``, the ranking leaves all of them out.
    public let history: MappedArray<Int32>
    /// The item that was chosen.
    public let target: Int32

    /// Whether the target is among the earlier items and so can never be recommended: always a miss.
    public var isUnreachable: Bool { history.contains(target) }
}

/// The validation or the test cases of a split, ordered by user.
public struct EvaluationCases: RandomAccessCollection, Sendable {
    private let items: MappedArray<Int32>
    private let users: [Int32]
    private let starts: [Int]
    private let places: [Int]

    /// The cases of the users whose target's place is not -1.
    init(_ windows: Windows, targets: [Int], in items: MappedArray<Int32>) {
        let kept = targets.indices.filter { targets[$0] >= 0 }
        self.items = items
        users = kept.map { windows.users[$0] }
        starts = kept.map { windows.starts[$0] }
        places = kept.map { targets[$0] }
    }

    /// The first case, always 0.
    public var startIndex: Int { 0 }
    /// The number of cases.
    public var endIndex: Int { users.count }

    /// A case.
    public subscript(index: Int) -> EvaluationCase {
        EvaluationCase(
            user: Int(users[index]), history: items.part(starts[index]..<places[index]), target: items[places[index]])
    }
}
