import Datasets
import Foundation
import Metrics
import Modeling
import Ranking
import TestModels
import TestSupport
import Testing
import Torch

@testable import Serving

/// Reasons add up, and are what they say.
@Suite(.oneAtATime) struct ReasonsTests {
    private static let sets: [Set<ScorePart>] = [
        Set(ServedWorld.weights.keys), [.network], [.content("text"), .neighbours], [.popularity, .neighbours], [.neighbours],
    ]

    @Test(arguments: sets) func partsAddUpToTheDistanceFromTheMean(_ parts: Set<ScorePart>) throws {
        try withTemporaryFolder { folder in
            let world = try ServedWorld(folder, parts: parts)
            let model = world.model()
            var question = Question(["i3", "i5", "i3", "i77"])
            (question.reasons, question.top, question.keepSeen) = (true, 200, true)
            let items = try model.answer(to: question).items
            #expect(items.count == 120)
            let mean = items.reduce(0) { $0 + Double($1.score) } / 120
            for item in items {
                let reasons = try #require(item.reasons)
                let whole = reasons.mean + reasons.parts.reduce(0) { $0 + $1.adds }
                #expect(abs(whole - Double(item.score)) < 1e-6 * max(1, abs(whole)))
                #expect(abs(reasons.mean - mean) < 1e-5)
                #expect(reasons.parts.map(\.adds) == reasons.parts.map(\.adds).sorted(by: >))
            }
            let names = Set(items[0].reasons!.parts.map(\.part))
            var expected = Set(parts.subtracting([.network]).map(\.rawValue))
            if parts.contains(.network) { expected.formUnion(["image", "text", "inter"]) }
            #expect(names == expected)
            // What each part adds has the mean 0 over the catalogue.
            for name in names {
                let sum = items.reduce(0) { $0 + $1.reasons!.parts.first { $0.part == name }!.adds }
                #expect(abs(sum) < 1e-3)
            }
        }
    }

    /// A tower's share is the product of the user's vector with what the tower adds.
    @Test func towersAreThoseOfTheFusion() throws {
        try withTemporaryFolder { folder in
            let world = try ServedWorld(folder, parts: [.network])
            var question = Question(["i3", "i5"])
            question.reasons = true
            let items = try world.model().answer(to: question).items
            let batch = EvaluationBatch(histories: [[3, 5]], inputLength: world.world.split.options.inputLength)
            let user = withoutGradients { world.score.users(batch) }
            for (name, vectors) in try world.recommender.itemTower.parts(of: .range(0..<120)) {
                let scores = withoutGradients { user.matmul(vectors.transposed(0, 1)).floats() }
                let mean = scores.reduce(0, +) / 120
                for item in items {
                    let adds = item.reasons!.parts.first { $0.part == name }!.adds
                    #expect(abs(adds - Double(scores[Int(item.item.dropFirst())!] - mean)) < 1e-4)
                }
            }
        }
    }

    /// The effect of an item of the history is the difference that asking without it makes.
    @Test func effectsAreThoseOfLeavingOneOut() throws {
        try withTemporaryFolder { folder in
            let world = try ServedWorld(folder)
            let model = world.model()
            let history = ["i3", "i5", "i3", "i77"] + (20..<30).map { "i\($0)" }
            for history in [history, ["i9"]] {
                var question = Question(history)
                (question.reasons, question.keepSeen) = (true, true)
                let items = try model.answer(to: question).items
                for place in history.indices {
                    var other = history.compactMap { Int32($0.dropFirst()) }
                    other.remove(at: place)
                    let scores = world.dense(other)
                    for item in items {
                        let effect = item.reasons!.history[place]
                        #expect(effect.item == history[place])
                        let expected = Double(item.score - scores[Int(item.item.dropFirst())!])
                        #expect(abs(effect.effect - expected) < 1e-4)
                    }
                }
            }
        }
    }
}
