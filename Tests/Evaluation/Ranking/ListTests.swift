import Datasets
import Metrics
import TestModels
import TestSupport
import Testing
import Torch

@testable import Ranking

/// The lists that metrics beyond the target's rank are computed from.
@Suite(.oneAtATime) struct ListTests {
    /// Lists are the greatest scores of what is not masked, wherever blocks end and on either form of the ranker.
    @Test(arguments: [1, 64 * 4 * 7, 1 << 20], [Device.cpu, .standIn]) func listsAreTheGreatestScores(
        budget: Int, device: Device
    ) throws {
        var generator = SeededGenerator(seed: 25)
        let (cases, items, length) = (23, 40, 6)
        let histories = (0..<cases).map { _ in
            (0..<8).map { _ in Int32.random(in: 0..<Int32(items), using: &generator) }
        }
        let batch = EvaluationBatch(
            histories: histories, targets: .init(repeating: 3, count: cases), inputLength: 10)
        RandomState.seed(4)
        let (users, catalogue) = (Tensor.randomNormal([cases, 8]), Tensor.randomNormal([items, 8]))
        let scores = users.matmul(catalogue.transposed(0, 1)).floats()
        let ranker = Ranker(budget: budget, isCold: { _ in false })
        let found = try ranker.ranking(
            of: batch, users: users.to(device), items: catalogue.to(device), listLength: length)
        #expect(try found.ranks == ranker.ranks(of: batch, users: users.to(device), items: catalogue.to(device)))
        #expect(found.lists.count == cases * length)
        for place in 0..<cases {
            let left = (0..<Int32(items)).filter { !histories[place].contains($0) }
            let best = left.sorted { scores[place * items + Int($0)] > scores[place * items + Int($1)] }.prefix(length)
            #expect(Array(found.lists[place * length..<(place + 1) * length]) == Array(best))
        }
    }

    /// A list is shorter where masking leaves fewer items.
    @Test func maskedItemsAreInNoList() throws {
        let batch = EvaluationBatch(histories: [[0, 1, 2], [3]], targets: [3, 0], inputLength: 10)
        let items = Tensor([1, 2, 3, 4] as [Float]).reshaped([4, 1])
        let found = try Ranker(budget: 1 << 20, isCold: { _ in false })
            .ranking(of: batch, users: .ones([2, 1]), items: items, listLength: 3)
        #expect(found.lists == [3, -1, -1, 2, 1, 0])
    }

    @Test func listsAreMadeWhereMetricsReadThem() throws {
        try withTemporaryFolder { folder in
            let world = try SmallWorld(folder)
            let recommender = try world.recommender()
            let evaluator = Evaluator(world.split)
            let score = try evaluator.score(recommender)
            #expect(try evaluator.ranking(score, .test, for: Metric.usual()).lists == nil)
            let plain = try evaluator.ranking(score, .test, for: [.hitRate(20), .coverage(3), .novelty(5)])
            let lists = try #require(plain.lists)
            #expect(lists.length == 5 && lists.userCount == plain.ranks.count && lists.catalogue.vectors == nil)
            #expect(try plain.ranks == evaluator.ranks(recommender, .test))
            // Longer than the catalogue.
            let whole = try #require(try evaluator.ranking(score, .test, for: [.diversity(1000)]).lists)
            let vectors = try #require(whole.catalogue.vectors)
            #expect(whole.length == world.split.itemCount && vectors.width == 16)
            for item in 0..<world.split.itemCount {
                let row = vectors.values[item * 16..<(item + 1) * 16]
                #expect(abs(row.reduce(0) { $0 + $1 * $1 } - 1) < 1e-5)
            }
            // A target is in its user's list where its rank says so.
            for (user, question) in world.split.evaluation(.test).enumerated() {
                let rank = plain.ranks[user]
                guard rank.ties == 0 else { continue }
                #expect(lists.top(5, of: user).contains(question.target) == (rank.isReachable && rank.rank <= 5))
            }
            // Everyone gets the same items: nothing is less novel, and there are no vectors.
            let popular = try #require(
                try evaluator.ranking(Score(popularityOf: world.split), .test, for: [.novelty(5), .diversity(5)]).lists)
            #expect(popular.catalogue.vectors == nil)
            func novelty(_ lists: RecommendedLists) -> Double {
                Novelty().estimate(of: lists, cutoff: 5, by: BootstrapOptions(resamples: 0))?.value ?? 0
            }
            #expect(novelty(popular) < novelty(lists))
        }
    }
}
