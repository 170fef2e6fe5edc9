import Files
import Foundation
import TestSupport
import Testing

@testable import Metrics

@Suite struct MethodComparisonTests {
    /// One run in which each user has a hit with some probability; the same seed gives the same run.
    private func run(_ hitRate: Double, users: Int = 400, seed: UInt64) -> RankTable {
        var generator = SeededGenerator(seed: seed)
        return RankTable(
            (0..<users).map { user in
                let rank =
                    Double.random(in: 0..<1, using: &generator) < hitRate ? Int.random(in: 1...10, using: &generator) : 50
                return .init(user: user, target: user % 50, rank: TargetRank(rank: rank), historyLength: 5, targetCount: 3)
            })
    }

    @Test func aClearDifference() throws {
        let good = (1...3).map { run(0.4, seed: $0) }
        let bad = (4...6).map { run(0.2, seed: $0) }
        let comparison = try MethodComparison("iisan", good, with: "id", bad, metric: .hitRate(10), flips: 2000)
        #expect(comparison.verdict == .better && comparison.pValue < 0.05)
        #expect(
            comparison.pValue == max(comparison.users.pValue, comparison.firstSeeds.pValue(against: comparison.secondSeeds)!))
        let points = comparison.users.difference
        func text(_ share: Double) -> String { String(format: "%.2f", share * 100) }
        #expect(
            comparison.sentence.hasPrefix(
                "iisan is better than id on HR@10 by \(text(points.value)) points (\(text(points.low!)) to \(text(points.high!))), p = 0.00"
            ))
        #expect(comparison.sentence.hasSuffix(", 3 seeds each"))
        let turned = try MethodComparison("id", bad, with: "iisan", good, metric: .hitRate(10), flips: 2000)
        #expect(turned.verdict == .worse)
        #expect(turned.sentence.hasPrefix("id is worse than iisan on HR@10 by \(text(points.value)) points ("))
    }

    @Test func seedsThatDisagreeAreNoise() throws {
        // Over users the means differ clearly; but the worse method's seeds lie further apart than that.
        let first = [0.42, 0.40, 0.41].enumerated().map { run($1, seed: UInt64($0)) }
        let second = [0.05, 0.42, 0.40].enumerated().map { run($1, seed: UInt64($0 + 10)) }
        let comparison = try MethodComparison("a", first, with: "b", second, metric: .hitRate(10), flips: 2000)
        #expect(comparison.users.pValue < 0.05 && comparison.pValue > 0.05)
        #expect(comparison.verdict == .withinNoise)
        #expect(comparison.sentence.contains("a and b are within the noise between seeds on HR@10: a difference of "))
    }

    @Test func oneSeedLeavesTheUsersToDecide() throws {
        let comparison = try MethodComparison(
            "a", [run(0.4, seed: 1)], with: "b", [run(0.1, seed: 2), run(0.1, seed: 3)], metric: .ndcg(10), resamples: 0,
            flips: 2000)
        #expect(comparison.pValue == comparison.users.pValue && comparison.verdict == .better)
        #expect(comparison.sentence.hasSuffix(" points, p = 0.0005, 1 and 2 seeds"))
        #expect(comparison.users.metric == "NDCG@10")
    }

    @Test func aMethodIsWithinItsOwnNoise() throws {
        let runs = [run(0.3, seed: 1)]
        let comparison = try MethodComparison("a", runs, with: "a again", runs, metric: .hitRate(10))
        #expect(comparison.pValue == 1 && comparison.verdict == .withinNoise)
        #expect(comparison.sentence.hasSuffix("0.00 points (0.00 to 0.00), p = 1.00, one seed each"))
    }

    @Test func manyComparisonsAreCorrected() throws {
        // Eleven of twelve methods are equal to the reference; a hit more or less decides nothing.
        let reference = [run(0.3, seed: 1)]
        let family = try (2...13).map {
            try MethodComparison(
                "m\($0)", [run($0 == 2 ? 0.5 : 0.3, seed: UInt64($0))], with: "base", reference, metric: .hitRate(10),
                flips: 2000)
        }
        let corrected = MethodComparison.corrected(family)
        #expect(corrected.map(\.verdict) == [.better] + [Verdict](repeating: .withinNoise, count: 11))
        #expect(corrected.map(\.pValue) == HolmCorrection.corrected(family.map(\.users.pValue)))
        #expect(corrected[0].sentence.contains(", corrected for 12 comparisons, one seed each"))
        #expect(MethodComparison.corrected(corrected) == corrected)
    }

    @Test func meansOverRunsDecide() throws {
        // User 0: hit in one of two runs against none; user 1: the same in both.
        func ranks(_ ranks: [Int]) -> [TargetRank] { ranks.map { TargetRank(rank: $0) } }
        let comparison = try PairedComparison(
            ofMeans: [ranks([1, 20]), ranks([20, 20])], with: [ranks([20, 20])], metric: .hitRate(10), flips: 100)
        #expect(comparison.first == 0.25 && comparison.second == 0 && comparison.difference.value == 0.25)
        #expect(comparison.wins == 1 && comparison.losses == 0)
    }

    @Test func otherUsersAreRefused() {
        #expect(throws: UserError.self) {
            try MethodComparison("a", [run(0.1, seed: 1)], with: "b", [run(0.1, users: 5, seed: 1)], metric: .hitRate(10))
        }
        #expect(throws: UserError.self) { try MethodComparison("a", [], with: "b", [run(0.1, seed: 1)], metric: .hitRate(10)) }
        #expect(throws: UserError.self) { try MethodComparison("a", [], with: "b", [], metric: .hitRate(10)) }
        let empty = RankTable([])
        #expect(throws: UserError.self) { try MethodComparison("a", [empty], with: "b", [empty], metric: .hitRate(10)) }
    }
}
