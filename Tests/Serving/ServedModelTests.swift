import Metrics
import Datasets
import Ranking
import Files
import Foundation
import Modeling
import TestModels
import TestSupport
import Testing
import Torch
import Training

@testable import Serving

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

    /// A catalogue that no machine has the memory for is an error with a remedy, not a trap.
    @Test func memoryThatRunsOutIsAnError() throws {
        try withTemporaryFolder { folder in
            let world = try SmallWorld(folder)
            let vectors = Tensor.zeros([1, 16]).expanded([1 << 44, 16])
            let model = ServedModel(try world.recommender(), itemVectors: vectors, dataset: world.dataset)
            let error = #expect(throws: UserError.self) { try model.recommend([["i3", "i5"], ["i1"]], top: 7) }
            #expect(error?.problem.contains("LibTorch") == true && error?.remedy?.contains("memory") == true)
        }
    }

    /// On an accelerator, for which the processor stands in, a model trains to the same losses and recommends the same items.
    @Test(arguments: [Method.iisan, .iisanVersa, .frozen, .id, .idAndModality])
    func anAcceleratorGivesTheSame(_ method: Method) throws {
        try withTemporaryFolder { folder in
            let world = try SmallWorld(folder)
            func answers(on device: Device) throws -> (losses: [Double], ranks: [Int], items: [[Int]]) {
                let recommender = try world.recommender(on: device) {
                    $0.method = method
                    // Whose numbers are drawn otherwise there.
                    $0.userEncoder.dropout = 0
                }
                var options = TrainingOptions()
                (options.epochs, options.batchSize, options.rate) = (2, 8, 1e-3)
                let evaluator = Evaluator(world.split)
                let run = RunDirectory(folder.appending(path: "\(device)"))
                let sampler = BatchSampler(world.split, batchSize: 8, seed: 1)
                let trainer = try Trainer(recommender, sampler, options, run) { _ in .init([.hitRate(10): Estimate(0)]) }
                try trainer.train()
                #expect(recommender.parameters.all.values.allSatisfy { $0.device == device })
                let ranks = try evaluator.ranks(recommender, .test).map(\.rank)
                _ = try evaluator.shares(evaluator.score(recommender), of: recommender, .test)
                let served = try ServedModel(recommender, dataset: world.dataset, split: world.split)
                let lists = try served.recommend([[3, 5, 7], [1]] as [[Int32]], top: 5)
                return (try run.readEvents().map(\.loss), ranks, lists.map { $0.map(\.item) })
            }
            let (here, there) = (try answers(on: .cpu), try answers(on: .standIn))
            #expect(here.losses.count == 2)
            for (here, there) in zip(here.losses, there.losses) { #expect(abs(here - there) < 1e-5 * here) }
            #expect(zip(here.ranks, there.ranks).count { abs($0 - $1) <= 1 } == here.ranks.count)
            #expect(here.items.map(Set.init) == there.items.map(Set.init))
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
