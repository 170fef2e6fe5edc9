public import Datasets
public import Files
public import Metrics
public import Modeling
public import Torch

/// Ranks every item of the catalogue for every user of a split.
public struct Evaluator {
    private let split: Split
    private let budget: Int
    private let stop: StopToken

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
        try withTensorErrors {
            try withoutGradients {
                let blocks = try stride(from: 0, to: split.itemCount, by: Self.itemBlock).map { start in
                    try stop.check()
                    return try recommender.itemTower.vectors(
                        of: .range(start..<min(start + Self.itemBlock, split.itemCount)), training: false)
                }
                return .concatenated(blocks, along: 0)
            }
        }
    }

    /// Where each target of a part stands.
    ///
    /// - Parameter itemVectors: what ``itemVectors(_:)`` gave, where it is known already: live encoders take their time for it.
    /// - Throws: ``UserError`` when the part has no cases or the model has diverged.
    public func ranks(
        _ recommender: Recommender, _ part: Split.Part, itemVectors: Tensor? = nil, onProgress: WorkProgress.Handler? = nil
    ) throws -> [TargetRank] {
        try ranking(recommender, part, for: [], itemVectors: itemVectors, onProgress: onProgress).ranks
    }

    /// Where each target of a part stands when items are ranked by how often they were trained on, for every user alike.
    package func popularityRanks(_ part: Split.Part) throws -> [TargetRank] { try popularityRanking(part, for: []).ranks }

    /// What metrics are computed from.
    package struct Ranking: Sendable {
        /// Where each target stands.
        package var ranks: [TargetRank]
        /// The top of each user's ranking; nil where no metric reads it.
        package var lists: RecommendedLists?
    }

    /// What some metrics are computed from: the targets' ranks, and lists of all users where metrics of lists are among them.
    ///
    /// Lists are as long as the greatest list length of these metrics; ``Ranker/ranking(of:users:items:listLength:)`` says what they
    /// cost. The items' vectors are copied from the device once where a metric reads them.
    ///
    /// - Parameter itemVectors: what ``itemVectors(_:)`` gave, where it is known already: live encoders take their time for it.
    /// - Throws: ``UserError`` when the part has no cases or the model has diverged.
    package func ranking(
        _ recommender: Recommender, _ part: Split.Part, for metrics: [Metric], itemVectors: Tensor? = nil,
        onProgress: WorkProgress.Handler? = nil
    ) throws -> Ranking {
        let items = try itemVectors ?? self.itemVectors(recommender)
        return try ranking(part, for: metrics, items: items, areVectors: true, onProgress: onProgress) {
            recommender.userVectors($0, itemVectors: items)
        }
    }

    /// The same where items are ranked by how often they were trained on, for every user alike; they have no vectors.
    package func popularityRanking(_ part: Split.Part, for metrics: [Metric]) throws -> Ranking {
        try ranking(part, for: metrics, items: Tensor(split.popularity).unsqueezed(1), areVectors: false) {
            .ones([$0.userCount, 1])
        }
    }

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

    /// How much of the scores each part of the item tower decides; empty for a tower of one part, and where all scores of every user are
    /// equal.
    ///
    /// A user's scores are the sum of the parts' scores. A part's share is the covariance of its scores with the whole over the
    /// catalogue, divided by the variance of the whole: the shares of a user add up to 1. The mean is over the users whose scores differ.
    package func shares(
        _ recommender: Recommender, _ part: Split.Part, itemVectors: Tensor? = nil
    ) throws -> [RunResult.TowerShare] {
        try withTensorErrors {
            try withoutGradients {
                let parts = try self.parts(recommender)
                guard parts.count > 1 else { return [] }
                let items = try itemVectors ?? self.itemVectors(recommender)
                var sums = [Double](repeating: 0, count: parts.count)
                var users = 0.0
                let block = max(1, min(1024, budget / (8 * max(1, split.itemCount))))
                for batch in split.evaluationBatches(part, size: block) {
                    try stop.check()
                    let vectors = recommender.userVectors(batch, itemVectors: items)
                    func centred(_ scores: Tensor) -> Tensor { scores - scores.mean(along: 1, keeping: true) }
                    let scores = vectors.matmul(items.transposed(0, 1))  // [users, items]
                    let whole = centred(scores)
                    let variance = (whole * whole).sum(along: 1)  // [users]
                    // What is left of equal scores is rounding; there is nothing to share.
                    let differ = variance .> (scores * scores).sum(along: 1) * 1e-10
                    let none = Tensor(Float(0), on: variance.device)
                    for (index, part) in parts.enumerated() {
                        let own = (centred(vectors.matmul(part.vectors.transposed(0, 1))) * whole).sum(along: 1)
                        sums[index] += (own / variance).kept(where: differ, otherwise: none).sum().item()
                    }
                    users += differ.to(.float32).sum().item()
                }
                return users > 0 ? zip(parts, sums).map { .init(tower: $0.name, share: $1 / users) } : []
            }
        }
    }

    /// What each part of the tower adds to the vectors of the whole catalogue: [items, width] by name.
    private func parts(_ recommender: Recommender) throws -> [(name: String, vectors: Tensor)] {
        let blocks = try stride(from: 0, to: split.itemCount, by: Self.itemBlock).map { start in
            try stop.check()
            return try recommender.itemTower.parts(of: .range(start..<min(start + Self.itemBlock, split.itemCount)))
        }
        guard let first = blocks.first else { return [] }
        return first.indices.map { index in
            (first[index].name, .concatenated(blocks.map { $0[index].vectors }, along: 0))
        }
    }

    private func ranking(
        _ part: Split.Part, for metrics: [Metric], items: Tensor, areVectors: Bool, onProgress: WorkProgress.Handler? = nil,
        users: (EvaluationBatch) -> Tensor
    ) throws -> Ranking {
        let cases = split.evaluation(part)
        guard !cases.isEmpty else {
            try split.checkTargets()
            return Ranking(ranks: [])
        }
        let ofLists = metrics.filter { $0.measure is any ListMeasure }
        let length = min(ofLists.compactMap(\.cutoff).max() ?? 0, split.itemCount)
        // A block of scores that a processor's cache holds is not written to memory and read again.
        let ranker = Ranker(budget: items.device == .cpu ? min(budget, 8 << 20) : budget, isCold: split.isCold)
        var ranks: [TargetRank] = []
        var lists: [Int32] = []
        ranks.reserveCapacity(cases.count)
        lists.reserveCapacity(cases.count * length)
        for batch in split.evaluationBatches(part, size: Self.userBlock) {
            try stop.check()
            try withTensorErrors {
                try withoutGradients {
                    let found = try ranker.ranking(of: batch, users: users(batch), items: items, listLength: length)
                    ranks += found.ranks
                    lists += found.lists
                }
            }
            onProgress?(WorkProgress("ranking", done: ranks.count, total: cases.count, unit: "users"))
        }
        guard length > 0 else { return Ranking(ranks: ranks) }
        var catalogue = RecommendedLists.Catalogue(
            trainingShares: split.popularity, trainingInteractions: split.trainingInteractions)
        if areVectors, ofLists.contains(where: { ($0.measure as? any ListMeasure)?.readsVectors == true }) {
            catalogue.vectors = try withTensorErrors { try withoutGradients { try Self.unitVectors(items) } }
        }
        return Ranking(ranks: ranks, lists: RecommendedLists(lists, length: length, catalogue: catalogue))
    }

    /// The rows [items, width] with length 1, copied from the device; rows of zeros stay as they are.
    private static func unitVectors(_ items: Tensor) throws -> (values: [Float], width: Int) {
        let vectors = items.to(.float32)
        let lengths = (vectors * vectors).sum(along: 1).squareRoot().unsqueezed(1)  // [items, 1]
        let one = Tensor(Float(1), on: items.device)
        let unit = vectors / lengths.kept(where: lengths .> Tensor(Float(0), on: items.device), otherwise: one)
        return (try unit.checked().floats(), items.size(1))
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
        let rule =
            switch options.kind {
            case .leaveLastTwo:
                "the last \(options.maximumItems) items of users with at least \(options.minimumItems); the last is the test target, "
                    + "the last but one the validation target, what is before trains"
            case .timestamp:
                "two points in time; the first item of a user from each on is a target, what is before the first trains"
            }
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
