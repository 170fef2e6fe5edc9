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
            #expect(try model.comparedParts() == ["text", "neighbours"])
            for (name, vectors) in [("all", model.score.dense[0].items), ("text", model.score.dense[1].items)] {
                for row in [1, 8, 59] {
                    let found = try model.similar(to: "i\(row)", by: name, top: 9).items
                    let expected = cosines(vectors, row).prefix(9)
                    #expect(found.map(\.item) == expected.map { "i\($0.row)" } && found.map(\.rank) == Array(1...9))
                    #expect(zip(found, expected).allSatisfy { abs(Double($0.score) - $1.cosine) < 1e-5 })
                }
            }
            // All that have a text, and neither itself nor those without.
            let all = try model.similar(to: "i1", by: "text", top: 100).items
            #expect(Set(all.map(\.item)) == Set((2..<60).filter { $0 % 7 != 0 }.map { "i\($0)" }))
            #expect(throws: Refusal.self) { _ = try model.similar(to: "i7", by: "text", top: 3) }
            #expect(throws: Refusal.self) { _ = try model.similar(to: "i1", by: "text", top: 0) }
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
            #expect(try counting.comparedParts() == ["neighbours"])
            for row in 0..<24 {
                let found = try model.similar(to: "i\(row)", by: "neighbours", top: 5).items
                let expected = try counting.recommend([["i\(row)"]], top: 5)[0].filter { $0.score > 0 }
                #expect(found == expected)
            }
            #expect(throws: Refusal.self) { _ = try counting.similar(to: "i1") }
        }
    }
}
