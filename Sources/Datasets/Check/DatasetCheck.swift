import Files
import Foundation

/// What can be said about a dataset before anything is trained on it: its counts, and what is missing, repeated or out of reach.
public struct DatasetCheck: Codable, Sendable, Equatable {
    /// What evaluation of one part of the split will meet.
    package struct Targets: Codable, Sendable, Equatable {
        /// How many cases there are.
        package var cases = 0
        /// Targets among the user's own earlier kept items: masked, so always a miss.
        package var unreachable = 0
        /// Targets that are in no training sequence.
        package var cold = 0
    }

    /// The dataset's name.
    package var name: String
    /// The dataset's content hash.
    package var contentHash: String
    /// How many users.
    package var users: Int
    /// How many items.
    package var items: Int
    /// How many interactions.
    package var interactions: Int
    /// By what each history is ordered; nil where the dataset does not say.
    package var order: HistoryOrder?
    /// Interactions at the same time as the same user's one before; nil without times.
    package var equalTimes: Int?
    /// What may be wrong with the whole dataset, in sentences.
    package var warnings: [String] = []
    /// How long the histories are.
    package var lengths: LengthDistribution
    /// Items without a title.
    package var itemsWithoutTitle = 0
    /// Items without a picture.
    package var itemsWithoutPicture = 0
    /// Pictures that the dataset names and the disk does not have.
    package var picturesMissing = 0
    /// Items whose title an earlier item has too.
    package var duplicateTitles = 0
    /// Items nobody interacted with.
    package var itemsNeverInteracted = 0
    /// Interactions with the same item as the one before.
    package var consecutiveRepeats = 0
    /// Users with fewer interactions than the split's minimum.
    package var usersUnderMinimum = 0
    /// Users that train.
    package var trainingUsers = 0
    /// Interactions that train.
    package var trainingInteractions = 0
    /// Interactions of users who train that are older than what the split keeps of them.
    package var olderInteractions = 0
    /// The validation targets.
    package var validation = Targets()
    /// The test targets.
    package var test = Targets()
    /// Why the dataset cannot be split so; nil when it can.
    package var splitProblem: String?
    /// The first places of each kind, with the kind's total.
    package var findings: Findings

    /// Checks a dataset, first as ``Dataset/verify()`` does.
    ///
    /// - Parameters:
    ///   - options: the split that targets are taken from.
    ///   - limit: how many places of each kind are listed; all are counted.
    ///   - lookingForPictures: whether each picture is looked for on the disk.
    /// - Throws: ``UserError`` when the dataset is damaged or the options make no sense; a split that cannot be made is a fact, see ``splitProblem``.
    public init(
        _ dataset: Dataset, _ options: SplitOptions = SplitOptions(), limit: Int = 10, lookingForPictures: Bool = true
    ) throws {
        try dataset.verify()
        name = dataset.manifest.name
        contentHash = dataset.manifest.contentHash
        users = dataset.userCount
        items = dataset.items.count
        interactions = dataset.manifest.interactions
        lengths = LengthDistribution(dataset.histories.map(\.count))
        findings = Findings(limit: limit)
        checkOrder(dataset)
        checkItems(dataset, lookingForPictures: lookingForPictures)
        checkHistories(dataset, minimum: options.minimumItems)
        try checkTargets(dataset, options)
    }

    private mutating func checkOrder(_ dataset: Dataset) {
        order = dataset.manifest.ordering
        if order?.basis == .rows {
            warnings.append(
                "the histories are in the order of the file's rows, as no times were read; if that is not the order in time, what is "
                    + "trained to predict the next item learns something else")
        } else if order == nil, dataset.histories.timestamps == nil {
            warnings.append("the dataset does not say by what its histories are ordered: import it again")
        }
        guard let times = dataset.histories.timestamps else { return }
        var equal = 0
        times.withElements { times in
            for user in dataset.histories.indices {
                for index in dataset.histories.range(of: user).dropFirst() where times[index] == times[index - 1] { equal += 1 }
            }
        }
        equalTimes = equal
        let followers = interactions - users
        if equal * 2 > followers, followers > 0 {
            warnings.append(
                "\(equal) of \(followers) interactions are at the same time as the user's one before: their order is that of the file"
            )
        }
    }

