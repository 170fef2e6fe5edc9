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

/// Items that come after training: their vectors, their places in answers and histories, and what is refused.
@Suite(.oneAtATime) struct LaterItemTests {
    /// An item with the states of another has its vector, but for what was counted of it.
    @Test(arguments: [Method.iisan, .iisanVersa, .frozen]) func theSameStatesGiveTheSameVector(_ method: Method) throws {
        try withTemporaryFolder { folder in
            let world = try ServedWorld(folder, method: method)
            let model = world.model()
            let items = [3, 7, 44].map { world.encoded($0, as: "new \($0)", without: $0 == 7 ? .image : nil, tags: ["late"]) }
            #expect(try model.apply(model.changes(putting: items)) == 1)
            let snapshot = try model.snapshot()
            let columns = world.score.columns
            for item in [3, 7, 44] {
                let (old, new) = (snapshot.search.row(item), snapshot.search.row(snapshot.row(of: "new \(item)")!))
                for (part, columns) in zip(world.score.dense, columns) {
                    if part.part == .popularity {
                        #expect(new[columns.lowerBound] == 0 && old[columns.lowerBound] > 0)
                    } else if part.part == .newness {
                        #expect(new[columns.lowerBound] == 1 && old[columns.lowerBound] == 0)
                    } else {
                        #expect(zip(old[columns], new[columns]).allSatisfy { abs($0 - $1) < 1e-4 }, "\(part.part) of \(item)")
                    }
                }
            }
            // It is recommended, alike, said to be new, and stands in histories.
            #expect(try model.similar(to: "i44", top: 1).items[0].item == "new 44")
            var question = Question(["i1", "i2"])
            (question.where, question.reasons) = ([["late"]], true)
            let answer = try model.answer(to: question)
            #expect(answer.revision == 1 && Set(answer.items.map(\.item)) == ["new 3", "new 7", "new 44"])
            for item in answer.items {
                #expect(item.title == "A later one" && item.unknownParts == ["neighbours", "popularity"])
                let reasons = try #require(item.reasons)
                let whole = reasons.mean + reasons.parts.reduce(0) { $0 + $1.adds }
                #expect(abs(whole - Double(item.score)) < 1e-5)
                // Towers' parts came along with the vector.
                let old = try model.place(of: "i\(item.item.dropFirst(4))", for: question).item.reasons!
                for part in ["text", "image"] where part != "neighbours" {
                    let (one, other) = (reasons.parts.first { $0.part == part }, old.parts.first { $0.part == part })
                    #expect(abs((one?.adds ?? 1) - (other?.adds ?? 2)) < 1e-4)
                }
            }
            // In a history it is as the other, but for the neighbours that nobody has counted.
            let dense = ServedModel(
                Score(
                    world.score.dense, itemCount: 120, itemVectors: world.score.itemVectors, weights: world.score.weights),
                positions: 10, dataset: world.world.dataset)
            let old = try dense.answer(to: Question(["i1", "i44"])).items
            dense.replace(with: try dense.snapshot().applying(model.changes(putting: items)))
            var later = Question(["i1", "new 44"])
            later.exclude = ["i44", "new 3", "new 7"]
            let new = try dense.answer(to: later).items
            #expect(old.map(\.item) == new.map(\.item))
            for (old, new) in zip(old, new) { #expect(abs(old.score - new.score) < 1e-3) }
        }
    }

    /// What a log has of an item that this run reads nothing of is no reason to fail: it is in no answer, and can be removed.
    @Test func whatARunCannotReadIsInNoAnswer() throws {
        try withTemporaryFolder { folder in
            let world = try ServedWorld(folder)
            let model = world.model()
            func unread(_ id: String) -> EncodedItem {
                EncodedItem(NewItem(id: id, title: "Without a picture"), states: [:], encoders: ServedWorld.encoders)
            }
            try model.follow([.put(unread("late")), .put(world.encoded(3, as: "other")), .put(unread("i3"))])
            let snapshot = try model.snapshot()
            #expect(snapshot.row(of: "late") == nil && snapshot.row(of: "i3") == nil && snapshot.row(of: "other") != nil)
            try model.follow([.hide(id: "late", true), .remove(id: "late"), .put(world.encoded(9, as: "late"))])
            #expect(try model.snapshot().row(of: "late") != nil)
            // Whoever puts such an item in is told.
            #expect(reason { _ = try model.changes(putting: [unread("new")]) } == .unusableItem)
        }
    }

    /// Changing, hiding and removing, each seen by the next answer.
    @Test func itemsChangeAndGo() throws {
        try withTemporaryFolder { folder in
            let world = try ServedWorld(folder)
            let model = world.model()
            func list(_ history: [String] = ["i1"]) throws -> [String] {
                var question = Question(history)
                question.top = 500
                return try model.answer(to: question).items.map(\.item)
            }
            try model.apply(model.changes(putting: [world.encoded(3, as: "a")]))
            #expect(try list().count == 120 && list().contains("a"))
            // Another title and picture, of a new item and of one that was trained on.
            try model.apply(model.changes(putting: [world.encoded(9, as: "a"), world.encoded(9, as: "i3")]))
            #expect(try Set(model.similar(to: "i9", top: 2).items.map(\.item)) == ["a", "i3"])
            let popularity = world.score.columns[3].lowerBound
            let snapshot = try model.snapshot()
            #expect(snapshot.search.row(3)[popularity] == world.score.dense[3].items.floats()[3])
            #expect(snapshot[3].title == "A later one" && !snapshot.isLater(3))
            try model.apply([.hide(id: "a", true)])
            #expect(try list().count == 119 && list(["a"]).count == 120)
            try model.apply([.hide(id: "a", false), .remove(id: "i3")])
            #expect(try list().contains("a") && !list().contains("i3"))
            #expect(try model.answer(to: Question(["i3", "a"])).ignored == ["i3"])
            // Its id is free again, and what comes has no history of interactions.
            try model.apply(model.changes(putting: [world.encoded(5, as: "i3")]))
            #expect(try model.snapshot().isLater(model.snapshot().row(of: "i3")!) && model.snapshot().revision == 5)
            #expect(reason { try model.apply([.remove(id: "nobody")]) } == .unknownItem)
            #expect(try model.snapshot().revision == 5)
        }
    }

    @Test func whatCannotBeKnownIsRefused() throws {
        try withTemporaryFolder { folder in
            let world = try ServedWorld(folder)
            let item = world.encoded(3, as: "a")
            func refused(_ model: ServedModel, _ item: EncodedItem) -> Refusal.Reason? {
                reason { try model.changes(putting: [item]) }
            }
            #expect(refused(world.model(laterItems: .needTraining(method: "id")), item) == .needsTraining)
            #expect(refused(world.model(laterItems: .unknown), item) == .noEncoder)
            let withoutLater = ItemSide(catalogue: world.recommender.itemTower)
            #expect(refused(world.model(laterItems: .from(unknown: []) { withoutLater }), item) == .noEncoder)
            var other = item
            other.encoders[.text] = "another"
            #expect(refused(world.model(), other) == .noEncoder)
            other = item
            other.states[.text] = [1]
            #expect(refused(world.model(), other) == .noEncoder)
            other = item
            other.states = [:]
            #expect(refused(world.model(), other) == .unusableItem)
            #expect(refused(world.model(), world.encoded(3, as: "")) == .unusableItem)
        }
    }

    /// The trained vector of id+modality counts as zero.
    @Test func anItemWithoutAVectorOfItsOwn() throws {
        try withTemporaryFolder { folder in
            let world = try ServedWorld(folder, method: .idAndModality, parts: [.network])
            let model = world.model(laterItems: .from(unknown: ["id"]) { world.side })
            try model.apply(model.changes(putting: [world.encoded(3, as: "a")]))
            let snapshot = try model.snapshot()
            let parts = try world.recommender.itemTower.parts(of: .range(3..<4))
            let id = parts.first { $0.name == "id" }!.vectors.floats()
            let (old, new) = (snapshot.search.row(3), snapshot.search.row(snapshot.row(of: "a")!))
            #expect(zip(zip(old, id), new).allSatisfy { abs($0.0 - $0.1 - $1) < 1e-4 } && id.contains { abs($0) > 1e-3 })
            #expect(try model.place(of: "a", for: Question(["i1"])).item.unknownParts == ["id"])
        }
    }
}
