import FoundationEssentials
import Files

/// A dataset divided into training sequences, validation and test cases (article Protocol).
///
/// Leave-last-two: users with at least ``SplitOptions/minimumItems`` interactions; the last ``SplitOptions/maximumItems`` are kept; all
/// but the last two train, the last but one is the validation target, the last one the test target.
///
/// Timestamp, with times t1 < t2: users with at least `minimumItems` interactions in all. Interactions before t1 train (the last
/// `maximumItems - 2` of them). The first interaction in [t1, t2) is the validation target, its history the training sequence. The first
/// one from t2 on is the test target, its history the training sequence and all interactions in [t1, t2). A user without
/// such an interaction, or without any history before it, has no such case. A quantile q of N interactions is the
/// timestamp in place ⌊qN⌋ of all timestamps in order, from 0.
///
/// With ``SplitOptions/History/whole`` all interactions are kept where the last ones are above. A step then sees a window of a user's training
/// items, `maximumItems - 2` of them, wherever in the history.
public struct Split: Sendable {
    /// The parts that models are evaluated on.
    public enum Part: String, Codable, Sendable, CaseIterable {
        /// Chooses the checkpoint.
        case validation
        /// Is reported.
        case test
    }

    /// The rule and its numbers.
    public let options: SplitOptions
    /// The items of the catalogue.
    package let itemCount: Int
    /// The dataset's indices of the kept users, ascending.
    package var users: [Int32] { windows.users }
    /// How many users were left out because they have too few interactions.
    package let usersLeftOut: Int
    /// How many interactions train.
    package let trainingInteractions: Int
    /// Each item's share of the training interactions, 0 for items never seen [items].
    package let popularity: [Float]
    /// Each item's share of what training batches hold on average: ``popularity``, but where sequences are seen in windows, which
    /// hold a user's newest and oldest items less often [items].
    package let batchShares: [Float]
    /// How many interactions of the kept users are older than what is kept of them, and so are not used at all.
    package var olderInteractions: Int { windows.olderCount }
    /// Places among ``users`` of those with at least two training items: the ones that training batches draw from.
    package let trainingUsers: [Int32]
    /// The times t1 and t2 of a timestamp split; nil for leave-last-two.
    package let times: (validation: Int64, test: Int64)?

    /// The times of all interactions; nil where they are not known.
    var interactionTimes: MappedArray<Int64>? { windows.histories.timestamps }

    private let windows: Windows
    private let validation: EvaluationCases
    private let test: EvaluationCases

    /// Divides a dataset.
    ///
    /// - Throws: ``UserError`` when the options make no sense, timestamps are needed and missing, no user is left to train on, or
    ///   an item is not one of the dataset's.
    public init(_ dataset: Dataset, _ options: SplitOptions = SplitOptions()) throws {
        try options.check()
        let histories = dataset.histories
        guard dataset.userCount > 0, dataset.items.count > 0, dataset.manifest.interactions > 0 else {
            throw UserError(
                "has \(dataset.userCount) users, \(dataset.items.count) items and \(dataset.manifest.interactions) interactions: there "
                    + "is nothing to divide",
                at: dataset.folder.path, remedy: Dataset.importAgain)
        }
        let windows: Windows
        switch options.kind {
        case .leaveLastTwo:
            times = nil
            windows = .leaveLastTwo(histories, options)
        case .timestamp:
            guard let timestamps = histories.timestamps else {
                throw UserError(
                    "is timestamp, and \(dataset.folder.path) is a dataset without timestamps", at: "data.split.kind",
                    remedy: "Import it with a timestamp column, or split by leave-last-two.")
            }
            let times = options.times(in: timestamps)
            windows = .timestamps(histories, timestamps, from: times.validation, to: times.test, options)
            self.times = times
        }
        let trained = windows.users.indices.filter { windows.training($0).count >= 2 }
        guard !trained.isEmpty else {
            throw options.problem(
                "none of the \(dataset.userCount) users has at least \(options.minimumItems) interactions and two to train on",
                .validation, times, histories.timestamps)
        }
        let counts = try Self.trainingCounts(windows, dataset)
        let total = counts.reduce(0) { $0 + Int($1) }
        self.options = options
        self.windows = windows
        itemCount = dataset.items.count
        usersLeftOut = dataset.userCount - windows.users.count
        trainingInteractions = total
        popularity = counts.map { Float(Double($0) / Double(total)) }
        batchShares = options.history == .last ? popularity : Self.batchShares(windows, trained, options, itemCount: itemCount)
        trainingUsers = trained.map(Int32.init)
        validation = EvaluationCases(windows, targets: windows.validation)
        test = EvaluationCases(windows, targets: windows.test)
    }

