package import Datasets
import Files
package import Metrics
package import Modeling
package import Torch

extension Evaluator {
    /// What decides the scores of a part's users.
    package struct Shares: Sendable, Equatable {
        /// How much of the scores each part decides, in the order of the parts; empty for a score of one part, and where all scores of
        /// every user are equal.
        ///
        /// A user's scores are the sum of the parts' scores. A part's share is the covariance of its scores with the whole over the
        /// catalogue, divided by the variance of the whole: the shares of a user add up to 1. The mean is over the users whose scores
        /// differ.
        package var ofScores: [RunResult.TowerShare] = []
        /// The share of recommended items (the best ten of every user) that each part adds most to: whose score there is the most
        /// above its own mean over the catalogue.
        package var ofRecommended: [RunResult.TowerShare] = []

        /// Makes shares; without any, those of a score of one part.
        package init(ofScores: [RunResult.TowerShare] = [], ofRecommended: [RunResult.TowerShare] = []) {
            (self.ofScores, self.ofRecommended) = (ofScores, ofRecommended)
        }
    }

    /// What decides the scores of a part's users, by the parts of the score and, of a network, by its towers.
    ///
    /// - Parameter recommender: the trained network; nil for a score without.
    /// - Throws: ``UserError`` when memory runs out; `CancellationError` when told to stop.
    package func shares(_ score: Score, of recommender: Recommender?, _ part: Split.Part) throws -> Shares {
        try withTensorErrors {
            try withoutGradients {
                let parts = try self.parts(score, recommender)
                guard parts.count > 1 else { return Shares() }
                var sums = [Double](repeating: 0, count: parts.count)
                var leads = [Double](repeating: 0, count: parts.count)
                var (users, recommended) = (0.0, 0.0)
                let block = max(
                    1, min(1024, budget(on: score.items.device) / (4 * (parts.count + 2) * max(1, split.itemCount))))
                for batch in split.evaluationBatches(part, size: block) {
                    try stop.check()
                    func centred(_ scores: Tensor) -> Tensor { scores - scores.mean(along: 1, keeping: true) }
                    let scores = score.scores(of: batch)  // [users, items]
                    let whole = centred(scores)
                    let variance = (whole * whole).sum(along: 1)  // [users]
                    // What is left of equal scores is rounding; there is nothing to share.
                    let differ = variance .> (scores * scores).sum(along: 1) * 1e-10
                    let none = Tensor(Float(0), on: variance.device)
                    let list = try best(10, of: scores, batch)
                    var leading: [Tensor] = []  // by part [users, list]
                    for (index, part) in parts.enumerated() {
                        let own = centred(part.scores(batch))
                        let covariance = (own * whole).sum(along: 1)
                        sums[index] += (covariance / variance).kept(where: differ, otherwise: none).sum().item()
                        leading.append(own.gathering(list.items, along: 1))
                    }
                    let leader = Tensor.stacked(leading).indexOfLargest(along: 0)  // [users, list]
                    for index in parts.indices {
                        leads[index] += (leader .== Double(index)).and(list.isThere).to(.float32).sum().item()
                    }
                    recommended += list.isThere.to(.float32).sum().item()
                    users += differ.to(.float32).sum().item()
                }
                guard users > 0 else { return Shares() }
                return Shares(
                    ofScores: zip(parts, sums).map { .init(tower: $0.name, share: $1 / users) },
                    ofRecommended: zip(parts, leads).map { .init(tower: $0.name, share: $1 / max(1, recommended)) })
            }
        }
    }

    /// The best items of each case without those of its history, and whether there are as many: [cases, count].
    private func best(
        _ count: Int, of scores: Tensor, _ batch: EvaluationBatch
    ) throws -> (items: Tensor, isThere: Tensor) {
        let device = scores.device
        let masked = scores.clone()
        masked.put(
            Tensor(-Float.infinity, on: device),
            at: [Tensor(batch.maskedUsers, on: device), Tensor(batch.maskedItems, on: device)])
        let (values, items) = masked.largest(min(count, split.itemCount))
        return (try items.checked(), values.isFinite())
    }

    /// Each part's scores [cases, items] for all cases of a batch, as they are added up.
    private func parts(
        _ score: Score, _ recommender: Recommender?
    ) throws -> [(name: String, scores: (EvaluationBatch) -> Tensor)] {
        var parts: [(name: String, scores: (EvaluationBatch) -> Tensor)] = []
        for part in score.dense {
            func scores(_ items: Tensor) -> (EvaluationBatch) -> Tensor {
                { (part.users($0, nil) * score.weights[part.part]).matmul(items.transposed(0, 1)) }
            }
            let towers = part.part == .network ? try recommender.map(towers) ?? [] : []
            if towers.count > 1 {
                for tower in towers { parts.append((tower.name, scores(tower.vectors))) }
            } else {
                parts.append((part.part.rawValue, scores(part.items)))
            }
        }
        if score.neighbours != nil {
            parts.append(
                (
                    ScorePart.neighbours.rawValue,
                    { batch in
                        let scores = Tensor.zeros([batch.userCount, score.itemCount], on: score.items.device)
                        score.addNeighbours(to: scores, of: batch, cases: 0..<batch.userCount)
                        return scores
                    }
                ))
        }
        return parts
    }

    /// What each tower adds to the vectors of the whole catalogue: [items, width] by name.
    package func towers(_ recommender: Recommender) throws -> [(name: String, vectors: Tensor)] {
        let blocks = try stride(from: 0, to: split.itemCount, by: Self.itemBlock).map { start in
            try stop.check()
            return try recommender.itemTower.parts(of: .range(start..<min(start + Self.itemBlock, split.itemCount)))
        }
        guard let first = blocks.first else { return [] }
        return first.indices.map { index in
            (first[index].name, .concatenated(blocks.map { $0[index].vectors }, along: 0))
        }
    }
}
