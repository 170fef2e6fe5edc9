import Datasets
import Evaluation
import Files
import Foundation
import Metrics
import Modeling
import TestModels
import TestSupport
import Testing
import Torch
import Training

@Suite(.oneAtATime) struct TrainerTests {
    private func options(epochs: Int = 4) -> TrainingOptions {
        var options = TrainingOptions()
        options.epochs = epochs
        options.batchSize = 8
        options.rate = 1e-3
        return options
    }

    private func trainer(
        _ world: SmallWorld, _ run: URL, _ options: TrainingOptions, validate: ((Recommender) throws -> Validation)? = nil
    ) throws -> (Recommender, Trainer) {
        let recommender = try world.recommender()
        let sampler = BatchSampler(world.split, batchSize: options.batchSize, seed: options.seed)
        let evaluator = Evaluator(world.split)
        let trainer = try Trainer(recommender, sampler, options, RunDirectory(run)) { recommender in
            if let validate { return try validate(recommender) }
            let summary = RankingSummary(of: try evaluator.ranks(recommender, .validation), cutoffs: [10], resamples: 0)
            return Validation(hitRate: summary.cutoffs[0].hitRate.value, ndcg: summary.cutoffs[0].ndcg.value)
        }
        return (recommender, trainer)
    }

    private func values(_ recommender: Recommender) -> [String: [Float]] {
        Dictionary(uniqueKeysWithValues: recommender.parameters.all.map { ($0.key, $0.value.floats()) })
    }

    /// Of one user alone nothing is learnt, so such a step is refused before anything is written.
    @Test func aStepOfOneUserIsRefused() throws {
        try withTemporaryFolder { folder in
            let world = try SmallWorld(folder)
            var options = options()
            options.batchSize = 1
            let error = #expect(throws: UserError.self) { try options.check() }
            #expect(error?.place == "batch_size" && error?.remedy?.contains("one user") == true)
            #expect(throws: UserError.self) { try trainer(world, folder.appending(path: "run"), options) }
            #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "run").path))
            options.batchSize = 2
            #expect(throws: Never.self) { try options.check() }
            let single = try SmallWorld(folder.appending(path: "single"), users: 1)
            #expect(throws: UserError.self) { try trainer(single, folder.appending(path: "run"), options) }
        }
    }

    /// What auto stands for is one of the two, and never bfloat16 where there is nothing to multiply it with.
    @Test func autoIsOneOfTheTwo() {
        for device in [Device.cpu, .standIn] {
            let precision = TrainingOptions.Precision.auto.resolved(on: device)
            #expect(precision != .auto)
            if BFloat16Products.ofThisMachine == .none || device == .standIn { #expect(precision == .float32) }
        }
        #expect(TrainingOptions.Precision.bfloat16.resolved(on: .cpu) == .bfloat16)
    }

    /// Stopped again and again, after one, two or three steps and each time with new objects, it comes to the same numbers.
    @Test func stoppedAnywhereItGoesOnToTheSameNumbers() throws {
        try withTemporaryFolder { folder in
            let world = try SmallWorld(folder)
            let (whole, wholeTrainer) = try trainer(world, folder.appending(path: "whole"), options())
            #expect(try wholeTrainer.train() == .finished)
            let wholeEvents = try RunDirectory(folder.appending(path: "whole")).readEvents()
            let stopped = folder.appending(path: "stopped")
            var outcome = Trainer.Outcome.stopped
            var last: Recommender?
            var rounds = 0
            while outcome == .stopped {
                let (recommender, trainer) = try trainer(world, stopped, options())
                var steps = 0
                outcome = try trainer.train(isCancelled: {
                    steps += 1
                    return steps > 1 + rounds % 3
                })
                last = recommender
                rounds += 1
                try #require(rounds < 100)
            }
            #expect(rounds > 5)
            #expect(values(try #require(last)) == values(whole))
            let events = try RunDirectory(stopped).readEvents()
            #expect(events.map(\.loss) == wholeEvents.map(\.loss))
            #expect(events.map(\.validation) == wholeEvents.map(\.validation))
            #expect(wholeEvents.count == 4)
            #expect(wholeEvents[3].loss < wholeEvents[0].loss)
        }
    }

    @Test func theBestEpochIsKept() throws {
        try withTemporaryFolder { folder in
            let world = try SmallWorld(folder)
            let run = folder.appending(path: "run")
            var epoch = 0
            var kept: [[String: [Float]]] = []
            let (_, trainer) = try trainer(world, run, options(epochs: 5)) { recommender in
                epoch += 1
                kept.append(values(recommender))
                return Validation(hitRate: [0.1, 0.4, 0.4, 0.2, 0.3][epoch - 1], ndcg: 0)
            }
            #expect(try trainer.train() == .finished)
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
                Validation(hitRate: 0.5, ndcg: 0)
            }
            #expect(try trainer.train() == .finished)
            // The first is best; then 3 are more than 2.
            #expect(trainer.progress.epoch == 4)
        }
    }

