import Files
import Datasets
import Foundation
import Metrics
import Modeling
import TestModels
import TestSupport
import Testing
import Torch

@testable import Serving

/// Questions of every kind against the scores of all items.
@Suite(.oneAtATime) struct QuestionTests {
    private func withWorld(_ body: (ServedWorld) throws -> Void) throws {
        try withTemporaryFolder { try body(ServedWorld($0)) }
    }

    private func question(_ history: [String], _ change: (inout Question) -> Void = { _ in }) -> Question {
        var question = Question(history)
        change(&question)
        return question
    }

    /// The items that the dense form would list, without some.
    private func best(_ world: ServedWorld, _ history: [Int32], _ top: Int, without: Set<Int>) -> [(item: String, score: Float)]
    {
        let scores = world.dense(history)
        return scores.indices.filter { !without.contains($0) }.sorted { (scores[$0], $1) > (scores[$1], $0) }.prefix(top)
            .map { ("i\($0)", scores[$0]) }
    }

    @Test func eachQuestionHasItsOwnAnswer() throws {
        try withWorld { world in
            let model = world.model(name: "runs/first")
            let answers = model.answers(to: [
                question(["i3", "gone", "i5", "i3"]), question(["nobody", "i5x"]), question([]) { $0.top = 3 },
                question(["i9"]) { ($0.top, $0.keepSeen, $0.exclude) = (120, true, ["i1", "i2", "nobody"]) },
                question(["i9"]) { $0.top = 0 }, question(["i9"]) { $0.diversity = .nan },
            ])
            let first = try answers[0].get()
            #expect(first.model == "runs/first" && first.revision == 0 && first.ignored == ["gone"] && !first.isPopularity)
            let expected = best(world, [3, 5, 3], 10, without: [3, 5])
            #expect(first.items.map(\.item) == expected.map(\.item) && first.items.map(\.rank) == Array(1...10))
            #expect(zip(first.items, expected).allSatisfy { abs($0.score - $1.score) < 1e-4 })
            #expect(first.items.allSatisfy { $0.reasons == nil && $0.unknownParts == nil })

            #expect(reason { try answers[1].get() } == .unknownItem)
            let popular = try answers[2].get()
            let shares = world.world.split.popularity
            #expect(
                popular.isPopularity
                    && popular.items.map(\.item)
                        == shares.indices.sorted { (shares[$0], $1) > (shares[$1], $0) }
                        .prefix(3).map { "i\($0)" }
            )
            let all = try answers[3].get()
            #expect(all.items.count == 118 && all.items.contains { $0.item == "i9" })
            #expect(all.items.map(\.item) == best(world, [9], 120, without: [1, 2]).map(\.item))
            #expect(reason { try answers[4].get() } == .invalidQuestion && reason { try answers[5].get() } == .invalidQuestion)
            // One at a time they are the same.
            for (history, answer) in [(["i3", "gone", "i5", "i3"], answers[0])] {
                #expect(try model.answer(to: question(history)).items.map(\.item) == answer.get().items.map(\.item))
            }
        }
    }

    /// An empty history without anything known of popularity is refused; the others are not.
    @Test func popularityHasToBeKnown() throws {
        try withWorld { world in
            let model = ServedModel(world.score, positions: 10, dataset: world.world.dataset)
            let answers = model.answers(to: [question([]), question(["i1"])])
            #expect(reason { try answers[0].get() } == .invalidQuestion)
            let answer = try answers[1].get()
            #expect(answer.items.count == 10)
        }
    }

    @Test func tagsChooseAmongItems() throws {
        try withWorld { world in
            let model = world.model()
            try model.apply([
                .tag(id: "i4", ["red"]), .tag(id: "i8", ["red", "tall"]), .tag(id: "i9", ["tall"]), .hide(id: "i50", true),
            ])
            let answers = model.answers(to: [
                question(["i1"]) { $0.where = [["red"]] }, question(["i1"]) { $0.where = [["red"], ["tall"]] },
                question(["i1"]) { $0.where = [["red", "tall"]] }, question(["i1"]) { $0.top = 500 },
                question([]) { $0.where = [["tall"]] }, question(["i1"]) { $0.where = [["none"]] },
            ]).map { try? $0.get().items.map(\.item) }
            #expect(
                Set(answers[0] ?? []) == ["i4", "i8"] && answers[1] == ["i8"] && Set(answers[2] ?? []) == ["i4", "i8", "i9"])
            #expect(answers[3]?.count == 118 && answers[3]?.contains("i50") == false)
            #expect(Set(answers[4] ?? []) == ["i8", "i9"] && answers[5] == [])
            #expect(try model.answer(to: question(["i1"])).revision == 1)
        }
    }

    /// Maximal marginal relevance, done plainly.
    @Test(arguments: [0.3, 0.7, 1]) func diverseListsAreThoseOfThePlainForm(_ diversity: Double) throws {
        try withWorld { world in
            let model = world.model()
            let plain = try model.answer(to: question(["i3", "i5"]) { $0.top = 200 }).items
            let found = try model.answer(to: question(["i3", "i5"]) { ($0.top, $0.diversity) = (12, diversity) }).items
            let vectors = try world.recommender.itemTower.vectors(of: .range(0..<120), training: false)
            let centred = withoutGradients { (vectors - vectors.mean(along: 0, keeping: true)).unitRows().floats() }
            func cosine(_ one: String, _ other: String) -> Double {
                let (a, b) = (Int(one.dropFirst())! * 16, Int(other.dropFirst())! * 16)
                return (0..<16).reduce(0) { $0 + Double(centred[a + $1]) * Double(centred[b + $1]) }
            }
            let (most, least) = (Double(plain.first!.score), Double(plain.last!.score))
            var chosen: [String] = []
            while chosen.count < 12 {
                let next = plain.filter { !chosen.contains($0.item) }.map { item in
                    let like = chosen.map { cosine($0, item.item) }.max()
                    let score = (1 - diversity) * (Double(item.score) - least) / (most - least)
                    return (item.item, score - (like.map { diversity * $0 } ?? 0))
                }
                chosen.append(next.reduce(next[0]) { $1.1 > $0.1 + 1e-9 ? $1 : $0 }.0)
            }
            #expect(found.map(\.item) == chosen && found.map(\.rank) == Array(1...12))
            #expect(found.allSatisfy { item in plain.contains { $0.item == item.item && $0.score == item.score } })
        }
        try withTemporaryFolder { folder in
            let world = try ServedWorld(folder, parts: [.popularity, .neighbours])
            #expect(reason { try world.model().answer(to: question(["i3"]) { $0.diversity = diversity }) } == .failed)
        }
    }

    /// The place of every item is the one in the list of all.
    @Test func anyItemHasAPlace() throws {
        try withWorld { world in
            let model = world.model()
            try model.apply([.hide(id: "i50", true), .tag(id: "i4", ["red"]), .remove(id: "i60")])
            let list = try model.answer(to: question(["i3", "x"]) { $0.top = 200 })
            for item in list.items {
                let place = try model.place(of: item.item, for: question(["i3", "x"]))
                #expect(place.item == item && place.among == list.items.count && place.ignored == ["x"] && place.revision == 1)
            }
            // Hidden, seen and excluded ones among the others and themselves.
            let scores = world.dense([3])
            for item in [50, 3, 9] {
                let place = try model.place(of: "i\(item)", for: question(["i3"]) { $0.exclude = ["i9"] })
                let better = Set(0..<120).subtracting([3, 9, 50, 60, item]).count { scores[$0] > scores[item] }
                #expect(place.item.rank == better + 1 && place.among == (item == 9 ? 117 : 117))
            }
            #expect(try model.place(of: "i9", for: question(["i3"]) { $0.where = [["red"]] }).among == 2)
            #expect(reason { try model.place(of: "i60", for: question(["i3"])) } == .unknownItem)
            #expect(reason { try model.place(of: "i1", for: question([])) } == .invalidQuestion)
        }
    }

    /// The ranks of one item for some histories are its places.
    @Test func ranksAreThePlaces() throws {
        try withWorld { world in
            let model = world.model()
            try model.apply([.hide(id: "i50", true), .remove(id: "i60")])
            let histories = [["i3", "x"], ["i7", "i9"], [], ["y"], ["i50", "i1"]]
            for id in ["i0", "i17", "i50", "i119"] {
                let places = try histories.map { history in
                    history.contains { $0 != "x" && $0 != "y" } && !history.contains(id)
                        ? try model.place(of: id, for: question(history)).item.rank : nil
                }
                #expect(try model.ranks(of: id, for: histories, most: 120) == places)
                let nearest = try model.ranks(of: id, for: histories, most: 40)
                #expect(nearest == places.map { $0.flatMap { $0 <= 40 ? $0 : nil } })
            }
            #expect(try model.ranks(of: "i1", for: [], most: 5).isEmpty)
            #expect(reason { try model.ranks(of: "i60", for: histories, most: 5) } == .unknownItem)
        }
    }

    /// Cosines of whole vectors, of a tower's part, and of content.
    @Test func similarItemsAreThoseOfTheCosines() throws {
        try withWorld { world in
            let model = world.model()
            #expect(
                try model.comparedParts() == ["text", "image", "inter"] + (world.score.neighbours == nil ? [] : ["neighbours"]))
            func check(_ rows: Tensor, _ part: String?) throws {
                let unit = withoutGradients { rows.unitRows() }
                let cosines = withoutGradients { unit.matmul(unit.narrowed(0, 5..<6).transposed(0, 1)).floats() }
                let found = try model.similar(to: "i5", by: part, top: 8).items
                let best = cosines.indices.filter { $0 != 5 }.sorted { (cosines[$0], $1) > (cosines[$1], $0) }.prefix(8)
                #expect(found.map(\.item) == best.map { "i\($0)" })
                #expect(zip(found, best).allSatisfy { abs($0.score - cosines[$1]) < 1e-5 })
            }
            let network = world.score.dense[0].items
            try check(network, nil)
            try check(world.score.dense[1].items, "text")
            try check(world.score.dense[2].items, "image")
            let parts = try world.recommender.itemTower.parts(of: .range(0..<120))
            try check(parts.first { $0.name == "inter" }!.vectors, "inter")
            #expect(reason { try model.similar(to: "i5", by: "imag") } == .invalidQuestion)
            #expect(reason { try model.similar(to: "x") } == .unknownItem)
            #expect(try model.similar(to: "i5", top: 500).items.count == 119)
        }
        // Without content a modality is its tower.
        try withTemporaryFolder { folder in
            let world = try ServedWorld(folder, parts: [.network])
            let parts = try world.recommender.itemTower.parts(of: .range(0..<120))
            let unit = withoutGradients { parts.first { $0.name == "image" }!.vectors.unitRows() }
            let cosines = withoutGradients { unit.matmul(unit.narrowed(0, 5..<6).transposed(0, 1)).floats() }
            let best = cosines.indices.filter { $0 != 5 }.max { (cosines[$0], $1) < (cosines[$1], $0) }!
            #expect(try world.model().similar(to: "i5", by: "image", top: 1).items[0].item == "i\(best)")
        }
    }
}
