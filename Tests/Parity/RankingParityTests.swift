import Datasets
import Ranking
import Foundation
import Metrics
import TestSupport
import Testing
import Torch

/// Ranks and metrics equal the plain statement's, on ties and on targets that masking removes too.
@Suite(.oneAtATime) struct RankingParityTests {
    @Test(arguments: Fixture.all(kind: "ranking") + Fixture.all(kind: "recommender")) func ranks(_ fixture: Fixture) throws {
        let tensors = try fixture.tensors()
        let expected = try tensors.tensor("ranking.ranks").array(of: Int64.self)
        let ranking = fixture.configuration.ranking
        let scores = try tensors.tensor("ranking.scores").to(.float32)
        // Each item's vector names the item: a case's scores are its own vector.
        let items = Tensor.range(0..<scores.size(1))
        let names = (items.unsqueezed(0) .== items.unsqueezed(1)).to(.float32)
        let ranks = try Ranker(budget: 1 << 20, isCold: { _ in false })
            .ranks(of: batch(ranking), users: scores, items: names)
        for (found, wanted) in zip(ranks, expected) {
            #expect(found.isReachable == (wanted != 0))
            if found.isReachable { #expect(found.rank == Int(wanted)) }
        }
        if let ties = ranking.ties { #expect(ranks.reduce(0) { $0 + ($1.isReachable ? $1.ties : 0) } == ties) }
        let summary = RankingSummary(of: ranks, metrics: Metric.papers, resamples: 0)
        #expect(abs(summary[.hitRate(10)]!.value - ranking.hr) < 1e-9)
        #expect(abs(summary[.ndcg(10)]!.value - ranking.ndcg) < 1e-9)
    }

    @Test(arguments: Fixture.all(kind: "recommender")) func scores(_ fixture: Fixture) throws {
        let model = try FixtureModel(fixture)
        let batch = batch(fixture.configuration.ranking, positions: fixture.configuration.user_encoder!.positions)
        let items = try model.recommender.itemTower.vectors(of: .range(0..<fixture.configuration.items), training: false)
        let users = model.recommender.userVectors(batch, itemVectors: items)
        for (found, name) in [(users, "user_vectors"), (users.matmul(items.transposed(0, 1)), "scores")] {
            let expected = try model.tensors.tensor("ranking.\(name)")
            let difference = (found - expected).absolute().maximum().item()
            #expect(difference <= 1e-5 * expected.absolute().maximum().item(), "\(name)")
        }
    }

    private func batch(_ ranking: Fixture.Configuration.Ranking, positions: Int = 10) -> EvaluationBatch {
        EvaluationBatch(histories: ranking.histories, targets: ranking.targets, inputLength: positions)
    }
}
