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

/// Checkpoints that no training can have reached, and validations that are stopped.
@Suite(.oneAtATime) struct DamagedStateTests {
    private var options: TrainingOptions {
        var options = TrainingOptions()
        options.epochs = 3
        options.batchSize = 8
        options.rate = 1e-3
        return options
    }

    private func trainer(_ world: SmallWorld, _ run: URL, stop: StopToken = StopToken()) throws -> Trainer {
        let evaluator = Evaluator(world.split, stop: stop)
        return try Trainer(
            world.recommender(), BatchSampler(world.split, batchSize: 8, seed: options.seed), options, RunDirectory(run)
        ) { recommender in
            let ranks = try evaluator.ranks(recommender, .validation)
            return Validation(RankingSummary(of: ranks, metrics: Metric.papers, resamples: 0).metrics)
        }
    }

    @Test(arguments: [
        ("\"step\" : 0", "\"step\" : -1"), ("\"step\" : 0", "\"step\" : 100000"),
        ("\"step\" : 0", "\"step\" : 9223372036854775807"),
        ("\"epoch\" : 3,\n  \"epochSeconds\"", "\"epoch\" : -3,\n  \"epochSeconds\""),
        ("\"epoch\" : 3,\n  \"epochSeconds\"", "\"epoch\" : 9223372036854775807,\n  \"epochSeconds\""),
        ("\"events\" : 3", "\"events\" : -1"), ("\"epochSeconds\" : 0", "\"epochSeconds\" : -5"),
    ]) func aStateThatNoTrainingHasComeToIsRefused(known: String, damaged: String) throws {
        try withTemporaryFolder { folder in
            let world = try SmallWorld(folder)
            let run = folder.appending(path: "run")
            try trainer(world, run).train()
            let file = run.appending(path: "checkpoints/last/state.json")
            let whole = try String(contentsOf: file, encoding: .utf8)
            let changed = whole.replacing(known, with: damaged)
            #expect(changed != whole, "\(whole)")
            try AtomicFile.write(changed, to: file)
            let error = #expect(throws: UserError.self) { try trainer(world, run) }
            #expect(error?.description.contains("no training can have reached") == true, "\(error?.description ?? "")")
        }
    }

    @Test func aRandomStateThatIsNoneIsRefused() throws {
        try withTemporaryFolder { folder in
            let world = try SmallWorld(folder)
            let run = folder.appending(path: "run")
            try trainer(world, run).train()
            let file = run.appending(path: "checkpoints/last/random.safetensors")
            let count = RandomState.current().count
            let noise = Tensor([UInt8](repeating: 0xFF, count: count).map(Int64.init)).to(.uint8)
            for state in [Tensor([Int64(1), 2, 3]), Tensor([Float](repeating: 0, count: count)), noise] {
                try Weights.write([(key: "cpu", value: state)], to: file)
                let error = #expect(throws: UserError.self) { try trainer(world, run) }
                #expect(error?.description.contains("random.safetensors") == true, "\(error?.description ?? "")")
            }
        }
    }

    @Test func aValidationThatIsStoppedIsDoneAgainToTheSameNumbers() throws {
        try withTemporaryFolder { folder in
            let world = try SmallWorld(folder)
            let (whole, parts) = (folder.appending(path: "whole"), folder.appending(path: "parts"))
            try trainer(world, whole).train()
            var stops = 0
            while true {
                let stop = StopToken()
                let trainer = try trainer(world, parts, stop: stop)
                // Asked in the last step of an epoch: its validation is what stops.
                func count(_ progress: WorkProgress) {
                    if progress.done == progress.total { stop.request() }
                }
                do {
                    try trainer.train(onProgress: count, stop: stop)
                    break
                } catch is CancellationError { stops += 1 }
                try #require(stops < 10)
            }
            #expect(stops == 3)
            let (one, other) = (try RunDirectory(whole).readEvents(), try RunDirectory(parts).readEvents())
            #expect(one.map(\.loss) == other.map(\.loss) && one.map(\.validation) == other.map(\.validation))
        }
    }

    @Test func aLossThatIsNoNumberNamesACheckpointOnlyWhereThereIsOne() throws {
        try withTemporaryFolder { folder in
            let world = try SmallWorld(folder)
            let recommender = try world.recommender()
            let trainer = try Trainer(
                recommender, BatchSampler(world.split, batchSize: 8, seed: 1), options,
                RunDirectory(folder.appending(path: "run"))
            ) { _ in
                withoutGradients { recommender.parameters.all["item_tower.fusion.bias"]!.multiply(.nan) }
                return Validation([.hitRate(10): Estimate(0.5), .ndcg(10): Estimate(0.5)])
            }
            let late = #expect(throws: UserError.self) { try trainer.train() }
            #expect(late?.remedy?.contains("epoch so far, 1, is kept") == true, "\(late?.description ?? "")")
            let other = try world.recommender()
            withoutGradients { other.parameters.all["item_tower.fusion.bias"]!.multiply(.nan) }
            let second = try Trainer(
                other, BatchSampler(world.split, batchSize: 8, seed: 1), options, RunDirectory(folder.appending(path: "second"))
            ) { _ in Validation([.hitRate(10): Estimate(0), .ndcg(10): Estimate(0)]) }
            let first = #expect(throws: UserError.self) { try second.train() }
            #expect(first?.remedy?.contains("no checkpoint") == true, "\(first?.description ?? "")")
        }
    }
}
