import Foundation
import Metrics
import TestSupport
import Testing

@Suite struct MetricTests {
    /// Metrics from raw scores by the definition: sort, put ties before the target, look where the target is.
    private func bruteForce(scores: [Double], target: Int, k: Int) -> (hit: Double, ndcg: Double, reciprocal: Double) {
        let order = scores.indices.sorted { ($0 == target ? 1 : 0, $0) < ($1 == target ? 1 : 0, $1) }
            .sorted { scores[$0] > scores[$1] }
        let place = order.firstIndex(of: target)!
        let gains = order.prefix(k).enumerated().map { $1 == target ? log(2) / log(Double($0) + 2) : 0 }
        return (order.prefix(k).contains(target) ? 1 : 0, gains.reduce(0, +), 1 / Double(place + 1))
    }

    @Test func agreeWithSortingTheScores() {
        var generator = SeededGenerator(seed: 21)
        for _ in 0..<500 {
            // Few different scores, so that ties are common; `sorted` is stable, so tied items keep their place before the target.
            let scores = (0..<30).map { _ in Double(Int.random(in: 0..<12, using: &generator)) }
            let target = Int.random(in: 0..<30, using: &generator)
            let others = scores.indices.filter { $0 != target }
            let rank = TargetRank(
                rank: 1 + others.count { scores[$0] >= scores[target] }, ties: others.count { scores[$0] == scores[target] })
            for k in [1, 5, 10, 30] {
                let expected = bruteForce(scores: scores, target: target, k: k)
                #expect(Metric.hitRate(k).value(of: rank) == expected.hit)
                #expect(abs(Metric.ndcg(k).value(of: rank) - expected.ndcg) < 1e-12)
                #expect(abs(Metric.reciprocalRank.value(of: rank) - expected.reciprocal) < 1e-12)
            }
        }
    }

    @Test func knownValues() {
        #expect(Metric.ndcg(10).value(of: TargetRank(rank: 1)) == 1)
        #expect(Metric.ndcg(10).value(of: TargetRank(rank: 3)) == 0.5)
        #expect(Metric.ndcg(10).value(of: TargetRank(rank: 11)) == 0)
        #expect(Metric.hitRate(10).value(of: TargetRank(rank: 10)) == 1)
        #expect(Metric.hitRate(10).value(of: TargetRank(rank: 11)) == 0)
        for metric in [Metric.hitRate(10), .ndcg(10), .reciprocalRank] {
            #expect(metric.value(of: TargetRank(rank: 1, isReachable: false)) == 0)
        }
        #expect([Metric.hitRate(5), .ndcg(20), .reciprocalRank].map(\.name) == ["HR@5", "NDCG@20", "MRR"])
    }

    @Test func summaryIsTheMeanOverUsers() {
        var generator = SeededGenerator(seed: 22)
        let ranks = (0..<400).map { _ in
            TargetRank(
                rank: Int.random(in: 1...40, using: &generator), ties: Int.random(in: 0...1, using: &generator),
                isReachable: Int.random(in: 0..<20, using: &generator) > 0)
        }
        let summary = RankingSummary(of: ranks, metrics: Metric.usual([20, 5, 5]), resamples: 0)
        #expect(summary.metrics.metrics.map(\.name) == ["HR@5", "HR@20", "NDCG@5", "NDCG@20", "MRR"])
        #expect(summary[.hitRate(10)] == nil)
        for k in [5, 20] {
            let reached = ranks.filter { $0.isReachable && $0.rank <= k }
            let (hitRate, ndcg) = (summary[.hitRate(k)]!, summary[.ndcg(k)]!)
            #expect(abs(hitRate.value - Double(reached.count) / 400) < 1e-12)
            let gain = reached.reduce(0) { $0 + log(2) / log(Double($1.rank) + 1) }
            #expect(abs(ndcg.value - gain / 400) < 1e-12)
            #expect(ndcg.low == nil && hitRate.low != nil)
        }
        #expect(summary.tiedTargets == ranks.filter { $0.ties == 1 }.count)
        #expect(summary.unreachableTargets == ranks.filter { !$0.isReachable }.count)
        #expect(RankingSummary(of: []).users == 0)
    }
}
