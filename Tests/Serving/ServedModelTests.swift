import Datasets
import Files
import Foundation
import Serving
import TestModels
import TestSupport
import Testing

@Suite(.oneAtATime) struct ServedModelTests {
    private func served(_ folder: URL) throws -> (SmallWorld, ServedModel) {
        let world = try SmallWorld(folder)
        return (world, try ServedModel(world.recommender(), dataset: world.dataset, split: world.split))
    }

    @Test func listsAreOrderedAndLeaveOutTheHistory() throws {
        try withTemporaryFolder { folder in
            let (world, model) = try served(folder)
            let lists = try model.recommend([["i3", "i5"], ["i1"]], top: 7)
            #expect(lists.map(\.count) == [7, 7])
            for list in lists {
                #expect(list.map(\.rank) == Array(1...7))
                #expect(list.map(\.score) == list.map(\.score).sorted(by: >))
                #expect(Set(list.map(\.item)).count == 7)
            }
            #expect(!lists[0].contains { ["i3", "i5"].contains($0.item) })
            #expect(lists[0][0].title == "Item \(lists[0][0].item.dropFirst())")
            let all = try model.recommend([["i3"]], top: 1000)[0]
            #expect(all.count == world.dataset.items.count - 1)
            #expect(try model.recommend([["i3"]], top: 1000, keepingSeen: true)[0].count == world.dataset.items.count)
        }
    }

    @Test func aListDoesNotDependOnTheOthersAskedFor() throws {
        try withTemporaryFolder { folder in
            let (_, model) = try served(folder)
            let history = ["i2", "i9", "i4"]
            let alone = try model.recommend([history], top: 5)[0]
            let among = try model.recommend([["i1"], history, Array(repeating: "i7", count: 30)], top: 5)[1]
            #expect(alone.map(\.item) == among.map(\.item))
            // The order of a history matters, and only its newest part.
            let long = try model.recommend([Array(repeating: "i1", count: 5) + Array(repeating: "i2", count: 10)], top: 5)[0]
            let short = try model.recommend([["i1"] + Array(repeating: "i2", count: 10)], top: 5)[0]
            #expect(long.map(\.score) == short.map(\.score))
        }
    }

    @Test func wrongQuestionsAreErrors() throws {
        try withTemporaryFolder { folder in
            let (_, model) = try served(folder)
            let unknown = #expect(throws: UserError.self) { try model.recommend([["i333"]]) }
            #expect(unknown?.problem.contains("i333") == true)
            #expect(throws: UserError.self) { try model.recommend([[] as [String]]) }
            #expect(throws: UserError.self) { try model.recommend([["i3"]], top: 0) }
        }
    }
}
