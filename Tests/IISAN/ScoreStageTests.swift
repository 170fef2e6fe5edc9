import Files
import Foundation
import Metrics
import TestSupport
import Testing

@testable import IISAN

/// Scores as sums in a pipeline: what is kept in the run, and what is asked for when it is not there.
@Suite(.oneAtATime) struct ScoreStageTests {
    private func pipeline(_ shop: TinyShop, _ set: [String]) throws -> Pipeline {
        let file = shop.folder.appending(path: "config.yaml")
        return Pipeline(try Configuration(file, overrides: set), file: file)
    }

    private let modern = ["recipe=modern", "train.epochs=2", "train.run=modern"]

    @Test func sumsAreWeighedKeptAndServed() throws {
        try withTemporaryFolder { folder in
            let shop = try TinyShop(folder)
            try pipeline(shop, modern).runAll()
            let run = folder.appending(path: "modern")
            let result = try RunResult.read(from: run.appending(path: "result.json"))
            let names = ["network", "neighbours", "content.text", "content.image", "popularity", "newness"]
            #expect(Set(try #require(result.score).weights.keys) == Set(names))
            #expect(result.shares.map(\.tower).contains("neighbours") && result.shares.map(\.tower).contains("inter"))
            #expect(abs(try #require(result.leads).reduce(0) { $0 + $1.share } - 1) < 1e-6)
            #expect(result.test?.all.metrics[.coldShare(10)] != nil && result.test?.all.metrics[.miscalibration(10)] != nil)
            let page = try String(contentsOf: run.appending(path: "report.html"), encoding: .utf8)
            #expect(page.contains("content.text") && page.contains("speaks for them most"))

            // A second evaluation takes what is kept; other parts are weighed anew, and nothing is trained for it.
            let kept = try shop.state(of: "modern/score.json")
            let trained = try shop.state(of: "modern/checkpoints/best/model.safetensors")
            try pipeline(shop, modern).evaluate()
            #expect(try shop.state(of: "modern/score.json") == kept)
            let other = modern + ["train.score.parts=[network, popularity]"]
            try pipeline(shop, other).train()
            try pipeline(shop, other).evaluate()
            #expect(try shop.state(of: "modern/score.json").bytes != kept.bytes)
            #expect(try shop.state(of: "modern/checkpoints/best/model.safetensors") == trained)
            #expect(try RunResult.read(from: run.appending(path: "result.json")).score?.weights.count == 2)

            // What is damaged is found anew where the dataset is the run's.
            try pipeline(shop, modern).evaluate()
            let whole = try RunResult.read(from: run.appending(path: "result.json"))
            try Data("{".utf8).write(to: run.appending(path: "score.json"))
            try pipeline(shop, modern).evaluate()
            let again = try RunResult.read(from: run.appending(path: "result.json"))
            #expect(again.score?.weights == whole.score?.weights && again.test == whole.test)
            let dataset = try pipeline(shop, modern).dataset()
            let lists = try Pipeline(run: run).served().recommend([[dataset.items[0].id, dataset.items[1].id]], top: 5)
            #expect(lists[0].count == 5 && lists[0].map(\.score) == lists[0].map(\.score).sorted(by: >))
        }
    }

    /// The network alone is the papers' score to the bit, whatever the recipe that trained it.
    @Test func partsDoNotTouchTheNetwork() throws {
        try withTemporaryFolder { folder in
            let shop = try TinyShop(folder)
            let tuned = ["recipe=tuned", "train.epochs=1", "train.run=tuned"]
            try pipeline(shop, tuned).runAll()
            let result = try RunResult.read(from: folder.appending(path: "tuned/result.json"))
            #expect(result.score == nil && result.shares.map(\.tower) == ["image", "text", "inter"])
            #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "tuned/score.json").path))
        }
    }

    @Test(arguments: ["neighbours", "content", "closed-form"]) func methodsWithoutTraining(_ method: String) throws {
        try withTemporaryFolder { folder in
            let shop = try TinyShop(folder)
            let set = ["train.method=\(method)", "train.run=run"]
            try pipeline(shop, set).runAll()
            let result = try RunResult.read(from: folder.appending(path: "run/result.json"))
            #expect(result.method == method && result.cost == nil && result.bestEpoch == nil)
            #expect((result.score?.weights.count ?? 1) == ["neighbours": 1, "content": 2, "closed-form": 5][method])
            #expect(result.test?.all.metrics[.hitRate(10)] != nil)
        }
    }

    @Test func weightsCanBeGiven() throws {
        try withTemporaryFolder { folder in
            let shop = try TinyShop(folder)
            let set = ["train.method=closed-form", "train.run=run", "train.score.weights={neighbours: 1, content.text: 0.5}"]
            try pipeline(shop, set).runAll()
            let score = try #require(try RunResult.read(from: folder.appending(path: "run/result.json")).score)
            #expect(score.weights == ["neighbours": 1, "content.text": 0.5, "content.image": 0, "popularity": 0, "newness": 0])
            #expect(score.users == nil)
            let wrong = set + ["train.score.weights={neighbour: 1}"]
            let error = #expect(throws: UserError.self) { try pipeline(shop, wrong).evaluate() }
            #expect(error?.problem.contains("neighbour") == true && error?.remedy?.contains("neighbours") == true)
        }
    }
}
