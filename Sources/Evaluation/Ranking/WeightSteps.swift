package import Datasets
package import Files
package import Metrics
import Torch

/// Steps from weights that make the validation targets likely to such that rank them better.
///
/// Likelihood looks at whole rankings, a list at its top. So each part in turn is tried with less and with more weight, and the best of these
/// is taken where its gain exceeds the noise between users: the mean of the paired differences is more than one and a half of their standard errors.
/// On few users nothing moves, which is right; on many the top of the list gets its due.
package struct WeightSteps {
    let split: Split
    private let metric: Metric
    private let stop: StopToken
    let budget: Int

    /// What a weight is multiplied with.
    private static let factors = [0.5, 0.75, 1.4, 2]
    /// Standard errors that a gain has to exceed.
    private static let errors = 1.5
    /// Rounds over all parts at most.
    private static let rounds = 3

    /// Prepares steps.
    ///
    /// - Parameters:
    ///   - metric: what counts, of ranks.
    ///   - budget: about how many scores (users x items) a pass looks at; users are spread evenly, 1,000 at least.
    package init(_ split: Split, by metric: Metric = .ndcg(10), budget: Int = 1 << 28, stop: StopToken = StopToken()) {
        self.split = split
        self.metric = metric
        self.budget = budget
        self.stop = stop
    }

    /// Better weights than those of a score, or the same.
    ///
    /// - Throws: `CancellationError` when told to stop; ``UserError`` when scores are not finite.
    package func weights(from score: Score, onProgress: WorkProgress.Handler? = nil) throws -> ScoreWeights {
        var weights = score.weights
        let kept = score.parts.filter { weights[$0] > 0 }
        guard kept.count > 1 else { return weights }
        // Only proportions matter.
        let reference = WeightFit.reference(of: kept)
        let free = kept.filter { $0 != reference }
        let batches = split.validationBatches(budget: budget)
        var (unchanged, pass) = (0, 0)
        for _ in 0..<Self.rounds {
            for part in free where unchanged < free.count {
                pass += 1
                let tried = ([1] + Self.factors).map { $0 * weights[part] }
                let found = try values(of: score.weighted(weights), part, tried, batches) { done, total in
                    onProgress?(
                        WorkProgress("weighing \(part.rawValue), pass \(pass)", done: done, total: total, unit: "users"))
                }
                let gains = found.map { Gain(of: $0, over: found[0]) }
                let best = gains.indices.max { gains[$0].mean < gains[$1].mean }!
                guard gains[best].isClear else {
                    unchanged += 1
                    continue
                }
                weights[part] = tried[best]
                unchanged = 0
            }
        }
        return weights
    }

    /// How many cases are scored at once: four megabytes of scores.
    var block: Int { max(1, (4 << 20) / (4 * max(1, split.itemCount))) }

    /// The mean of paired differences, and its standard error.
    struct Gain {
        let mean, error: Double

        /// Whether it is more than noise between users.
        var isClear: Bool { mean > WeightSteps.errors * error }

        init(of values: [Double], over others: [Double]) {
            let differences = zip(values, others).map { $0 - $1 }
            let count = Double(max(1, differences.count))
            let mean = differences.reduce(0, +) / count
            self.mean = mean
            error = (differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count / count).squareRoot()
        }
    }

    /// The metric of each user with each weight of a part; what the other parts give is added up once.
    func values(
        of score: Score, _ part: ScorePart, _ weights: [Double], _ batches: [EvaluationBatch], onProgress: (Int, Int) -> Void
    ) throws -> [[Double]] {
        var without = score.weights
        without[part] = 0
        let (others, own) = (score.weighted(without), score.weighted(ScoreWeights([part: 1])))
        let total = batches.reduce(0) { $0 + $1.userCount }
        var found = [[Double]](repeating: [], count: weights.count)
        for batch in batches {
            try stop.check()
            try withTensorErrors {
                try withoutGradients {
                    let (otherUsers, ownUsers) = (others.users(batch), own.users(batch))
                    for start in stride(from: 0, to: batch.userCount, by: block) {
                        let cases = start..<min(start + block, batch.userCount)
                        let question = Ranker.Question(batch, cases, on: score.items.device)
                        let base = others.scores(of: batch, cases: cases, users: otherUsers)
                        let added = own.scores(of: batch, cases: cases, users: ownUsers)
                        for (index, weight) in weights.enumerated() {
                            let better = try question.counts(base + added * weight).others
                            found[index] += zip(cases, better).map { place, count in
                                metric.value(of: TargetRank(rank: count + 1, isReachable: !batch.unreachable[place]))
                            }
                        }
                    }
                }
            }
            onProgress(found[0].count, total)
        }
        return found
    }
}

extension Split {
    /// Validation cases whose scores are within a budget (users x items), evenly spread, 1,000 at least.
    func validationBatches(budget: Int) -> [EvaluationBatch] {
        let cases = evaluation(.validation)
        let most = max(1000, budget / max(1, itemCount))
        let asked = cases.count <= most ? Array(cases) : (0..<most).map { cases[$0 * cases.count / most] }
        return stride(from: 0, to: asked.count, by: 1024).map {
            EvaluationBatch(asked[$0..<min($0 + 1024, asked.count)], inputLength: options.inputLength)
        }
    }
}