    /// How many training interactions each item has [items]; all that is kept is checked to be an item.
    private static func trainingCounts(_ windows: Windows, _ dataset: Dataset) throws -> [Int32] {
        var counts = [Int32](repeating: 0, count: dataset.items.count)
        try windows.histories.items.withElements { items in
            for user in windows.users.indices {
                let all = windows.all(user)
                let training = windows.training(user).count
                for (place, item) in items[all].enumerated() {
                    guard counts.indices.contains(Int(item)) else {
                        throw UserError(
                            "item index \(item), expected 0..<\(counts.count)",
                            at: dataset.place(ofUser: Int(windows.users[user])), remedy: Dataset.importAgain)
                    }
                    if place < training { counts[Int(item)] += 1 }
                }
            }
        }
        return counts
    }

    /// Each item's share of the batches: of w items in a window of a user's n, window by window as often, the one at j is in
    /// min(j, n - 1 - j, w - 1, n - w) + 1 of the n - w + 1.
    private static func batchShares(
        _ windows: Windows, _ trained: [Int], _ options: SplitOptions, itemCount: Int
    ) -> [Float] {
        var expected = [Double](repeating: 0, count: itemCount)
        windows.histories.items.withElements { items in
            for user in trained {
                let training = UnsafeBufferPointer(rebasing: items[windows.training(user)])
                let width = min(training.count, options.longestTrainingSequence)
                let windowCount = training.count - width + 1
                for (place, item) in training.enumerated() {
                    let holding = min(place, training.count - 1 - place, width - 1, windowCount - 1) + 1
                    expected[Int(item)] +=
                        Double(holding) / Double(windowCount) * Double(options.windowsOfAnEpoch(training.count))
                }
            }
        }
        let total = expected.reduce(0, +)
        return expected.map { Float($0 / total) }
    }

    /// The training items of a kept user (a place in ``users``), oldest first; mapped, not copied.
    package func trainingSequence(of keptUser: Int) -> MappedArray<Int32> {
        windows.histories.items.part(windows.training(keptUser))
    }

    /// Appends a window of a kept user's training items, oldest first, at most ``SplitOptions/longestTrainingSequence`` of them; how many these are.
    ///
    /// - Parameter age: how many newer training items there are after the window, fewer than ``windowCount(of:)``.
    func appendTrainingWindow(of keptUser: Int, age: Int, to slots: inout [Int32]) -> Int {
        let training = windows.training(keptUser).dropLast(age).suffix(options.longestTrainingSequence)
        windows.histories.items.withElements { slots.append(contentsOf: UnsafeBufferPointer(rebasing: $0[training])) }
        return training.count
    }

    /// How many windows a kept user's training items have: 1 where one holds them all.
    package func windowCount(of keptUser: Int) -> Int {
        max(0, windows.training(keptUser).count - options.longestTrainingSequence) + 1
    }

    /// The kept users whose windows an epoch sees, ascending, each as often as it takes to see all of its training items.
    var usersOfAnEpoch: [Int32] {
        guard options.history == .whole else { return trainingUsers }
        return trainingUsers.flatMap { user in
            repeatElement(user, count: options.windowsOfAnEpoch(windows.training(Int(user)).count))
        }
    }

    /// The cases of a part.
    package func evaluation(_ part: Part) -> EvaluationCases { part == .validation ? validation : test }

    /// How many training interactions each item has [items].
    package var trainingCounts: [Int] {
        popularity.map { Int((Double($0) * Double(trainingInteractions)).rounded()) }
    }

    /// The items of the training sequences, ascending, as catalogue indices.
    package var trainedItems: [Int32] { popularity.indices.filter { !isCold($0) }.map(Int32.init) }

    /// Whether an item is in no training sequence.
    package func isCold(_ item: Int) -> Bool { popularity[item] == 0 }
}

extension SplitOptions {
    /// The two times: those that were given, or else the quantiles of all timestamps.
    fileprivate func times(in timestamps: MappedArray<Int64>) -> (validation: Int64, test: Int64) {
        if let validationTime, let testTime { return (validationTime, testTime) }
        return timestamps.withElements { timestamps in
            func quantile(_ share: Double) -> Int64 {
                Quantile.number(min(timestamps.count - 1, Int(share * Double(timestamps.count))), of: timestamps)
            }
            return (quantile(validationQuantile), quantile(testQuantile))
        }
    }
}
