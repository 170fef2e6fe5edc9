public import Datasets
public import Files
public import Metrics
public import Modeling
package import Torch

/// Ranks every item of the catalogue for every user of a split.
public struct Evaluator {
    let split: Split
    private let budget: Int
    let stop: StopToken

    /// Makes an evaluator.
    ///
    /// - Parameters:
    ///   - budget: bytes that a block of scores may take; 64 MB by default, on a processor 8 MB at most.
    ///   - stop: looked at between blocks of items and of users; what is asked then throws `CancellationError`.
    public init(_ split: Split, budget: Int = 64 << 20, stop: StopToken = StopToken()) {
        self.split = split
        self.budget = budget
        self.stop = stop
    }

    /// Items whose vectors are computed at a time: bounds the memory of their hidden states.
    static let itemBlock = 1024
    /// Users whose vectors are computed at a time.
    static let userBlock = 1024

    /// The vectors of the whole catalogue: [items, width].
    package func itemVectors(_ recommender: Recommender) throws -> Tensor {
        try itemVectors(recommender, of: 0..<split.itemCount)
    }

    /// The vectors of some items, which begin with a block of ``itemBlock``: [items, width].
    func itemVectors(_ recommender: Recommender, of items: Range<Int>) throws -> Tensor {
        try withTensorErrors {
            try withoutGradients {
                let blocks = try stride(from: items.lowerBound, to: items.upperBound, by: Self.itemBlock).map { start in
                    try stop.check()
                    return try recommender.itemTower.vectors(
                        of: .range(start..<min(start + Self.itemBlock, items.upperBound)), training: false)
                }
                return .concatenated(blocks, along: 0)
            }
        }
    }

    /// The papers' score: the product of a recommender's user and item vectors.
    ///
    /// - Parameter itemVectors: what ``itemVectors(_:)`` gave, where it is known already: live encoders take their time for it.
    package func score(_ recommender: Recommender, itemVectors: Tensor? = nil) throws -> Score {
        Score(recommender, itemVectors: try itemVectors ?? self.itemVectors(recommender))
    }

    /// Where each target of a part ranks by a recommender's product of user and item vectors.
    ///
    /// - Throws: ``UserError`` when the model has diverged; `CancellationError` when told to stop.
    public func ranks(
        _ recommender: Recommender, _ part: Split.Part, onProgress: WorkProgress.Handler? = nil
    ) throws -> [TargetRank] {
        try ranking(score(recommender), part, for: [], onProgress: onProgress).ranks
    }

    /// Where each target of a part ranks by a score.
    package func ranks(
        _ score: Score, _ part: Split.Part, onProgress: WorkProgress.Handler? = nil
    ) throws -> [TargetRank] { try ranking(score, part, for: [], onProgress: onProgress).ranks }

    /// The same for some blocks of ``userBlock`` users alone.
    func ranks(_ score: Score, _ part: Split.Part, blocks: Range<Int>) throws -> [TargetRank] {
        try ranking(score, part, for: [], blocks: blocks).ranks
    }

    /// What metrics are computed from.
    package struct Ranking: Sendable {
        /// Where each target ranks.
        package var ranks: [TargetRank]
        /// The top of each user's ranking; nil where no metric reads it.
        package var lists: RecommendedLists?
    }

