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
    public let itemCount: Int
    /// The dataset's indices of the kept users, ascending.
    public let users: [Int32]
    /// How many users were left out because they have too few interactions.
    public let usersLeftOut: Int
    /// How many interactions train.
    public let trainingInteractions: Int
    /// Each item's share of the training interactions, 0 for items never seen [items].
    public let popularity: [Float]
    /// Places among ``users`` of those with at least two training items: the ones that training batches draw from.
    public let trainingUsers: [Int32]
    /// The times t1 and t2 of a timestamp split; nil for leave-last-two.
    public let times: (validation: Int64, test: Int64)?

    private let items: MappedArray<Int32>
    private let starts: [Int]
    private let trainingEnds: [Int]
    private let validation: EvaluationCases
    private let test: EvaluationCases

    /// Divides a dataset.
    ///
    /// - Throws: ``UserError`` when the options make no sense, timestamps are needed and missing, or no user is left to train on.
    public init(_ dataset: Dataset, _ options: SplitOptions = SplitOptions()) throws {
        try options.check()
        let histories = dataset.histories
        let windows: Windows
        switch options.kind {
        case .leaveLastTwo:
            times = nil
            windows = .leaveLastTwo(histories, options)
        case .timestamp:
            guard let timestamps = histories.timestamps else {
                throw UserError(
                    "a timestamp split of a dataset without timestamps", at: dataset.folder.path,
                    remedy: "Import it with a timestamp column, or split by leave-last-two.")
            }
            let times = options.times(in: timestamps)
            windows = .timestamps(histories, timestamps, from: times.validation, to: times.test, options)
            self.times = times
        }
        let trained = windows.users.indices.filter { windows.trainingEnds[$0] - windows.starts[$0] >= 2 }
        guard !trained.isEmpty else {
            throw UserError(
                "none of the \(dataset.userCount) users has at least \(options.minimumItems) interactions and two to train on",
                at: dataset.folder.path, remedy: "Lower minimum_items, or import more interactions.")
        }
        var counts = [Int](repeating: 0, count: dataset.items.count)
        for user in windows.users.indices {
            for place in windows.starts[user]..<windows.trainingEnds[user] { counts[Int(histories.items[place])] += 1 }
        }
        let total = counts.reduce(0, +)
        self.options = options
        itemCount = dataset.items.count
        users = windows.users
        usersLeftOut = dataset.userCount - windows.users.count
        trainingInteractions = total
        popularity = counts.map { Float(Double($0) / Double(total)) }
        trainingUsers = trained.map(Int32.init)
        items = histories.items
        starts = windows.starts
        trainingEnds = windows.trainingEnds
        validation = EvaluationCases(windows, targets: windows.validation, in: histories.items)
        test = EvaluationCases(windows, targets: windows.test, in: histories.items)
    }

    /// The training items of a kept user (a place in ``users``), oldest first; mapped, not copied.
    public func trainingSequence(of keptUser: Int) -> MappedArray<Int32> {
        items.part(starts[keptUser]..<trainingEnds[keptUser])
    }

    /// The cases of a part.
    public func evaluation(_ part: Part) -> EvaluationCases { part == .validation ? validation : test }

    /// Whether an item is in no training sequence.
    public func isCold(_ item: Int) -> Bool { popularity[item] == 0 }
}

extension SplitOptions {
    /// The two times: those that were given, or else the quantiles of all timestamps.
    fileprivate func times(in timestamps: MappedArray<Int64>) -> (validation: Int64, test: Int64) {
        if let validationTime, let testTime { return (validationTime, testTime) }
        let ordered = timestamps.sorted()
        func quantile(_ share: Double) -> Int64 { ordered[min(ordered.count - 1, Int(share * Double(ordered.count)))] }
        return (quantile(validationQuantile), quantile(testQuantile))
    }
}
