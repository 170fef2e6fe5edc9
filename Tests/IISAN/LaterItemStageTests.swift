import Files
import Foundation
import Serving
import TestSupport
import Testing
import Torch

@testable import IISAN

/// Items that come after training, from titles and pictures, through the encoders that a run names.
@Suite(.oneAtATime) struct LaterItemStageTests {
    private func trained(_ folder: URL, _ set: [String]) throws -> Pipeline {
        _ = try TinyShop(folder)
        let file = folder.appending(path: "config.yaml")
        try Pipeline(
            try Configuration(file, overrides: ["train.epochs=1", "train.run=run"] + set), file: file
        ).runAll()
        return try Pipeline(run: folder.appending(path: "run"))
    }

    private func reason(_ body: () throws -> Void) -> Refusal.Reason? {
        do { try body() } catch { return (error as? Refusal)?.reason }
        return nil
    }

    /// An item with the title and picture of another has its vector.
    @Test(arguments: [
        ["recipe=modern"], ["recipe=modern-content"], ["train.method=frozen"],
        ["train.method=id+modality"], ["train.method=closed-form"],
        ["recipe=modern", "train.image_layers=[0, 2]"],
        ["train.method=frozen"] + captions("titles+captions"),
        ["train.method=frozen"] + captions("captions"),
    ])
    func theSameTitleAndPictureGiveTheSameVector(_ set: [String]) throws {
        try withTemporaryFolder { folder in
            let pipeline = try trained(folder, set)
            let dataset = try pipeline.dataset()
            // The second time what answers are computed from is kept.
            for isKept in [false, true] {
                if !isKept { try? FileManager.default.removeItem(at: folder.appending(path: "run/served.safetensors")) }
                let model = try Pipeline(run: folder.appending(path: "run")).served()
                let encoder = try pipeline.itemEncoder()
                let random = SavedRandomState(of: .cpu)
                for place in [3, 40] {
                    let old = dataset.items[place]
                    let item = NewItem(id: "later \(place)", title: old.title, picture: old.picture?.path)
                    let encoded = EncodedItem(item, states: try encoder.states(of: item), encoders: encoder.encoders)
                    try model.apply(model.changes(putting: [encoded]))
                    let similar = try model.similar(to: item.id, top: 1).items[0]
                    if !set.contains("train.method=id+modality") {
                        #expect(similar.item == old.id && similar.score > 0.999, "\(similar)")
                    }
                    var question = Question([dataset.items[9].id, item.id, "nobody"])
                    (question.reasons, question.top) = (true, 200)
                    let answer = try model.answer(to: question)
                    #expect(answer.model.hasPrefix("run") && answer.ignored == ["nobody"])
                    #expect(answer.items.count == dataset.items.count + (place == 3 ? -1 : 0))
                    for item in answer.items {
                        let reasons = try #require(item.reasons)
                        let whole = reasons.mean + reasons.parts.reduce(0) { $0 + $1.adds }
                        #expect(abs(whole - Double(item.score)) < 1e-5 * max(1, abs(whole)))
                    }
                }
                #expect(try model.answer(to: Question([])).isPopularity)
                // Nobody has drawn a number.
                let drawn = Tensor.randomUniform([3]).floats()
                random.restore()
                #expect(Tensor.randomUniform([3]).floats() == drawn)
            }
        }
    }

    /// Settings by which texts are what the demo's model writes about pictures.
    private static func captions(_ source: String) -> [String] {
        let model = fixture("").deletingLastPathComponent().appending(path: "Examples/Demo/encoders/captions").path
        return ["encode.captions={model: \(model), file: captions.jsonl}", "encode.text.source=\(source)"]
    }

