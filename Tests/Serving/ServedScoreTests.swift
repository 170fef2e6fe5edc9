import Datasets
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

/// Answers against the scores that an evaluation ranks by, for every sum of parts.
@Suite(.oneAtATime) struct ServedScoreTests {
    private static let weights: [ScorePart: Double] = [
        .network: 1, .content("text"): 3, .content("image"): 0.5, .popularity: 0.2, .neighbours: 1.5,
    ]

    /// Every sum of the parts above, the papers' score and popularity alone.
    private func scores(_ world: SmallWorld) throws -> [Score] {
        let recommender = try world.recommender()
        let vectors = try Evaluator(world.split).itemVectors(recommender)
        RandomState.seed(8)
        func content(_ width: Int) -> Tensor { Tensor.randomNormal([world.split.itemCount, width]).unitRows() }
        let dense: [Score.Dense] = [
            .network(recommender, itemVectors: vectors), .content("text", content(5), decay: 0.8),
            .content("image", content(19), decay: 0.8), .popularity(of: world.split, on: .cpu),
        ]
        let neighbours = try NeighbourPrior(world.split)
        let sums = (1..<32).map { set in
            Score(
                dense.indices.filter { set >> $0 & 1 == 1 }.map { dense[$0] }, neighbours: set >> 4 == 1 ? neighbours : nil,
                itemCount: world.split.itemCount, itemVectors: vectors, weights: ScoreWeights(Self.weights))
        }
        return sums + [Score(recommender, itemVectors: vectors), Score(popularityOf: world.split)]
    }

    /// How a model is opened.
    enum Way: CaseIterable { case plain, prepared, kept }

    @Test(arguments: Way.allCases) func answersAreThoseOfTheDenseForm(_ way: Way) throws {
        try withTemporaryFolder { folder in
            let world = try SmallWorld(folder, users: 60, items: 300)
            let histories: [[Int32]] = [[3], [5, 9, 5, 200, 7], Array(0..<40), [299, 1], Array(repeating: 17, count: 12)]
            let positions = world.split.options.inputLength
            let batch = EvaluationBatch(histories: histories, inputLength: positions)
            for score in try scores(world) {
                var served = ServedModel(score, positions: positions, dataset: world.dataset)
                switch way {
                case .plain: break
                case .prepared: try served.prepare()
                case .kept:
                    let file = folder.appending(path: "served.safetensors")
                    #expect(try ServedCatalogue.write(score, positions: positions, inputs: "these", to: file))
                    #expect(ServedCatalogue.inputs(of: file) == "these")
                    served = ServedModel(try ServedCatalogue(file), dataset: world.dataset)
                }
                let count = world.split.itemCount
                let dense = withoutGradients { score.scores(of: batch).floats() }
                for keepingSeen in [false, true] {
                    let found = try served.recommend(histories, top: 25, keepingSeen: keepingSeen)
                    for (place, list) in found.enumerated() {
                        let row = Array(dense[place * count..<(place + 1) * count])
                        let bound = 1e-5 * row.map(abs).max()!
                        let left = row.indices.filter { keepingSeen || !histories[place].contains(Int32($0)) }
                        let best = left.map { row[$0] }.sorted(by: >).prefix(25)
                        #expect(list.count == 25 && Set(list.map(\.item)).count == 25)
                        #expect(list.allSatisfy { left.contains($0.item) && abs($0.score - row[$0.item]) <= bound })
                        // No item that is left out scores more.
                        #expect(zip(list, best).allSatisfy { abs($0.score - $1) <= bound }, "\(score.parts)")
                    }
                }
                // One by one they are the same, to the bit.
                for (place, list) in try served.recommend(histories, top: 25).enumerated() {
                    let alone = try served.recommend([histories[place]], top: 25)[0]
                    #expect(alone.map(\.item) == list.map(\.item))
                }
            }
        }
    }

    /// Equal scores come in the order of the catalogue.
    @Test func tiesAreInTheOrderOfTheCatalogue() throws {
        try withTemporaryFolder { folder in
            let world = try SmallWorld(folder)
            let score = Score(popularityOf: world.split)
            let served = ServedModel(score, positions: 10, dataset: world.dataset)
            let shares = world.split.popularity
            let expected = shares.indices.sorted { (shares[$0], $1) > (shares[$1], $0) }
            #expect(try served.recommend([[0]] as [[Int32]], top: 100, keepingSeen: true)[0].map(\.item) == expected)
            #expect(try served.recommend([] as [[Int32]], top: 3).isEmpty)
        }
    }

    /// A file that was cut off or changed is an error, whatever part of it.
    @Test func damagedFilesAreErrors() throws {
        try withTemporaryFolder { folder in
            let world = try SmallWorld(folder)
            let file = folder.appending(path: "served.safetensors")
            for score in try [scores(world)[30], scores(world)[31]] {
                try ServedCatalogue.write(score, positions: 10, inputs: "these", to: file)
                let bytes = try Data(contentsOf: file)
                _ = try ServedCatalogue(file)
                var generator = SeededGenerator(seed: 2)
                for place in 0..<60 {
                    // The header whole, cut files, and single bytes anywhere.
                    var damaged = bytes
                    if place.isMultiple(of: 3) {
                        damaged = damaged.prefix(Int.random(in: 0..<bytes.count, using: &generator))
                    } else {
                        let most = place.isMultiple(of: 2) ? bytes.count : 2500
                        damaged[Int.random(in: 0..<most, using: &generator)] ^= UInt8.random(in: 1...255, using: &generator)
                    }
                    try damaged.write(to: file)
                    // An error or an answer, never a trap.
                    do {
                        let model = ServedModel(try ServedCatalogue(file), dataset: world.dataset)
                        _ = try model.recommend([[1, 2, 3]] as [[Int32]], top: 5)
                    } catch is UserError {}
                }
            }
            #expect(ServedCatalogue.inputs(of: folder.appending(path: "none")) == nil)
        }
    }
}
