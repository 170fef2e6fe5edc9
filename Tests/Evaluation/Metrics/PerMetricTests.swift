import Foundation
import Metrics
import Testing

/// What is found for metrics keeps its order, and files of versions that knew HR and NDCG alone open.
@Suite struct PerMetricTests {
    private func json(_ value: some Encodable) throws -> [String: Any] {
        try #require(JSONSerialization.jsonObject(with: JSONEncoder().encode(value)) as? [String: Any])
    }

    private func decoded<Value: Decodable>(_ type: Value.Type, _ text: String) throws -> Value {
        try JSONDecoder().decode(type, from: Data(text.utf8))
    }

    @Test func metricsKeepTheirOrder() {
        var found: MetricEstimates = [.reciprocalRank: Estimate(0.1), .hitRate(5): Estimate(0.2)]
        found[.ndcg(5)] = Estimate(0.3)
        found[.reciprocalRank] = Estimate(0.4)
        #expect(found.metrics.map(\.name) == ["MRR", "HR@5", "NDCG@5"] && found[.reciprocalRank]?.value == 0.4)
        found[.hitRate(5)] = nil
        #expect(found.metrics == [.reciprocalRank, .ndcg(5)] && found[.hitRate(5)] == nil)
        #expect([Metric](measuredBy: [[.ndcg(1)], [.hitRate(1), .ndcg(1)]]) == [.ndcg(1), .hitRate(1)])
    }

    @Test func theyAreReadAsTheyWereWritten() throws {
        let found: MetricEstimates = [
            .novelty(10): Estimate(9.5, low: 9, high: 10), .reciprocalRank: Estimate(0.1), .hitRate(10): Estimate(0.2),
        ]
        let text = try String(decoding: JSONEncoder().encode(found), as: UTF8.self)
        #expect(text.contains("\"bits\""))
        #expect(try decoded(MetricEstimates.self, text) == found)
        // Of a program that knows more.
        let later = try decoded(
            MetricEstimates.self, #"[{"metric": "Surprise@10", "unit": "bits", "value": 3}, {"metric": "HR@10", "value": 0.5}]"#
        )
        #expect(later.metrics.map(\.name) == ["Surprise@10", "HR@10"] && later.metrics[0].unit == .bits)
        #expect(!later.metrics[0].isOfRanks && later[.hitRate(10)]?.value == 0.5)
    }

    private static let oldSummary = """
        {"users": 40, "tiedTargets": 1, "unreachableTargets": 2,
         "cutoffs": [{"k": 5, "hitRate": {"value": 0.25, "low": 0.1, "high": 0.4}, "ndcg": {"value": 0.125}},
                     {"k": 10, "hitRate": {"value": 0.5, "low": 0.3, "high": 0.7}, "ndcg": {"value": 0.25}}],
         "reciprocalRank": {"value": 0.2, "low": 0.1, "high": 0.3}}
        """

    @Test func oldCardsOpen() throws {
        let summary = try decoded(RankingSummary.self, Self.oldSummary)
        #expect(summary.metrics.metrics == Metric.usual([5, 10]) && summary.users == 40 && summary.unreachableTargets == 2)
        #expect(summary[.hitRate(5)] == Estimate(0.25, low: 0.1, high: 0.4) && summary[.ndcg(10)]?.value == 0.25)
        let card = try decoded(
            EvaluationCard.self,
            """
            {"formatVersion": 1, "confidence": 0.95, "all": \(Self.oldSummary), "warm": \(Self.oldSummary), "cold": \(Self.oldSummary),
             "procedure": {"split": "test", "splitRule": "r", "historyKept": 10, "maskingRule": "m", "tieRule": "t",
                           "catalogueSize": 100, "datasetHash": "h", "resamples": 1000, "seed": 1}}
            """)
        #expect(card.warm == summary && card.text.contains("HR@10    50.00 % (30.00 to 70.00)"))
        #expect(throws: DecodingError.self) { try decoded(RankingSummary.self, #"{"users": 1, "tiedTargets": 0}"#) }
        #expect(throws: DecodingError.self) {
            try decoded(RankingSummary.self, Self.oldSummary.replacing(#""k": 5"#, with: #""k": -5"#))
        }
    }

    /// Whoever reads cards by the keys that they have always had goes on reading them.
    @Test func cardsKeepTheirKeys() throws {
        let summary = try decoded(RankingSummary.self, Self.oldSummary)
        var written = try json(summary)
        #expect(try decoded(RankingSummary.self, String(decoding: JSONEncoder().encode(summary), as: UTF8.self)) == summary)
        #expect((written.removeValue(forKey: "metrics") as? [[String: Any]])?.count == 5)
        let old = try JSONSerialization.jsonObject(with: Data(Self.oldSummary.utf8)) as? NSDictionary
        #expect(old?.isEqual(to: written) == true)
    }

    @Test func oldGroupsOpen() throws {
        let old =
            #"{"least": 1, "most": 4, "users": 9, "hitRate": {"value": 0.5, "low": 0.2, "high": 0.8}, "ndcg": {"value": 0.25}}"#
        let group = try decoded(Breakdown.Group.self, old)
        #expect(group.metrics == [.hitRate(10): Estimate(0.5, low: 0.2, high: 0.8), .ndcg(10): Estimate(0.25)])
        let written = try json(group)
        #expect((written["hitRate"] as? [String: Double])?["high"] == 0.8 && (written["metrics"] as? [Any])?.count == 2)
    }
}