    /// Texts of new items are made as those of the catalogue were, or not at all.
    @Test func captionsAreThoseOfTheCataloguesModel() throws {
        try withTemporaryFolder { folder in
            let pipeline = try trained(folder, ["train.method=frozen"] + Self.captions("captions"))
            let item = try #require(try pipeline.dataset().items.first { $0.picture != nil })
            let encoder = try pipeline.itemEncoder()
            // The title is not read: any other gives the same states. Without a picture there is no text.
            let states = try ["Blue kettle", "Red shoes"].map {
                try encoder.states(of: NewItem(id: "a", title: $0, picture: item.picture?.path))
            }
            #expect(states[0].modalities == [.text, .image] && states[0] == states[1])
            #expect(try encoder.states(of: NewItem(id: "a", title: "Blue kettle")).isEmpty)
            #expect(encoder.encoders[.text]?.contains("+captions+") == true)
            let manifest = folder.appending(path: "captions.json")
            let asked = try String(contentsOf: manifest, encoding: .utf8)
            let other = asked.replacing("Describe the picture in one sentence.", with: "What is it?")
            try #require(other != asked)
            try Data(other.utf8).write(to: manifest)
            let error = #expect(throws: UserError.self) { _ = try pipeline.itemEncoder() }
            #expect(error?.place == "encode.captions" && error?.problem.contains("another prompt") == true)
            try FileManager.default.removeItem(at: manifest)
            let missing = #expect(throws: UserError.self) { _ = try pipeline.itemEncoder() }
            #expect(missing?.place == "encode.captions" && missing?.problem.contains(manifest.path) == true)
        }
    }

    /// An item without a picture, one whose picture is none, and one with nothing at all.
    @Test func whatAnItemLacks() throws {
        try withTemporaryFolder { folder in
            let pipeline = try trained(folder, ["recipe=modern"])
            let (model, encoder) = (try pipeline.served(), try pipeline.itemEncoder())
            let title = NewItem(id: "words", title: "Blue kettle")
            let states = try encoder.states(of: title)
            #expect(states.modalities == [.text])
            try model.apply(model.changes(putting: [.init(title, states: states, encoders: encoder.encoders)]))
            #expect(try model.similar(to: "words").items.count == 10)
            let damaged = folder.appending(path: "damaged.png")
            try Data("no picture".utf8).write(to: damaged)
            for path in [damaged.path, folder.appending(path: "none.png").path] {
                #expect(throws: UserError.self) { try encoder.states(of: NewItem(id: "a", title: "b", picture: path)) }
            }
            let nothing = NewItem(id: "a", title: "  ")
            #expect(try encoder.states(of: nothing).isEmpty)
            #expect(
                reason { _ = try model.changes(putting: [.init(nothing, states: [:], encoders: encoder.encoders)]) }
                    == .unusableItem)
        }
    }

    /// A run of other settings and the same stores takes its place with the items that were added.
    @Test func anotherRunTakesItsPlace() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let items = try trained(folder, ["recipe=modern"]).dataset().items
        let file = folder.appending(path: "config.yaml")
        let other = try Configuration(file, overrides: ["train.run=other", "train.method=closed-form"])
        try Pipeline(other, file: file).runAll()

        let run = try await ServedRun(folder.appending(path: "run"))
        let picture = try #require(items[8].picture)
        try await run.add("late", title: items[8].title, picture: picture)
        try await run.remove(items[2].id)
        // Its states are kept: nothing is encoded anew.
        try FileManager.default.removeItem(at: picture)
        let before = try await run.service.answer(to: Question([items[5].id, "late"]))
        try await run.swap(to: folder.appending(path: "other"))
        let after = try await run.service.answer(to: Question([items[5].id, "late", items[2].id]))
        #expect(before.model.hasPrefix("run@") && before.revision == 2 && before.ignored.isEmpty)
        #expect(after.model.hasPrefix("other") && after.revision == 3 && after.ignored == [items[2].id])
        #expect(try await run.service.ask { try $0.similar(to: "late", by: "image", top: 1).items[0].item } == items[8].id)
        await #expect(throws: UserError.self) { try await run.recommend([["late", items[2].id]]) }
        await #expect(throws: UserError.self) { try await run.recommend([[]]) }
        #expect(try await run.recommend([["late"]] + items.prefix(2).map { [$0.id] }, top: 4).map(\.count) == [4, 4, 4])
    }

    @Test(arguments: ["id", "neighbours", "popularity"]) func othersNeedTraining(_ method: String) throws {
        try withTemporaryFolder { folder in
            let pipeline = try trained(folder, ["train.method=\(method)"])
            let model = try pipeline.served()
            #expect(reason { _ = try model.later() } == .needsTraining)
            let items = try pipeline.dataset().items
            var question = Question([items[1].id, items[4].id])
            question.reasons = true
            let reasons = try #require(try model.answer(to: question).items.first?.reasons)
            #expect(reasons.parts.map(\.part) == [method == "id" ? "network" : method])
        }
    }
}
