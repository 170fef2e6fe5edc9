package import Datasets
package import Files
package import Metrics
import Modeling
import Torch

/// Chooses the weights of a score's parts by the validation targets; nothing is trained.
///
/// The weights are those under which the targets are likeliest: with x_ui the scores of item i by each part for user u and t_u the target,
///
/// L(w) = mean over u of (w · x_ut - log Σ over i not in u's history of exp(w · x_ui)) - ρ/2 |w|²
///
/// is greatest. L is concave, so that there is one answer and Newton's method finds it in a few passes; it looks at the whole ranking of
/// every user, so that it is far steadier than the best of many weights by a metric that counts a few hits. No weight is below 0: a part
/// that would have one is left out.
package struct WeightFit {
    private let split: Split
    private let stop: StopToken
    private let budget: Int

    /// ρ: keeps weights finite where a part tells nothing.
    private static let ridge = 1e-3
    /// No fit takes more steps.
    private static let mostSteps = 50
    /// A step that would make the targets' mean log likelihood greater by less is none: noise between users is thousands of times that, and
    /// rounding may hide it.
    private static let leastRise = 1e-6

    /// Prepares a fit.
    ///
    /// - Parameter budget: about how many scores (users x items) a pass looks at; users are spread evenly, 1,000 at least.
    package init(_ split: Split, budget: Int = 1 << 26, stop: StopToken = StopToken()) {
        self.split = split
        self.budget = budget
        self.stop = stop
    }

    /// The weights of a score's parts: 1 for the network, or else the neighbours or the first part, the others in proportion to it.
    ///
    /// - Throws: `CancellationError` when told to stop; ``UserError`` when scores are not finite.
    package func weights(of score: Score, onProgress: WorkProgress.Handler? = nil) throws -> ScoreWeights {
        let parts = score.parts
        var weights = ScoreWeights([:], neighbourScale: score.neighbours?.scale)
        for part in parts { weights[part] = 0 }
        guard parts.count > 1 else {
            weights[parts[0]] = 1
            return weights
        }
        let batches = split.validationBatches(budget: budget)
        var kept = parts
        var found = [Double](repeating: 0, count: kept.count)
        var passes = 0
        while true {
            found = try maximum(from: found) { candidate in
                passes += 1
                return try likelihood(score, kept, candidate, batches) { done, total in
                    onProgress?(WorkProgress("choosing weights, pass \(passes)", done: done, total: total, unit: "users"))
                }
            }
            guard let worst = found.indices.min(by: { found[$0] < found[$1] }), found[worst] < 0, kept.count > 1 else { break }
            kept.remove(at: worst)
            found.remove(at: worst)
        }
        let reference = Self.reference(of: kept)
        let unit = max(1e-9, found[kept.firstIndex(of: reference)!])
        for (part, weight) in zip(kept, found) { weights[part] = max(0, weight) / unit }
        weights.users = batches.reduce(0) { $0 + $1.userCount }
        return weights
    }

    /// The part whose weight is 1: the others count in proportion to it.
    static func reference(of parts: [ScorePart]) -> ScorePart {
        [.network, .neighbours].first(where: parts.contains) ?? parts[0]
    }

    /// L at some weights, its gradient, and its Hessian with the sign changed.
    struct Likelihood {
        var value = 0.0
        var gradient: [Double]
        var curvature: [[Double]]
    }

    /// Where the likelihood is greatest, by Newton's method with steps that are halved until they lead up.
    private func maximum(from start: [Double], _ likelihood: ([Double]) throws -> Likelihood) throws -> [Double] {
        var weights = start
        var here = try likelihood(weights)
        for _ in 0..<Self.mostSteps {
            let step = Self.solved(here.curvature, here.gradient)
            let rise = zip(step, here.gradient).reduce(0) { $0 + $1.0 * $1.1 }
            guard rise > Self.leastRise else { break }
            var length = 1.0
            while true {
                let next = zip(weights, step).map { $0 + length * $1 }
                let there = try likelihood(next)
                if there.value >= here.value || length < 1e-4 {
                    (weights, here) = (next, there)
                    break
                }
                length /= 2
            }
        }
        return weights
    }

    /// The likelihood of the targets.
    private func likelihood(
        _ score: Score, _ parts: [ScorePart], _ weights: [Double], _ batches: [EvaluationBatch], onProgress: (Int, Int) -> Void
    ) throws -> Likelihood {
        let count = parts.count
        let singles = parts.map { score.weighted(ScoreWeights([$0: 1])) }
        let factors = Tensor(weights.map { Float($0) }, on: score.items.device)
        let block = max(1, (4 << 20) / (4 * max(1, split.itemCount)))
        let total = batches.reduce(0) { $0 + $1.userCount }
        var (users, value, done) = (0.0, 0.0, 0)
        var first = [Double](repeating: 0, count: count)
        var second = [Double](repeating: 0, count: count * count)
        for batch in batches {
            try stop.check()
            try withTensorErrors {
                try withoutGradients {
                    let vectors = singles.map { $0.users(batch) }
                    for start in stride(from: 0, to: batch.userCount, by: block) {
                        let cases = start..<min(start + block, batch.userCount)
                        let question = Ranker.Question(batch, cases, on: score.items.device)
                        let scores = Tensor.stacked(
                            zip(singles, vectors).map { $0.scores(of: batch, cases: cases, users: $1) }, along: 1
                        )  // [cases, parts, items]
                        let sum = factors.matmul(scores)  // [cases, items]
                        let reachable = question.reachable.to(.float32)  // [cases]
                        let targets = question.targets.unsqueezed(1)
                        sum.put(
                            Tensor(Float(Candidates.leftOut), on: sum.device), at: [question.maskedCases, question.maskedItems])
                        let logChances = sum.logSoftmax(along: 1)
                        let chances = logChances.exponential()
                        let expected = scores * chances.unsqueezed(1)
                        let means = expected.sum(along: 2)  // [cases, parts]
                        let ofTargets = scores.gathering(
                            targets.unsqueezed(1).expanded([cases.count, count, 1]), along: 2
                        ).squeezed(2)  // [cases, parts]
                        let squares = expected.matmul(scores.transposed(1, 2)) - means.unsqueezed(2) * means.unsqueezed(1)
                        value += (logChances.gathering(targets, along: 1).squeezed(1) * reachable).sum().item()
                        first.add(reachable.matmul(ofTargets - means))
                        second.add(reachable.matmul(squares.reshaped([cases.count, count * count])))
                        users += reachable.sum().item()
                        _ = try chances.checked()
                    }
                }
            }
            done += batch.userCount
            onProgress(done, total)
        }
        guard users > 0, value.isFinite, first.allSatisfy(\.isFinite) else {
            throw UserError(
                users > 0 ? "the model gives scores that are not finite" : "no validation target can be reached",
                remedy: "Training has diverged: lower the learning rates. Or a state in a store is not a number.")
        }
        var found = Likelihood(
            value: value / users, gradient: first.map { $0 / users },
            curvature: .init(repeating: .init(repeating: 0, count: count), count: count))
        for part in 0..<count {
            found.value -= Self.ridge / 2 * weights[part] * weights[part]
            found.gradient[part] -= Self.ridge * weights[part]
        }
        for a in 0..<count {
            for b in 0..<count {
                // Rounding must not make it lopsided.
                let both = (second[a * count + b] + second[b * count + a]) / 2
                found.curvature[a][b] = both / users + (a == b ? Self.ridge : 0)
            }
        }
        return found
    }

    /// The solution of a system whose matrix is symmetric and positive, by Gaussian elimination.
    static func solved(_ matrix: [[Double]], _ right: [Double]) -> [Double] {
        var (matrix, right) = (matrix, right)
        for pivot in right.indices {
            for row in right.indices.dropFirst(pivot + 1) {
                let factor = matrix[row][pivot] / matrix[pivot][pivot]
                for column in right.indices { matrix[row][column] -= factor * matrix[pivot][column] }
                right[row] -= factor * right[pivot]
            }
        }
        for pivot in right.indices.reversed() {
            for column in right.indices.dropFirst(pivot + 1) { right[pivot] -= matrix[pivot][column] * right[column] }
            right[pivot] /= matrix[pivot][pivot]
        }
        return right
    }
}

extension [Double] {
    /// Adds the numbers of a tensor of as many.
    fileprivate mutating func add(_ numbers: Tensor) {
        for (place, number) in numbers.floats().enumerated() { self[place] += Double(number) }
    }
}
