import Foundation
import Metrics
import TestSupport
import Testing

@Suite struct EvaluationCardTests {
    private func card(cold: Bool = true) -> EvaluationCard {
        var generator = SeededGenerator(seed: 51)
        let ranks = (0..<1500).map { index in
            TargetRank(
                rank: Int.random(in: 1...60, using: &generator), ties: index % 300 == 0 ? 2 : 0,
                isReachable: index != 7, isCold: cold && index % 10 == 0)
        }
        return EvaluationCard(
            of: ranks,
            procedure: .init(
                split: "test", splitRule: "leave one out: the last interaction of each user with at least 5", historyKept: 10,
                maskingRule: "the user's own earlier items", tieRule: "against us: tied items rank before the target",
                catalogueSize: 12_345, datasetHash: String(repeating: "c", count: 64), resamples: 100, seed: 4))
    }

    @Test func warmAndColdMakeAll() {
        let card = card()
        #expect(card.warm.users == 1350 && card.cold.users == 150 && card.all.users == 1500)
        for k in [5, 10, 20] {
            let mean = (card.warm[.hitRate(k)]!.value * 1350 + card.cold[.hitRate(k)]!.value * 150) / 1500
            #expect(abs(mean - card.all[.hitRate(k)]!.value) < 1e-12)
        }
        #expect(card.all.tiedTargets == 5 && card.all.unreachableTargets == 1)
    }

    @Test func jsonRoundTrips() throws {
        let card = card()
        #expect(try JSONDecoder().decode(EvaluationCard.self, from: JSONEncoder().encode(card)) == card)
    }

    @Test func textIsReadable() {
        let text = card().text
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.allSatisfy { $0.count <= 100 && $0.last != " " })
        for part in [
            "12,345 items", "5 targets tied", "1 target removed", "1,350 warm", "150 cold", "HR@10", "NDCG@20", "MRR", "95 %",
            "seed 4", "ccccc",
        ] { #expect(text.contains(part), "\(part) is missing in\n\(text)") }
        // The columns stand under their headings.
        let heading = lines.first { $0.contains("warm") && $0.contains("all ") }!
        let row = lines.first { $0.hasPrefix("HR@10") }!
        let start = heading.distance(from: heading.startIndex, to: heading.range(of: "warm")!.lowerBound)
        #expect(Array(row)[start] != " " && Array(row)[start - 1] == " ")
        #expect(card(cold: false).text.contains("none"))
    }
}