    /// What some metrics are computed from: the targets' ranks, and lists of all users where metrics of lists are among them.
    ///
    /// Lists are as long as the greatest list length of these metrics; ``Ranker/ranking(of:users:items:listLength:adding:)`` says what
    /// they cost. Of some blocks of ``userBlock`` users alone where these are named. The items' vectors are copied from the device once where a metric reads them.
    ///
    /// - Throws: ``UserError`` when the part has no cases or the model has diverged; `CancellationError` when told to stop.
    package func ranking(
        _ score: Score, _ part: Split.Part, for metrics: [Metric], blocks: Range<Int>? = nil,
        onProgress: WorkProgress.Handler? = nil
    ) throws -> Ranking {
        let cases = split.evaluation(part)
        guard !cases.isEmpty else {
            try split.checkTargets()
            return Ranking(ranks: [])
        }
        let ofLists = metrics.filter { $0.measure is any ListMeasure }
        let length = min(ofLists.compactMap(\.cutoff).max() ?? 0, split.itemCount)
        let ranker = Ranker(budget: budget(on: score.items.device), isCold: split.isCold)
        var ranks: [TargetRank] = []
        var lists: [Int32] = []
        ranks.reserveCapacity(cases.count)
        lists.reserveCapacity(cases.count * length)
        let batches = split.evaluationBatches(part, size: Self.userBlock)
        for batch in batches.dropFirst(blocks?.lowerBound ?? 0).prefix(blocks?.count ?? batches.count) {
            try stop.check()
            try withTensorErrors {
                try withoutGradients {
                    let found = try ranker.ranking(
                        of: batch, users: score.users(batch), items: score.items, listLength: length
                    ) { score.addNeighbours(to: $0, of: batch, cases: $1) }
                    ranks += found.ranks
                    lists += found.lists
                }
            }
            onProgress?(WorkProgress("ranking", done: ranks.count, total: cases.count, unit: "users"))
        }
        guard length > 0 else { return Ranking(ranks: ranks) }
        var catalogue = RecommendedLists.Catalogue(
            trainingShares: split.popularity, trainingInteractions: split.trainingInteractions)
        if let vectors = score.itemVectors, ofLists.contains(where: { ($0.measure as? any ListMeasure)?.readsVectors == true })
        {
            catalogue.vectors = try withTensorErrors {
                try withoutGradients { (try vectors.to(.float32).unitRows().checked().floats(), vectors.size(1)) }
            }
        }
        return Ranking(ranks: ranks, lists: RecommendedLists(lists, length: length, catalogue: catalogue))
    }

    /// Bytes for a block of scores: what a processor's cache holds is not written to memory and read again.
    func budget(on device: Device) -> Int { device == .cpu ? min(budget, 8 << 20) : budget }

    /// Ranks of a part, as ``ranks(_:_:onProgress:)`` gives them, with what is known of users and targets.
    package func table(_ ranks: [TargetRank], _ part: Split.Part) -> RankTable {
        RankTable(
            zip(split.evaluation(part), ranks).map { question, rank in
                let share = Double(split.popularity[Int(question.target)])
                return RankTable.Row(
                    user: question.user, target: Int(question.target), rank: rank, historyLength: question.history.count,
                    targetCount: Int((share * Double(split.trainingInteractions)).rounded()))
            })
    }

    /// Whether every target has the score of every other item that was not left out: the model tells no item from another.
    package static func areAllTied(_ ranks: [TargetRank]) -> Bool {
        !ranks.isEmpty && ranks.allSatisfy { $0.ties > 0 && $0.ties == $0.rank - 1 }
    }
}

extension Evaluator {
    /// The evaluation card of some ranks.
    ///
    /// - Parameters:
    ///   - lists: the top of the same users' rankings; nil leaves metrics of lists out.
    ///   - metrics: what is asked for.
    public static func card(
        _ ranks: [TargetRank], lists: RecommendedLists? = nil, split: Split, part: Split.Part, datasetHash: String,
        metrics: [Metric] = Metric.usual(), stop: StopToken? = nil
    ) -> EvaluationCard {
        let options = split.options
        let kept = options.history == .whole ? "all" : "the last \(options.maximumItems)"
        var rule =
            switch options.kind {
            case .leaveLastTwo:
                "\(kept) items of users with at least \(options.minimumItems); the last is the test target, the last but one the "
                    + "validation target, what is before trains"
            case .timestamp:
                "two points in time; the first item of a user from each on is a target, what is before the first trains"
            }
        if options.history == .whole { rule += ", \(options.longestTrainingSequence) items at a time" }
        return EvaluationCard(
            of: ranks, lists: lists,
            procedure: .init(
                split: part.rawValue, splitRule: rule, historyKept: options.inputLength,
                maskingRule: "the user's own earlier items",
                tieRule: "against us: every item with the target's score ranks before it", catalogueSize: split.itemCount,
                datasetHash: datasetHash),
            metrics: metrics, stop: stop)
    }
}