    private mutating func checkItems(_ dataset: Dataset, lookingForPictures: Bool) {
        var titles = IDTable()
        // The item that had each title first.
        var owners: [Int32] = []
        for (index, item) in dataset.items.enumerated() {
            if let title = item.title {
                let (number, isNew) = titles.insert(title)
                if isNew {
                    owners.append(Int32(index))
                } else {
                    duplicateTitles += 1
                    findings.add(
                        "duplicate titles", at: dataset.place(ofItem: index),
                        "item \(item.id.quoted) has the title of \(dataset.items[Int(owners[number])].id.quoted)")
                }
            } else {
                itemsWithoutTitle += 1
                findings.add("items without a title", at: dataset.place(ofItem: index), "item \(item.id.quoted)")
            }
            if let picture = item.picture {
                guard lookingForPictures, !FileManager.default.fileExists(atPath: picture.path) else { continue }
                picturesMissing += 1
                findings.add("pictures missing on disk", at: dataset.place(ofItem: index), picture.path)
            } else {
                itemsWithoutPicture += 1
                findings.add("items without a picture", at: dataset.place(ofItem: index), "item \(item.id.quoted)")
            }
        }
    }

    private mutating func checkHistories(_ dataset: Dataset, minimum: Int) {
        var isUsed = [Bool](repeating: false, count: dataset.items.count)
        for (user, history) in dataset.histories.enumerated() {
            var previous: Int32 = -1
            for item in history {
                isUsed[Int(item)] = true
                if item == previous {
                    consecutiveRepeats += 1
                    findings.add(
                        "consecutive repeats", at: dataset.place(ofUser: user),
                        "user \(dataset.userID(user).quoted), item \(dataset.items[Int(item)].id.quoted)")
                }
                previous = item
            }
            if history.count < minimum {
                usersUnderMinimum += 1
                findings.add(
                    "users with fewer than \(minimum) interactions", at: dataset.place(ofUser: user),
                    "user \(dataset.userID(user).quoted) has \(history.count)")
            }
        }
        for item in isUsed.indices where !isUsed[item] {
            itemsNeverInteracted += 1
            findings.add(
                "items never interacted with", at: dataset.place(ofItem: item), "item \(dataset.items[item].id.quoted)")
        }
    }

    private mutating func checkTargets(_ dataset: Dataset, _ options: SplitOptions) throws {
        try options.check()
        let split: Split
        do {
            split = try Split(dataset, options)
        } catch let error as UserError {
            splitProblem = error.problem
            return
        }
        trainingUsers = split.trainingUsers.count
        trainingInteractions = split.trainingInteractions
        olderInteractions = split.olderInteractions
        for part in Split.Part.allCases {
            var targets = Targets()
            for question in split.evaluation(part) {
                targets.cases += 1
                func detail() -> String {
                    "user \(dataset.userID(question.user).quoted), item \(dataset.items[Int(question.target)].id.quoted)"
                }
                if question.isUnreachable {
                    targets.unreachable += 1
                    findings.add("unreachable \(part.rawValue) targets", at: dataset.place(ofUser: question.user), detail())
                }
                if split.isCold(Int(question.target)) {
                    targets.cold += 1
                    findings.add("cold \(part.rawValue) targets", at: dataset.place(ofUser: question.user), detail())
                }
            }
            if part == .validation { validation = targets } else { test = targets }
        }
    }
}

extension Dataset {
    /// The line of an item in the dataset directory, as `path:line`.
    package func place(ofItem item: Int) -> String { "\(folder.appending(path: Dataset.itemsName).path):\(item + 1)" }

    /// The line of a user in the dataset directory, as `path:line`.
    package func place(ofUser user: Int) -> String { "\(folder.appending(path: Dataset.usersName).path):\(user + 1)" }
}