    @Test func measuringCountsItsStepsAndCanBeStopped() throws {
        try withTemporaryFolder { folder in
            let world = try SmallWorld(folder)
            let run = folder.appending(path: "run")
            #expect(try trainer(world, run, options()).1.measure(steps: 3)?.count == 3)
            var asked = 0
            let stopped = try trainer(world, run, options()).1.measure(
                steps: 3,
                isCancelled: {
                    asked += 1
                    return asked > 2
                })
            #expect(stopped == nil && asked == 3)
            #expect(!FileManager.default.fileExists(atPath: run.path))
        }
    }

    @Test func aLossThatIsNoNumberIsAnError() throws {
        try withTemporaryFolder { folder in
            let world = try SmallWorld(folder)
            let (recommender, trainer) = try trainer(world, folder.appending(path: "run"), options())
            withoutGradients { recommender.parameters.all["item_tower.fusion.bias"]!.multiply(.nan) }
            let error = #expect(throws: UserError.self) { try trainer.train() }
            #expect(error?.problem.contains("not a number") == true)
        }
    }

    @Test func damagedCheckpointsAreErrors() throws {
        try withTemporaryFolder { folder in
            let world = try SmallWorld(folder)
            let run = folder.appending(path: "run")
            #expect(try trainer(world, run, options(epochs: 1)).1.train() == .finished)
            let state = run.appending(path: "checkpoints/last/state.json")
            let known = try String(contentsOf: state, encoding: .utf8)
            try AtomicFile.write(known.replacing("\"formatVersion\" : 1", with: "\"formatVersion\" : 2"), to: state)
            let error = #expect(throws: UserError.self) { try RunDirectory(run).last.state() }
            #expect(error?.problem.contains("version 2") == true)
            try AtomicFile.write(known, to: state)
            for name in ["model.safetensors", "optimiser.safetensors", "random.safetensors", "state.json"] {
                let file = run.appending(path: "checkpoints/last/\(name)")
                let whole = try Data(contentsOf: file)
                try whole.prefix(whole.count / 2).write(to: file)
                #expect(throws: UserError.self, "\(name)") { try trainer(world, run, options(epochs: 2)) }
                try whole.write(to: file)
            }
        }
    }

    @Test(arguments: ["epochs", "batch", "rate", "side", "decay", "patience"]) func impossibleSettingsAreErrors(_ which: String)
    {
        var options = TrainingOptions()
        switch which {
        case "epochs": options.epochs = 0
        case "batch": options.batchSize = 0
        case "rate": options.rate = .nan
        case "side": options.sideBlockRate = -1
        case "decay": options.weightDecay = .infinity
        default: options.patience = -1
        }
        #expect(throws: UserError.self) { try options.check() }
    }

    @Test func bfloat16FollowsFloat32() throws {
        try withTemporaryFolder { folder in
            let world = try SmallWorld(folder)
            var options = options(epochs: 2)
            #expect(try trainer(world, folder.appending(path: "f"), options).1.train() == .finished)
            options.precision = .bfloat16
            #expect(try trainer(world, folder.appending(path: "b"), options).1.train() == .finished)
            let single = try RunDirectory(folder.appending(path: "f")).readEvents()
            let half = try RunDirectory(folder.appending(path: "b")).readEvents()
            for (a, b) in zip(single, half) {
                #expect(a.loss != b.loss)
                #expect(abs(a.loss - b.loss) < 0.02 * a.loss)
            }
        }
    }
}
