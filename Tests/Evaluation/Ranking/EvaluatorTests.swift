import Datasets
import Ranking
import Files
import Foundation
import Metrics
import TestModels
import TestSupport
import Testing
import Torch

@Suite(.oneAtATime) struct EvaluatorTests {
    /// Ranks by counting are those of a plain loop over users and items, with the model's own scores.
    @Test(arguments: [Split.Part.validation, .test], [1, 5000, 64 << 20]) func ranksAreThoseOfAPlainLoop(
        part: Split.Part, budget: Int
    ) throws {
        try withTemporaryFolder { folder in
            let world = try SmallWorld(folder)
            let recommender = try world.recommender()
            let ranks = try Evaluator(world.split, budget: budget).ranks(recommender, part)
            let items = try Evaluator(world.split).itemVectors(recommender)
            let cases = Array(world.split.evaluation(part))
            #expect(ranks.count == cases.count && ranks.count > 20)
            var unreachable = 0
            for (rank, question) in zip(ranks, cases) {
                let batch = EvaluationBatch(histories: [Array(question.history)], inputLength: 10)
                let scores = withoutGradients {
                    recommender.userVectors(batch, itemVectors: items).matmul(items.transposed(0, 1)).floats()
                }
                #expect(rank.isReachable == !question.history.contains(question.target))
                #expect(rank.isCold == (world.split.popularity[Int(question.target)] == 0))
                guard rank.isReachable else {
                    unreachable += 1
                    continue
                }
                let target = Int(question.target)
                let better = scores.indices.count { item in
                    item != target && !question.history.contains(Int32(item)) && scores[item] >= scores[target] + 1e-6
                }
                #expect(abs(rank.rank - 1 - better) <= rank.ties + 1)
            }
            #expect(unreachable > 0, "the world has repeats, so that masking is tried")
        }
    }

    /// Where all items have one vector every rank is a tie, there is nothing to share, and no number is left undefined.
    @Test(arguments: [0.0, 1.5]) func equalItemVectorsAreTies(_ value: Double) throws {
        try withTemporaryFolder { folder in
            let world = try SmallWorld(folder)
            let recommender = try world.recommender()
            let evaluator = Evaluator(world.split)
            withoutGradients {
                for (name, parameter) in recommender.parameters.all where name.hasPrefix("item_tower.") {
                    parameter.copy(from: .full(parameter.shape, name.hasSuffix("bias") ? value : 0))
                }
            }
            let ranks = try evaluator.ranks(recommender, .test)
            #expect(Evaluator.areAllTied(ranks))
            #expect(try evaluator.shares(evaluator.score(recommender), of: recommender, .test) == Evaluator.Shares())
            let other = try world.recommender()
            #expect(!Evaluator.areAllTied(try evaluator.ranks(other, .test)))
            let shares = try evaluator.shares(evaluator.score(other), of: other, .test)
            #expect(abs(shares.ofScores.reduce(0) { $0 + $1.share } - 1) < 1e-4 && shares.ofScores.count == 3)
            #expect(abs(shares.ofRecommended.reduce(0) { $0 + $1.share } - 1) < 1e-6)
        }
    }

    @Test func popularityRanksFollowTheCounts() throws {
        try withTemporaryFolder { folder in
            let world = try SmallWorld(folder)
            let shares = world.split.popularity
            let ranks = try Evaluator(world.split).ranks(Score(popularityOf: world.split), .test)
            for (rank, question) in zip(ranks, world.split.evaluation(.test)) where rank.isReachable {
                let others = shares.indices.filter {
                    $0 != Int(question.target) && !question.history.contains(Int32($0))
                }
                let target = shares[Int(question.target)]
                #expect(rank.rank == 1 + others.count { shares[$0] >= target })
                #expect(rank.ties == others.count { shares[$0] == target })
            }
        }
    }

    @Test func scoresThatAreNotNumbersAreAnError() throws {
        try withTemporaryFolder { folder in
            let world = try SmallWorld(folder)
            let recommender = try world.recommender()
            withoutGradients { recommender.parameters.all["item_tower.fusion.bias"]!.multiply(.nan) }
            #expect(throws: UserError.self) { try Evaluator(world.split).ranks(recommender, .test) }
        }
    }
}
