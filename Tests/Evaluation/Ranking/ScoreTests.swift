import Datasets
import Files
import Foundation
import Metrics
import Modeling
import TestModels
import TestSupport
import Testing
import Torch

@testable import Ranking

/// Sums of parts against plain loops, and the choice of their weights.
@Suite(.oneAtATime) struct ScoreTests {
    /// A score of all parts over a small world, and the world.
    private func scored(_ folder: URL, weights: [ScorePart: Double]) throws -> (SmallWorld, Recommender, Tensor, Tensor, Score)
    {
        let world = try SmallWorld(folder, users: 14, items: 60)
        #expect(world.split.trainedItems.count < 60)
        let recommender = try world.recommender()
        let items = try Evaluator(world.split).itemVectors(recommender)
        RandomState.seed(8)
        let content = Tensor.randomNormal([world.split.itemCount, 5]).unitRows()
        let neighbours = try NeighbourPrior(world.split)
        let score = Score(
            [
                .network(recommender, itemVectors: items), .content("text", content, decay: 0.8),
                .popularity(of: world.split, on: .cpu), .newness(of: world.split, on: .cpu),
            ], neighbours: neighbours, itemCount: world.split.itemCount, itemVectors: items,
            weights: ScoreWeights(weights))
        return (world, recommender, items, content, score)
    }

