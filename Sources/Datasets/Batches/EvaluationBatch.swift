/// Some evaluation cases, packed: the inputs of the user encoder without padding, the targets, and the items each ranking leaves out.
package struct EvaluationBatch: Sendable, Equatable {
    /// The dataset's index of each case's user [cases].
    package var datasetUsers: [Int32]
    /// The target of each case, a catalogue index [cases].
    package var targets: [Int64]
    /// Whether the target is among the items left out, so that the case is a miss whatever the scores [cases].
    package var unreachable: [Bool]
    /// The input items, the last ``SplitOptions/inputLength`` of each history, oldest first, as catalogue indices [rows].
    package var inputs: [Int64]
    /// The case of each input, 0 ..< cases [rows].
    package var users: [Int64]
    /// The position of each input, right-aligned: a case's newest input has ``SplitOptions/inputLength`` - 1 [rows].
    package var positions: [Int64]
    /// With ``maskedItems`` the pairs (case, distinct earlier item) that the ranking leaves out, ordered by case, then item [pairs].
    package var maskedUsers: [Int64]
    /// The items of the pairs, catalogue indices [pairs].
    package var maskedItems: [Int64]
    /// How many inputs a case has at most: its newest one has the position before this.
    package let inputLength: Int

    /// How many cases there are.
    package var userCount: Int { targets.count }

    /// Packs some cases.
    ///
    /// - Parameter inputLength: the inputs of the user encoder, ``SplitOptions/inputLength``.
    package init(_ cases: some Collection<EvaluationCase>, inputLength: Int) {
        self.init(inputLength: inputLength)
        for question in cases {
            question.history.withElements {
                append(user: question.user, history: $0, target: question.target, inputLength: inputLength)
            }
        }
    }

    /// Packs histories that belong to no dataset's user, as those that a recommendation is asked for.
    ///
    /// - Parameters:
    ///   - histories: catalogue indices, oldest first.
    ///   - targets: one for each history; nil when nothing is looked for.
    ///   - inputLength: the inputs of the user encoder.
    package init(histories: [[Int32]], targets: [Int32]? = nil, inputLength: Int) {
        self.init(inputLength: inputLength)
        for (index, history) in histories.enumerated() {
            history.withUnsafeBufferPointer {
                append(user: index, history: $0, target: targets?[index] ?? 0, inputLength: inputLength)
            }
        }
    }

    private init(inputLength: Int) {
        self.inputLength = inputLength
        (datasetUsers, targets, unreachable) = ([], [], [])
        (inputs, users, positions, maskedUsers, maskedItems) = ([], [], [], [], [])
    }

    private mutating func append(user: Int, history: UnsafeBufferPointer<Int32>, target: Int32, inputLength: Int) {
        let index = Int64(targets.count)
        datasetUsers.append(Int32(user))
        targets.append(Int64(target))
        unreachable.append(history.contains(target))
        let seen = history.suffix(inputLength)
        for (place, item) in seen.enumerated() {
            inputs.append(Int64(item))
            users.append(index)
            positions.append(Int64(inputLength - seen.count + place))
        }
        var previous: Int32 = -1
        for item in history.sorted() where item != previous {
            maskedUsers.append(index)
            maskedItems.append(Int64(item))
            previous = item
        }
    }
}

extension Split {
    /// The cases of a part in blocks of `size`, the last one smaller; each block is built when it is asked for.
    package func evaluationBatches(
        _ part: Part, size: Int
    ) -> some RandomAccessCollection<EvaluationBatch> & Sendable {
        EvaluationBatches(cases: evaluation(part), size: size, inputLength: options.inputLength)
    }
}

/// The blocks of a part.
private struct EvaluationBatches: RandomAccessCollection, Sendable {
    let cases: EvaluationCases
    let size: Int
    let inputLength: Int

    var startIndex: Int { 0 }
    var endIndex: Int { (cases.count + size - 1) / size }

    subscript(index: Int) -> EvaluationBatch {
        EvaluationBatch(cases[index * size..<Swift.min(cases.count, (index + 1) * size)], inputLength: inputLength)
    }
}
