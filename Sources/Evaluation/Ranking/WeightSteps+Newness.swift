import Datasets
package import Files
package import Metrics
import Torch

extension WeightSteps {
    /// Weights of `newness` to try above the one that was found, in deviations of a history's scores over the catalogue.
    private static let newnessSteps = [0.1, 0.2, 0.3, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 2.5, 3, 4]

    /// The same weights with more of `newness`, where new targets gain by it and all together do not lose.
    ///
    /// Likelihood and metric count every target alike, so that they leave new items where old ones have most of the targets; what is
    /// not recommended is not taken, and stays new. Of the weights above the one that was found, those are looked at under which the validation
    /// targets lose no more than `cost` standard errors of the paired differences, and the new ones among them clearly gain: the one
    /// under which these gain most is taken. Where there are none, nothing changes.
    ///
    /// - Parameter cost: 0 takes what is free.
    /// - Throws: `CancellationError` when told to stop; ``UserError`` when scores are not finite.
    package func weightsForNewItems(
        from score: Score, cost: Double, onProgress: WorkProgress.Handler? = nil
    ) throws -> ScoreWeights {
        var weights = score.weights
        let batches = split.validationBatches(budget: budget)
        let isNew = batches.flatMap { batch in batch.targets.map { split.isCold(Int($0)) } }
        guard score.parts.contains(.newness), score.parts.contains(where: { $0 != .newness && weights[$0] > 0 }),
            isNew.contains(true)
        else { return weights }
        let unit = try deviation(of: score, batches[0])
        let tried = [weights[.newness]] + Self.newnessSteps.map { weights[.newness] + $0 * unit }
        let found = try values(of: score, .newness, tried, batches) { done, total in
            onProgress?(WorkProgress("weighing what is new", done: done, total: total, unit: "users"))
        }
        func ofNew(_ values: [Double]) -> [Double] { zip(values, isNew).map { $1 ? $0 : 0 } }
        var best = 0.0
        for (weight, values) in zip(tried, found) {
            let all = Gain(of: values, over: found[0])
            let new = Gain(of: ofNew(values), over: ofNew(found[0]))
            guard all.mean >= -cost * all.error, new.isClear, new.mean > best else { continue }
            best = new.mean
            weights[.newness] = weight
        }
        return weights
    }

    /// The mean over some histories of the deviation of their scores over the catalogue.
    private func deviation(of score: Score, _ batch: EvaluationBatch) throws -> Double {
        try withTensorErrors {
            try withoutGradients {
                let cases = 0..<min(batch.userCount, block)
                let scores = score.scores(of: batch, cases: cases)
                let centred = scores - scores.mean(along: 1, keeping: true)
                let deviations = (centred * centred).mean(along: 1, keeping: true).squareRoot()
                return Double(try deviations.mean(along: 0, keeping: true).checked().floats()[0])
            }
        }
    }
}