    @Test func sumsAreThoseOfPlainLoops() throws {
        let weights: [ScorePart: Double] = [
            .network: 1, .neighbours: 1.5, .content("text"): 3, .popularity: 0.2, .newness: 0.7,
        ]
        try withTemporaryFolder { folder in
            let (world, recommender, items, content, score) = try scored(folder, weights: weights)
            let batch = EvaluationBatch(Array(world.split.evaluation(.test)), inputLength: world.split.options.inputLength)
            let found = withoutGradients { score.scores(of: batch).floats() }
            let count = world.split.itemCount
            let prior = score.neighbours!.scores(of: batch, cases: 0..<batch.userCount)
            let network = withoutGradients {
                recommender.userVectors(batch, itemVectors: items).matmul(items.transposed(0, 1)).floats()
            }
            let vectors = content.floats()
            for (place, question) in world.split.evaluation(.test).enumerated() {
                let row = network[place * count..<(place + 1) * count].map(Double.init)
                let mean = row.reduce(0, +) / Double(count)
                let deviation = (row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)).squareRoot()
                var asked = [Double](repeating: 0, count: 5)
                for (age, item) in question.history.suffix(10).reversed().enumerated() {
                    for k in 0..<5 { asked[k] += pow(0.8, Double(age)) * Double(vectors[Int(item) * 5 + k]) }
                }
                let length = asked.reduce(0) { $0 + $1 * $1 }.squareRoot()
                for item in 0..<count {
                    let cosine = (0..<5).reduce(0.0) { $0 + asked[$1] * Double(vectors[item * 5 + $1]) } / length
                    let near =
                        zip(zip(prior.cases, prior.items), prior.values)
                        .first { $0.0 == (Int64(place), Int64(item)) }.map { Double($0.1) } ?? 0
                    let expected =
                        (row[item] - mean) / deviation + 1.5 * near + 3 * cosine
                        + 0.2 * log(1 + Double(world.split.trainingCounts[item]))
                        + (world.split.trainingCounts[item] == 0 ? 0.7 : 0)
                    #expect(abs(Double(found[place * count + item]) - expected) < 2e-3)
                }
            }
        }
    }

    /// The network alone is the papers' score to the bit; the ranks of a sum do not depend on where blocks end.
    @Test func ranksFollowTheScores() throws {
        try withTemporaryFolder { folder in
            let (world, recommender, _, _, score) = try scored(
                folder, weights: [.network: 1, .neighbours: 2, .content("text"): 1, .popularity: 0.1])
            let evaluator = Evaluator(world.split)
            #expect(try evaluator.ranks(evaluator.score(recommender), .test) == evaluator.ranks(recommender, .test))
            let whole = try evaluator.ranks(score, .test)
            for budget in [1, 700, 5000] { #expect(try Evaluator(world.split, budget: budget).ranks(score, .test) == whole) }
            #expect(try evaluator.ranks(recommender, .test) != whole)
        }
    }

    /// A history without any item has scores that are numbers.
    @Test func emptyHistoriesHaveNumbers() throws {
        try withTemporaryFolder { folder in
            let (_, _, _, _, score) = try scored(
                folder, weights: [.network: 1, .neighbours: 2, .content("text"): 1, .popularity: 0.1])
            let scores = withoutGradients { score.scores(of: EvaluationBatch(histories: [[], [1]], inputLength: 10)).floats() }
            #expect(scores.allSatisfy { $0.isFinite })
        }
    }

    /// Under the weights that are found the validation targets are likelier than under any near ones, by a plain sum; none is below 0.
    @Test func weightsAreChosenByValidation() throws {
        try withTemporaryFolder { folder in
            let (world, _, _, _, score) = try scored(folder, weights: [:])
            let found = try WeightFit(world.split).weights(of: score)
            #expect(found.weights.count == 5 && found.weights.values.allSatisfy { $0 >= 0 && $0.isFinite })
            #expect(found.users == world.split.evaluation(.validation).count)
            let batch = EvaluationBatch(
                Array(world.split.evaluation(.validation)), inputLength: world.split.options.inputLength)
            let count = world.split.itemCount
            let scores = withoutGradients {
                score.parts.map { score.weighted(ScoreWeights([$0: 1])).scores(of: batch).floats().map(Double.init) }
            }
            let masked = Set(zip(batch.maskedUsers, batch.maskedItems).map { Int($0) * count + Int($1) })
            func likelihood(_ weights: [Double]) -> Double {
                var (sum, users) = (0.0, 0.0)
                for place in 0..<batch.userCount where !batch.unreachable[place] {
                    func whole(_ item: Int) -> Double {
                        zip(weights, scores).reduce(0) { $0 + $1.0 * $1.1[place * count + item] }
                    }
                    let others = (0..<count).filter { !masked.contains(place * count + $0) }
                    sum += whole(Int(batch.targets[place])) - log(others.reduce(0) { $0 + exp(whole($1)) })
                    users += 1
                }
                return sum / users - 0.0005 * weights.reduce(0) { $0 + $1 * $1 }
            }
            // The scale is free: the best one of the direction that was found.
            let direction = score.parts.map { found[$0] }
            func atScale(_ scale: Double) -> [Double] { direction.map { $0 * scale } }
            var (low, high) = (0.0, 20.0)
            while high - low > 1e-4 {
                let third = (high - low) / 3
                if likelihood(atScale(low + third)) < likelihood(atScale(high - third)) { low += third } else { high -= third }
            }
            let scale = (low + high) / 2
            let best = likelihood(atScale(scale))
            for part in score.parts.indices {
                for change in [-0.05, 0.05] {
                    var near = atScale(scale)
                    near[part] += change
                    if near[part] >= 0 { #expect(likelihood(near) <= best + 1e-6) }
                }
            }
        }
    }

    /// Parts that tell nothing, as one that is the same for all items, do no harm; a part against the targets is left out.
    @Test func uselessPartsAreLeftOut() throws {
        try withTemporaryFolder { folder in
            let split = try SmallWorld(folder).split
            let counts = Tensor(split.trainingCounts.map { Float($0) }).unsqueezed(1)
            func part(_ name: String, _ items: Tensor) -> Score.Dense {
                .init(.content(name), items: items) { batch, _ in .ones([batch.userCount, 1]) }
            }
            let score = Score(
                [part("good", counts), part("equal", .ones([split.itemCount, 1])), part("bad", -counts)],
                itemCount: split.itemCount, weights: ScoreWeights([:]))
            let found = try WeightFit(split).weights(of: score)
            #expect(found.weights.values.allSatisfy { $0.isFinite })
            #expect(found[.content("good")] == 0 || found[.content("bad")] == 0)
            let nan = Score(
                [part("a", counts * .nan), part("b", counts)], itemCount: split.itemCount, weights: ScoreWeights([:]))
            #expect(throws: UserError.self) { try WeightFit(split).weights(of: nan) }
        }
    }

    /// Steps lead from bad weights to better ones and leave good ones alone where the gain is noise.
    @Test func stepsLeadUp() throws {
        try withTemporaryFolder { folder in
            let split = try SmallWorld(folder, users: 300).split
            // A part that knows the validation targets of half of the users, and one that knows nothing.
            RandomState.seed(4)
            let known = Dictionary(
                uniqueKeysWithValues: split.evaluation(.validation).filter { $0.user.isMultiple(of: 2) }
                    .map { (Int32($0.user), $0.target) })
            let count = split.itemCount
            let identity = Tensor((0..<count * count).map { Float($0 / count == $0 % count ? 1 : 0) }).reshaped([count, count])
            let oracle = Score.Dense(.content("oracle"), items: identity) { batch, _ in
                identity.selecting(Tensor(batch.datasetUsers.map { Int64(known[$0] ?? 0) }))
            }
            let noise = Score.Dense(.content("noise"), items: .randomNormal([count, 2])) { batch, _ in
                Tensor(batch.datasetUsers.flatMap { [Float($0 % 7) - 3, Float($0 % 5) - 2] }).reshaped([batch.userCount, 2])
            }
            let score = Score(
                [noise, oracle], itemCount: count, weights: ScoreWeights([noise.part: 1, oracle.part: 0.5]))
            let metric = Metric.ndcg(10)
            let found = try WeightSteps(split, by: metric).weights(from: score)
            #expect(found[noise.part] == 1 && found[oracle.part] > 0.5)
            let evaluator = Evaluator(split)
            let before = metric.mean(of: try evaluator.ranks(score, .validation))
            #expect(metric.mean(of: try evaluator.ranks(score.weighted(found), .validation)) > before)
        }
    }

    /// New items get what old ones do not pay for: more weight where they gain and nothing is lost, none where they gain at others' cost or nothing.
    @Test func newItemsGetWhatIsFree() throws {
        try withTemporaryFolder { folder in
            let split = try SmallWorld(folder, users: 300, items: 1200).split
            let targets = Dictionary(
                uniqueKeysWithValues: split.evaluation(.validation).map { (Int32($0.user), Int($0.target)) })
            let new = (0..<split.itemCount).filter(split.isCold)
            let old = (0..<split.itemCount).filter { !split.isCold($0) }
            let users = targets.keys.sorted()
            #expect(users.filter { split.isCold(targets[$0]!) }.count > 20)
            // Twelve old items are before a new target, so that it is not among ten; an old target is the first.
            func score(_ weight: Double, newTarget: Float, otherNew: Float, oldTarget: Float = 3) -> Score {
                var rows = [Float](repeating: 0, count: users.count * split.itemCount)
                for (row, user) in users.enumerated() {
                    let start = row * split.itemCount
                    for item in old.prefix(12) { rows[start + item] = 2 }
                    for item in new { rows[start + item] = otherNew }
                    rows[start + targets[user]!] = split.isCold(targets[user]!) ? newTarget : oldTarget
                }
                let known = Tensor(rows).reshaped([users.count, split.itemCount])
                let places = Dictionary(uniqueKeysWithValues: users.enumerated().map { ($1, Int64($0)) })
                let taste = Score.Dense(.content("taste"), items: known.transposed(0, 1)) { batch, _ in
                    let rows = batch.datasetUsers.map { places[$0]! }
                    return Tensor(rows.flatMap { row in (0..<users.count).map { $0 == Int(row) ? 1 : 0 as Float } })
                        .reshaped([rows.count, users.count])
                }
                return Score(
                    [taste, .newness(of: split, on: .cpu)], itemCount: split.itemCount,
                    weights: ScoreWeights([taste.part: 1, .newness: weight]))
            }
            let metric = Metric.ndcg(10)
            func weighed(_ score: Score, cost: Double = 1) throws -> Double {
                try WeightSteps(split, by: metric).weightsForNewItems(from: score, cost: cost)[.newness]
            }
            let free = score(0, newTarget: 1.8, otherNew: 0)
            let weight = try weighed(free)
            #expect(weight > 0.2 && weight < 3)
            #expect(try weighed(free, cost: 0) == weight)
            let evaluator = Evaluator(split)
            let before = metric.mean(of: try evaluator.ranks(free, .validation))
            let after = metric.mean(of: try evaluator.ranks(score(weight, newTarget: 1.8, otherNew: 0), .validation))
            #expect(after > before + 0.05)
            // What has been found stays where more changes nothing.
            #expect(try weighed(score(1.5, newTarget: 1.8, otherNew: 0)) == 1.5)
            // All new items would be before the old targets.
            let dear = score(0, newTarget: 1.95, otherNew: 1.945, oldTarget: 2.001)
            #expect(try weighed(dear) == 0)
            #expect(try weighed(dear, cost: 1000) > 0)
            // New targets that nothing knows from other new items.
            #expect(try weighed(score(0, newTarget: 0, otherNew: 0)) == 0)
        }
    }

    /// The shares of all parts add up to the whole.
    @Test func sharesAddUp() throws {
        try withTemporaryFolder { folder in
            let (world, recommender, _, _, score) = try scored(
                folder, weights: [.network: 1, .neighbours: 2, .content("text"): 1, .popularity: 0.1])
            let shares = try Evaluator(world.split).shares(score, of: recommender, .test)
            #expect(
                shares.ofScores.map(\.tower) == [
                    "image", "text", "inter", "content.text", "popularity", "newness", "neighbours",
                ])
            #expect(abs(shares.ofScores.reduce(0) { $0 + $1.share } - 1) < 1e-4)
            #expect(abs(shares.ofRecommended.reduce(0) { $0 + $1.share } - 1) < 1e-6)
        }
    }
}
