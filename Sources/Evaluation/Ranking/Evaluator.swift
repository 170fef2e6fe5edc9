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
    public func itemVectors(_ recommender: Recommender) throws -> Tensor {
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
        let items = try itemVectors ?? self.itemVectors(recommender)
        return try ranks(part, items: items, onProgress: onProgress) { recommender.userVectors($0, itemVectors: items) }
    }

    /// Where each target of a part stands when items are ranked by how often they were trained on, for every user alike.
    package func popularityRanks(_ part: Split.Part) throws -> [TargetRank] {
        try ranks(part, items: Tensor(split.popularity).unsqueezed(1)) { .ones([$0.userCount, 1]) }
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

    private func ranks(
        _ part: Split.Part, items: Tensor, onProgress: WorkProgress.Handler? = nil, users: (EvaluationBatch) -> Tensor
    ) throws -> [TargetRank] {
        let cases = split.evaluation(part)
        guard !cases.isEmpty else {
            try split.checkTargets()
            return []
        }
        // A block of scores that a processor's cache holds is not written to memory and read again.
        let ranker = Ranker(budget: items.device == .cpu ? min(budget, 8 << 20) : budget, isCold: split.isCold)
        var ranks: [TargetRank] = []
        ranks.reserveCapacity(cases.count)
        for batch in split.evaluationBatches(part, size: Self.userBlock) {
            try stop.check()
            try withTensorErrors {
                try withoutGradients {
                    ranks += try ranker.ranks(of: batch, users: users(batch), items: items)
                }
            }
            onProgress?(WorkProgress("ranking", done: ranks.count, total: cases.count, unit: "users"))
        }
        return ranks
    }
}

extension Evaluator {
    /// The evaluation card of some ranks.
    public static func card(
        _ ranks: [TargetRank], split: Split, part: Split.Part, datasetHash: String, cutoffs: [Int] = [5, 10, 20],
        stop: StopToken? = nil
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
            of: ranks,
            procedure: .init(
                split: part.rawValue, splitRule: rule, historyKept: options.inputLength,
                maskingRule: "the user's own earlier items",
                tieRule: "against us: every item with the target's score ranks before it", catalogueSize: split.itemCount,
                datasetHash: datasetHash),
            cutoffs: cutoffs, stop: stop)
    }
}
