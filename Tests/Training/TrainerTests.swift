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

@Suite(.oneAtATime) struct TrainerTests {
    func options(epochs: Int = 4) -> TrainingOptions {
        var options = TrainingOptions()
        options.epochs = epochs
        options.batchSize = 8
        options.rate = 1e-3
        return options
    }

    func trainer(
        _ world: SmallWorld, _ run: URL, _ options: TrainingOptions, _ method: Method = .iisan, on device: Device = .cpu,
        floor: Double? = nil,
        validate: ((Recommender) throws -> Validation)? = nil
    ) throws -> (Recommender, Trainer) {
        let recommender = try world.recommender(on: device) { $0.method = method }
        let sampler = BatchSampler(world.split, batchSize: options.batchSize, seed: options.seed)
        let evaluator = Evaluator(world.split)
        let trainer = try Trainer(recommender, sampler, options, RunDirectory(run), floor: floor) { recommender in
            if let validate { return try validate(recommender) }
            let ranks = try evaluator.ranks(recommender, .validation)
            return Validation(RankingSummary(of: ranks, metrics: Metric.papers, resamples: 0).metrics)
        }
        return (recommender, trainer)
    }

    func values(_ recommender: Recommender) -> [String: [Float]] {
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

    /// Settings whose state goes on too.
    enum Setting: String, CaseIterable { case plain, adamw, clipped, cosine, average, everything }

    func options(_ setting: Setting) -> TrainingOptions {
        var options = options()
        func has(_ other: Setting) -> Bool { setting == other || setting == .everything }
        if has(.adamw) { (options.optimizer, options.weightDecay) = (.adamw, 0.05) }
        if has(.clipped) { options.clipNorm = 0.3 }
        if has(.cosine) { (options.schedule, options.warmupSteps) = (.cosine, 5) }
        if has(.average) { options.average = 0.9 }
        return options
    }

    /// Each setting makes another training, so that none is without effect.
    @Test func everySettingHasAnEffect() throws {
        try withTemporaryFolder { folder in
            let world = try SmallWorld(folder)
            let found = try Setting.allCases.map { setting in
                let run = RunDirectory(folder.appending(path: setting.rawValue))
                try trainer(world, run.folder, options(setting)).1.train()
                let recommender = try world.recommender(seed: 8)
                try run.best.load(into: recommender)
                return values(recommender)
            }
            for (index, one) in found.enumerated() {
                for other in found[..<index] { #expect(one != other, "\(Setting.allCases[index])") }
            }
        }
    }

    /// Stopped again and again, after one, two or three steps and each time with new objects, it comes to the same numbers.
    @Test(arguments: Setting.allCases) func stoppedAnywhereItGoesOnToTheSameNumbers(_ setting: Setting) throws {
        try withTemporaryFolder { folder in
            let world = try SmallWorld(folder)
            let options = options(setting)
            let (whole, wholeTrainer) = try trainer(world, folder.appending(path: "whole"), options)
            try wholeTrainer.train()
            let wholeEvents = try RunDirectory(folder.appending(path: "whole")).readEvents()
            let stopped = folder.appending(path: "stopped")
            var isFinished = false
            var last: Recommender?
            var rounds = 0
            while !isFinished {
                let (recommender, trainer) = try trainer(world, stopped, options)
                var steps = 0
                let stop = StopToken()
                func count(_: WorkProgress) {
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
            // The best checkpoint is the same to the last byte, averages among it.
            for file in ["model", "optimiser", "random"] + (options.average == nil ? [] : ["unaveraged"]) {
                let bytes = try ["whole", "stopped"].map {
                    try Data(contentsOf: folder.appending(path: "\($0)/checkpoints/best/\(file).safetensors"))
                }
                #expect(bytes[0] == bytes[1], "\(file)")
            }
        }
    }

    /// Validated and kept as best is the average of all steps; training goes on from the parameters themselves.
    @Test func theAverageIsValidatedAndKept() throws {
        try withTemporaryFolder { folder in
            let world = try SmallWorld(folder)
            let options = options(.average)
            var validated: [[String: [Float]]] = []
            let run = RunDirectory(folder.appending(path: "run"))
            let (recommender, trainer) = try trainer(world, run.folder, options) {
                validated.append(values($0))
                return Validation([.hitRate(10): Estimate(validated.count == 2 ? 0.5 : 0.1), .ndcg(10): Estimate(0)])
            }
            try trainer.train()
            // The same steps without an average leave the same parameters, whose average is computed here, number by number.
            let (plain, step) = try plainSteps(world, options)
            var average = values(plain).mapValues { $0.map(Double.init) }
            for number in 0..<options.epochs * step.count {
                try step.run(number)
                let decay = min(0.9, Double(1 + number) / Double(10 + number))
                for (name, new) in values(plain) {
                    average[name] = zip(average[name] ?? [], new).map { decay * $0 + (1 - decay) * Double($1) }
                }
                guard (number + 1) % step.count == 0 else { continue }
                for (name, found) in validated[number / step.count] {
                    let expected = try #require(average[name])
                    #expect(zip(found, expected).allSatisfy { abs(Double($0) - $1) < 1e-5 }, "\(name)")
                }
            }
            #expect(values(recommender) == values(plain))
            let best = try world.recommender(seed: 8)
            try run.best.load(into: best)
            #expect(values(best) == validated[1] && values(best) != values(recommender))
            // A last checkpoint that lost the parameters themselves is damaged, and made again of the best.
            #expect(try run.mendCheckpoints() == .whole)
            try FileManager.default.removeItem(at: run.last.folder.appending(path: "unaveraged.safetensors"))
            guard case .mended = try run.mendCheckpoints() else { return #expect(Bool(false), "is not mended") }
            let (again, resumed) = try self.trainer(world, run.folder, options) { _ in
                Validation([.hitRate(10): Estimate(0.1), .ndcg(10): Estimate(0)])
            }
            #expect(resumed.progress.epoch == 2)
            try resumed.train()
            #expect(values(again) == values(recommender))
        }
    }

    /// A model and the steps of its training, one after the other, without a trainer.
    private func plainSteps(
        _ world: SmallWorld, _ options: TrainingOptions
    ) throws -> (Recommender, (count: Int, run: (Int) throws -> Void)) {
        let recommender = try world.recommender()
        let sampler = BatchSampler(world.split, batchSize: options.batchSize, seed: options.seed)
        var options = options
        options.average = nil
        let step = TrainingStep(recommender, options, steps: options.epochs * sampler.stepCount)
        return (
            recommender,
            (
                sampler.stepCount,
                { number in
                    let (epoch, place) = number.quotientAndRemainder(dividingBy: sampler.stepCount)
                    _ = try step(sampler.batch(epoch: epoch, step: place), number: number)
                }
            )
        )
    }

    /// The first step moves as far as its factor says: Adam's first step is rate · sign of the gradient.
    @Test func warmUpShortensTheFirstStep() throws {
        try withTemporaryFolder { folder in
            let world = try SmallWorld(folder)
            func moved(_ warmup: Int) throws -> Double {
                var options = options()
                options.warmupSteps = warmup
                let (recommender, step) = try plainSteps(world, options)
                let bias = try #require(recommender.parameters.all["item_tower.fusion.bias"])
                let before = bias.clone().detached()
                try step.run(0)
                return (bias.detached() - before).absolute().maximum().item()
            }
            for (warmup, expected) in [(0, 1e-3), (4, 2.5e-4)] {
                let found = try moved(warmup)
                #expect(abs(found - expected) < 1e-6, "\(warmup) steps: \(found)")
            }
        }
    }

    /// AdamW decays matrices alone; Adam with weight decay, as ever, every parameter.
    @Test func whatWeightDecayIsFor() throws {
        try withTemporaryFolder { folder in
            let world = try SmallWorld(folder)
            let recommender = try world.recommender()
            func decayed(_ choice: TrainingOptions.OptimizerChoice) -> Set<String> {
                var options = options()
                (options.optimizer, options.weightDecay) = (choice, 0.1)
                let groups = options.optimizer(of: recommender).groups
                #expect(groups.reduce(0) { $0 + $1.parameters.count } == recommender.parameters.all.count)
                return Set(groups.filter { $0.weightDecay == 0.1 }.flatMap { $0.parameters.keys })
            }
            #expect(decayed(.adam) == Set(recommender.parameters.all.keys))
            let matrices = recommender.parameters.all.filter { name, tensor in
                tensor.rank == 2 && name != "user_encoder.position.weight"
            }
            #expect(decayed(.adamw) == Set(matrices.keys) && matrices.count > 20)
            var plain = options()
            #expect(plain.optimizer(of: recommender) is Adam)
            plain.optimizer = .adamw
            #expect(plain.optimizer(of: recommender) is AdamW)
        }
    }

    @Test func measuringCountsItsStepsAndCanBeStopped() throws {
        try withTemporaryFolder { folder in
            let world = try SmallWorld(folder)
            let run = folder.appending(path: "run")
            #expect(try trainer(world, run, options()).1.measure(steps: 3).count == 3)
            var done = 0
            let stop = StopToken()
            func count(_: WorkProgress) {
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

    @Test(arguments: [
        "epochs", "batch", "rate", "side", "decay", "patience", "clip", "warm-up", "average", "no average",
    ])
    func impossibleSettingsAreErrors(_ which: String) {
        var options = TrainingOptions()
        switch which {
        case "epochs": options.epochs = 0
        case "batch": options.batchSize = 0
        case "rate": options.rate = .nan
        case "side": options.sideBlockRate = -1
        case "decay": options.weightDecay = .infinity
        case "clip": options.clipNorm = 0
        case "warm-up": options.warmupSteps = -1
        case "average": options.average = 1
        case "no average": options.average = 0
        default: options.patience = -1
        }
        #expect(throws: UserError.self) { try options.check() }
    }

    /// Also where an item tower ends in a product, whose result is then in bfloat16.
    @Test(arguments: [Method.iisan, .frozen, .idAndModality], [Device.cpu, .standIn])
    func bfloat16FollowsFloat32(_ method: Method, _ device: Device) throws {
        try withTemporaryFolder { folder in
            let world = try SmallWorld(folder)
            var options = options(epochs: 2)
            try trainer(world, folder.appending(path: "f"), options, method, on: device).1.train()
            options.precision = .bfloat16
            try trainer(world, folder.appending(path: "b"), options, method, on: device).1.train()
            let single = try RunDirectory(folder.appending(path: "f")).readEvents()
            let half = try RunDirectory(folder.appending(path: "b")).readEvents()
            for (a, b) in zip(single, half) {
                #expect(a.loss != b.loss)
                #expect(abs(a.loss - b.loss) < 0.02 * a.loss)
            }
        }
    }
}
