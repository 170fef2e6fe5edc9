import Files
import Foundation
import Metrics
import Modeling
import Ranking
import TestModels
import TestSupport
import Testing
import Torch

@testable import Serving

@Suite(.oneAtATime) struct SimilarItemsTests {
    private func model(_ world: SmallWorld) throws -> ServedModel {
        RandomState.seed(4)
        let recommender = try world.recommender()
        // Every seventh item has no text.
        let rows = (0..<world.split.itemCount).map { Float($0 % 7 == 0 ? 0 : 1) }
        let text = Tensor.randomNormal([world.split.itemCount, 5]).unitRows() * Tensor(rows).unsqueezed(1)
        let score = Score(
            [
                .network(recommender, itemVectors: try Evaluator(world.split).itemVectors(recommender)),
                .content("text", text, decay: 0.8),
            ], neighbours: try NeighbourPrior(world.split), itemCount: world.split.itemCount,
            weights: ScoreWeights([.network: 1, .content("text"): 3, .neighbours: 1.5]))
        return ServedModel(score, positions: world.split.options.inputLength, dataset: world.dataset)
    }

    private func likeness(_ name: String, of model: ServedModel) throws -> ServedModel.Likeness {
        try #require(model.likeness(name))
    }

    /// Cosines in double precision of one row with all others, falling, ties by row.
    private func cosines(_ vectors: Tensor, _ row: Int) -> [(row: Int, cosine: Double)] {
        let (numbers, width) = (vectors.floats().map(Double.init), vectors.size(1))
        func vector(_ row: Int) -> ArraySlice<Double> { numbers[row * width..<(row + 1) * width] }
        func product(_ one: Int, _ other: Int) -> Double { zip(vector(one), vector(other)).reduce(0) { $0 + $1.0 * $1.1 } }
        return (0..<vectors.size(0)).filter { $0 != row && product($0, $0) > 0 }
            .map { ($0, product(row, $0) / (product(row, row) * product($0, $0)).squareRoot()) }
            .sorted { ($1.1, $0.0) < ($0.1, $1.0) }
    }

    @Test func theNearestAreThoseOfTheGreatestCosines() throws {
        try withTemporaryFolder { folder in
            let model = try model(SmallWorld(folder, items: 60))
            #expect(model.likenesses == ["all", "text", "neighbours"])
            for name in ["all", "text"] {
                let likeness = try likeness(name, of: model)
                guard case .vectors(let vectors) = likeness else { return }
                for row in [1, 8, 59] {
                    let found = try model.similar(to: row, by: likeness, top: 9)
                    let expected = cosines(vectors, row).prefix(9)
                    #expect(found.map(\.item) == expected.map { "i\($0.row)" } && found.map(\.rank) == Array(1...9))
                    #expect(zip(found, expected).allSatisfy { abs(Double($0.score) - $1.cosine) < 1e-5 })
                }
            }
            // All that have a text, and neither itself nor those without.
            let all = try model.similar(to: 1, by: likeness("text", of: model), top: 100)
            #expect(Set(all.map(\.item)) == Set((2..<60).filter { $0 % 7 != 0 }.map { "i\($0)" }))
            #expect(throws: UserError.self) { _ = try model.similar(to: 7, by: likeness("text", of: model), top: 3) }
            #expect(throws: UserError.self) { _ = try model.similar(to: 1, by: likeness("text", of: model), top: 0) }
        }
    }

    @Test func neighboursAreThoseOfAHistoryOfOne() throws {
        try withTemporaryFolder { folder in
            let world = try SmallWorld(folder)
            let model = try model(world)
            let alone = Score(
                [], neighbours: model.score.neighbours, itemCount: world.split.itemCount,
                weights: ScoreWeights([.neighbours: 1]))
            let counting = ServedModel(alone, positions: model.positions, dataset: world.dataset)
            #expect(counting.likenesses == ["neighbours"])
            for row in 0..<24 {
                let found = try model.similar(to: row, by: .neighbours, top: 5)
                let expected = try counting.recommend([["i\(row)"]], top: 5)[0].filter { $0.score > 0 }
                #expect(found == expected)
            }
        }
    }
}
