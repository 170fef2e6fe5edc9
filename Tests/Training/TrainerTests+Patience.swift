import Datasets
import Ranking
import Files
import Foundation
import Metrics
import Modeling
import TestModels
import TestSupport
import Testing
import Torch

@testable import Training

/// Which epoch is kept as the best, and when training stops.
extension TrainerTests {
    @Test func theBestEpochIsKept() throws {
        try withTemporaryFolder { folder in
            let world = try SmallWorld(folder)
            let run = folder.appending(path: "run")
            var epoch = 0
            var kept: [[String: [Float]]] = []
            let (_, trainer) = try trainer(world, run, options(epochs: 5)) { recommender in
                epoch += 1
                kept.append(values(recommender))
                return Validation([.hitRate(10): Estimate([0.1, 0.4, 0.4, 0.2, 0.3][epoch - 1]), .ndcg(10): Estimate(0)])
            }
            try trainer.train()
            let best = try world.recommender(seed: 8)
            try RunDirectory(run).best.load(into: best)
            #expect(values(best) == kept[1])
            #expect(try RunDirectory(run).best.state().best?.epoch == 2)
            #expect(trainer.progress.isFinished)
        }
    }

    @Test func itStopsAfterMoreEvaluationsWithoutBetterThanPatience() throws {
        try withTemporaryFolder { folder in
            let world = try SmallWorld(folder)
            var options = options(epochs: 50)
            options.patience = 2
            let (_, trainer) = try trainer(world, folder.appending(path: "run"), options) { _ in
                Validation([.hitRate(10): Estimate(0.5), .ndcg(10): Estimate(0)])
            }
            try trainer.train()
            // The first is best; then 3 are more than 2.
            #expect(trainer.progress.epoch == 4)
        }
    }

    /// Patience counts from the end of the warm-up and of the average's first stretch: 9 + 4 steps, of which an epoch has 4.
    @Test func patienceWaitsUntilTrainingHasSettled() throws {
        try withTemporaryFolder { folder in
            let world = try SmallWorld(folder)
            var options = options(epochs: 50)
            (options.patience, options.warmupSteps, options.average) = (2, 9, 0.75)
            #expect(options.settlingSteps == 13 && TrainingOptions().settlingSteps == 0)
            let run = folder.appending(path: "run")
            let (_, trainer) = try trainer(world, run, options) { _ in Validation([.hitRate(10): Estimate(0.5)]) }
            try trainer.train()
            let steps = BatchSampler(world.split, batchSize: options.batchSize, seed: 1).stepCount
            #expect(steps == 4)
            // Three epochs end within 13 steps; the fourth is the first that counts, and three are one too many.
            #expect(try RunDirectory(run).readEvents().count == 6)
        }
    }

    /// Patience counts only once a validation exceeded the floor.
    @Test func patienceWaitsUntilTheFloorIsExceeded() throws {
        try withTemporaryFolder { folder in
            let world = try SmallWorld(folder)
            var options = options(epochs: 50)
            options.patience = 2
            // Six epochs at the floor, one above it, and never again: three more are one too many.
            var epochs = 0
            func validate(_: Recommender) -> Validation {
                epochs += 1
                return Validation([.hitRate(10): Estimate(epochs == 7 ? 0.3 : 0.2)])
            }
            try trainer(world, folder.appending(path: "run"), options, floor: 0.2, validate: validate).1.train()
            #expect(epochs == 10)
            // Without one, the first epoch is best and three more end it.
            epochs = 0
            try trainer(world, folder.appending(path: "other"), options, validate: validate).1.train()
            #expect(epochs == 4)
        }
    }
}
