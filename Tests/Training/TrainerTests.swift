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

    /// Stopped again and again, after one, two or three steps and each time with new objects, it comes to the same numbers.
    @Test func stoppedAnywhereItGoesOnToTheSameNumbers() throws {
        try withTemporaryFolder { folder in
            let world = try SmallWorld(folder)
            let (whole, wholeTrainer) = try trainer(world, folder.appending(path: "whole"), options())
            try wholeTrainer.train()
            let wholeEvents = try RunDirectory(folder.appending(path: "whole")).readEvents()
            let stopped = folder.appending(path: "stopped")
            var isFinished = false
            var last: Recommender?
            var rounds = 0
            while !isFinished {
                let (recommender, trainer) = try trainer(world, stopped, options())
                var steps = 0
                let stop = StopToken()
                func count(_: Files.Progress) {
                    steps += 1
                    if steps > rounds % 3 { stop.request() }
                }
                do {
                    try trainer.train(onProgress: count, stop: stop)
                    isFinished = true
                } catch is CancellationError {}
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
                Validation(hitRate: 0.5, ndcg: 0)
            }
            try trainer.train()
            // The first is best; then 3 are more than 2.
            #expect(trainer.progress.epoch == 4)
        }
    }

    @Test func measuringCountsItsStepsAndCanBeStopped() throws {
        try withTemporaryFolder { folder in
            let world = try SmallWorld(folder)
            let run = folder.appending(path: "run")
            #expect(try trainer(world, run, options()).1.measure(steps: 3).count == 3)
            var done = 0
            let stop = StopToken()
            func count(_: Files.Progress) {
                done += 1
                if done == 2 { stop.request() }
            }
            let trainer = try trainer(world, run, options()).1
            #expect(throws: CancellationError.self) { try trainer.measure(steps: 3, onProgress: count, stop: stop) }
            #expect(done == 2)
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
            try trainer(world, run, options(epochs: 1)).1.train()
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
            try trainer(world, folder.appending(path: "f"), options).1.train()
            options.precision = .bfloat16
            try trainer(world, folder.appending(path: "b"), options).1.train()
            let single = try RunDirectory(folder.appending(path: "f")).readEvents()
            let half = try RunDirectory(folder.appending(path: "b")).readEvents()
            for (a, b) in zip(single, half) {
                #expect(a.loss != b.loss)
                #expect(abs(a.loss - b.loss) < 0.02 * a.loss)
            }
        }
    }
}
