package import Datasets
package import Files
package import Metrics
import Modeling
import Torch

/// Chooses the weights of a score's parts by the validation targets; nothing is trained.
///
/// From weights that are usual one part after the other gets the best weight of a small grid, the others as they are, until none changes.
/// A pass over the users scores all weights of a part: what the other parts give is added up once.
package struct WeightSearch {
    private let split: Split
    private let metric: Metric
    private let stop: StopToken

    /// Rounds over all parts at most.
    private static let rounds = 4

    /// Prepares a search.
    ///
    /// - Parameter metric: what is greatest for the weights that are chosen; of ranks.
    package init(_ split: Split, by metric: Metric, stop: StopToken = StopToken()) {
        self.split = split
        self.metric = metric
        self.stop = stop
    }

    /// The weights that a part is tried with.
    ///
    /// The first part of a score has weight 1, so that only the others' proportions to it are looked for.
    package static func grid(_ part: ScorePart) -> [Double] {
        switch part {
        case .neighbours: [0, 0.5, 1, 1.5, 2, 3, 4]
        case .popularity: [0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5]
        default: [0, 0.5, 1, 2, 3, 4.5, 6, 9]
        }
    }

    /// Where the search starts.
    private static func usual(_ part: ScorePart) -> Double {
        switch part {
        case .network: 1
        case .neighbours: 1
        case .popularity: 0.05
        default: 2
        }
    }

    /// The part whose weight is 1: the network, else the neighbours, else the first.
    private static func reference(_ parts: [ScorePart]) -> ScorePart {
        for part in [ScorePart.network, .neighbours] where parts.contains(part) { return part }
        return parts[0]
    }

    /// The best weights of a score's parts.
    ///
    /// - Throws: `CancellationError` when told to stop; ``UserError`` when scores are not finite.
    package func weights(
        of score: Score, onProgress: WorkProgress.Handler? = nil
    ) throws -> ScoreWeights {
        let parts = score.parts
        var weights = ScoreWeights([:], neighbourScale: score.neighbours?.scale)
        for part in parts { weights[part] = Self.usual(part) }
        let reference = Self.reference(parts)
        weights[reference] = 1
        let free = parts.filter { $0 != reference }
        guard !free.isEmpty else { return weights }
        var best = -Double.infinity
        var unchanged = 0
        var pass = 0
        search: for _ in 0..<Self.rounds {
            for part in free {
                if unchanged == free.count { break search }
                pass += 1
                let values = Self.grid(part)
                let found = try means(of: score.weighted(weights), part, values) { done, total in
                    onProgress?(WorkProgress("choosing weights, pass \(pass)", done: done, total: total, unit: "users"))
                }
                let place = values.indices.max { (found[$0], -values[$0]) < (found[$1], -values[$1]) }!
                unchanged = values[place] == weights[part] ? unchanged + 1 : 1
                weights[part] = values[place]
                best = found[place]
            }
        }
        weights.chosenBy = metric.name
        weights.value = best
        return weights
    }

    /// Users that are looked at: as many as keep a pass within this number of scores, evenly spread, and 4,096 at least.
    private static let scoresOfPass = 1 << 29

    /// The metric's mean over validation users for each weight of a part.
    private func means(
        of score: Score, _ part: ScorePart, _ values: [Double], onProgress: (Int, Int) -> Void
    ) throws -> [Double] {
        let cases = split.evaluation(.validation)
        let most = max(4096, Self.scoresOfPass / max(1, split.itemCount))
        let step = max(1, (cases.count + most - 1) / most)
        let asked = stride(from: 0, to: cases.count, by: step).map { cases[$0] }
        var without = score.weights
        without[part] = 0
        var alone = ScoreWeights([part: 1])
        alone.neighbourScale = without.neighbourScale
        let (others, own) = (score.weighted(without), score.weighted(alone))
        let block = max(1, (8 << 20) / (4 * max(1, split.itemCount)))
        var sums = [Double](repeating: 0, count: values.count)
        for start in stride(from: 0, to: asked.count, by: 1024) {
            try stop.check()
            let batch = EvaluationBatch(asked[start..<min(start + 1024, asked.count)], inputLength: split.options.inputLength)
            try withTensorErrors {
                try withoutGradients {
                    let (otherUsers, ownUsers) = (others.users(batch), own.users(batch))
                    for first in stride(from: 0, to: batch.userCount, by: block) {
                        let rows = first..<min(first + block, batch.userCount)
                        let base = others.scores(of: batch, cases: rows, users: otherUsers)
                        let added = own.scores(of: batch, cases: rows, users: ownUsers)
                        let question = Ranker.Question(batch, rows, on: base.device)
                        for (index, value) in values.enumerated() {
                            let others = try question.counts(base + added * value).others
                            for (place, count) in zip(rows, others) where !batch.unreachable[place] {
                                sums[index] += metric.value(of: TargetRank(rank: count + 1))
                            }
                        }
                    }
                }
            }
            onProgress(min(start + 1024, asked.count), asked.count)
        }
        return sums.map { $0 / Double(max(1, asked.count)) }
    }
}
