import Files
import Foundation
import Metrics
import TestSupport
import Testing

/// Each measure against a case computed by hand.
@Suite struct MeasureTests {
    /// Three users' lists of up to two of five items; the last list has one place that masking left empty.
    private func lists(vectors: (values: [Float], width: Int)? = nil) -> RecommendedLists {
        RecommendedLists(
            [0, 1, 1, 2, 4, -1], length: 2,
            catalogue: .init(trainingShares: [4 / 8, 2 / 8, 1 / 8, 1 / 8, 0], trainingInteractions: 8, vectors: vectors))
    }

    private func estimate(_ metric: Metric, _ lists: RecommendedLists) -> Estimate? {
        RankingSummary(
            of: .init(repeating: TargetRank(rank: 1), count: lists.userCount), lists: lists, metrics: [metric], resamples: 50)[
                metric]
    }

    @Test func measuresOfRanks() {
        let ranks = [
            TargetRank(rank: 1), TargetRank(rank: 3), TargetRank(rank: 12), TargetRank(rank: 2, isReachable: false),
        ]
        let truncated = Metric(ReciprocalRank(), at: 10)
        let found = RankingSummary(
            of: ranks, metrics: [.hitRate(10), .recall(10), .ndcg(10), .reciprocalRank, truncated], resamples: 0
        ).metrics.entries.map(\.value.value)
        // log2(1 + 1) = 1, log2(3 + 1) = 2.
        let reciprocals = 1 + 1 / 3.0
        #expect(found == [0.5, 0.5, 1.5 / 4, (reciprocals + 1 / 12.0) / 4, reciprocals / 4])
    }

    @Test func coverageIsTheShareOfTheCatalogue() {
        #expect(estimate(.coverage(1), lists()) == Estimate(3 / 5.0))
        #expect(estimate(.coverage(2), lists()) == Estimate(4 / 5.0))
        #expect(estimate(.coverage(10), lists()) == Estimate(4 / 5.0), "longer than the lists")
    }

    @Test func noveltyIsInBits() {
        // 1 and 2 bits, 2 and 3 bits; the item that training never saw counts as one of the eight interactions, 3 bits.
        let found = estimate(.novelty(2), lists())
        #expect(found?.value == (1.5 + 2.5 + 3) / 3 && found?.low ?? 9 < 2.4 && Metric.novelty(2).unit == .bits)
        #expect(estimate(.novelty(1), lists())?.value == 6.0 / 3)
    }

    @Test func coldItemsAreCounted() {
        #expect(abs((estimate(.coldShare(2), lists())?.value ?? 9) - 1 / 3.0) < 1e-12)
        #expect(estimate(.coldShare(1), lists())?.value == 1 / 3.0)
    }

    @Test func miscalibrationComparesGroups() {
        // Half of the interactions before the first item of the third group, and so on: groups 0, 2, 3, 4, 4 with shares
        // 0.5, 0.25, 0.125, 0.125; of five recommended items one, two, one and one are in these groups.
        #expect(abs((estimate(.miscalibration(2), lists())?.value ?? 9) - 0.3) < 1e-7)
        let untrained = RecommendedLists(
            [0], length: 1, catalogue: .init(trainingShares: [0, 0], trainingInteractions: 0))
        #expect(estimate(.miscalibration(1), untrained) == nil)
    }

    @Test func diversityIsTheMeanOverPairs() {
        let half = Float(0.5).squareRoot()
        let vectors: (values: [Float], width: Int) = ([1, 0, half, half, -half, half, 0, 1, 0, 0], 2)
        // 0 and 1 are at 45 degrees, 1 and 2 at 90; a list of one item has no pair.
        let found = estimate(.diversity(2), lists(vectors: vectors))?.value ?? -1
        #expect(abs(found - ((1 - 0.5.squareRoot()) + 1) / 2) < 1e-6)
        #expect(estimate(.diversity(2), lists()) == nil, "popularity has no vectors")
        #expect(estimate(.diversity(1), lists(vectors: vectors)) == nil)
        // A vector of zeros has the cosine 0 with every other.
        let zero = RecommendedLists(
            [0, 4], length: 2,
            catalogue: .init(trainingShares: [0, 0, 0, 0, 0], trainingInteractions: 8, vectors: vectors))
        #expect(estimate(.diversity(2), zero)?.value == 1)
    }

    @Test func diversityAgreesWithALoopOverPairs() {
        var generator = SeededGenerator(seed: 61)
        let (items, width, length) = (30, 5, 6)
        let vectors = (0..<items).flatMap { _ in
            let row = (0..<width).map { _ in Float.random(in: -1...1, using: &generator) }
            let size = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
            return row.map { $0 / size }
        }
        let places = (0..<4).flatMap { _ in (0..<Int32(items)).shuffled(using: &generator).prefix(length) }
        let lists = RecommendedLists(
            places, length: length,
            catalogue: .init(
                trainingShares: .init(repeating: 1 / Float(items), count: items), trainingInteractions: 1,
                vectors: (vectors, width)))
        func cosine(_ a: Int32, _ b: Int32) -> Double {
            (0..<width).reduce(0) { $0 + Double(vectors[Int(a) * width + $1]) * Double(vectors[Int(b) * width + $1]) }
        }
        var sum = 0.0
        for user in 0..<4 {
            let list = Array(lists.top(5, of: user))
            var pairs: [Double] = []
            for i in list.indices { for j in list.indices where i < j { pairs.append(1 - cosine(list[i], list[j])) } }
            sum += pairs.reduce(0, +) / Double(pairs.count)
        }
        #expect(abs((estimate(.diversity(5), lists)?.value ?? -1) - sum / 4) < 1e-6)
    }

    @Test func groupsHaveTheirOwnLists() {
        let ranks = [TargetRank(rank: 1), TargetRank(rank: 1, isCold: true), TargetRank(rank: 9)]
        let card = EvaluationCard(
            of: ranks, lists: lists(),
            procedure: .init(
                split: "test", splitRule: "", historyKept: 1, maskingRule: "", tieRule: "", catalogueSize: 5, datasetHash: "",
                resamples: 10), metrics: [.hitRate(1), .coverage(2), .novelty(2), .diversity(2)])
        #expect(card.warm[.coverage(2)]?.value == 3 / 5.0 && card.cold[.coverage(2)]?.value == 2 / 5.0)
        #expect(card.metricRows.map(\.metric.name) == ["HR@1", "Coverage@2", "Novelty@2"])
        #expect(card.text.contains("Coverage@2  80.00 %") && card.text.contains("2.33 bits ("))
    }

    @Test func metricsHaveNames() throws {
        for name in ["HR@10", "Recall@1", "NDCG@20", "MRR", "MRR@10", "Coverage@5", "Novelty@5", "Diversity@5"] {
            #expect(try Metric.named(name).name == name)
        }
        #expect(try Metric.named("ndcg@10") == .ndcg(10) && Metric.hitRate(10) != .recall(10))
        func remedy(_ name: String) -> String? {
            #expect(throws: UserError.self) { try Metric.named(name) }?.remedy
        }
        #expect(remedy("HR") == "Write it with one: HR@10.")
        #expect(remedy("NDGC@10") == "Did you mean \"NDCG\"?")
        for name in ["HR@0", "HR@-1", "HR@ten", "HR@", "@10", "", "HR@10@10", "HR@99999999999999999999"] {
            #expect(remedy(name) != nil, "\(name)")
        }
    }
}
