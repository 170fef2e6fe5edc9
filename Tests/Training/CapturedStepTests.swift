import Datasets
import Foundation
import Modeling
import TestModels
import TestSupport
import Testing
import Torch

@testable import Training

/// Steps over padded batches that lie on a device, as it records them, beside steps over batches as they are.
@Suite(.oneAtATime) struct CapturedStepTests {
    /// What training has to offer, in one.
    private func options(_ change: (inout TrainingOptions) -> Void = { _ in }) -> TrainingOptions {
        var options = TrainingOptions()
        (options.batchSize, options.rate, options.sideBlockRate) = (8, 1e-3, 5e-4)
        change(&options)
        return options
    }

    /// Losses and parameters after some steps, and the average's where there is one.
    private func train(
        _ world: SmallWorld, _ options: TrainingOptions, on device: Device, capture: Bool, method: Method, loss: LossChoice
    ) throws -> (losses: [Double], values: [String: [Float]]) {
        let recommender = try world.recommender(on: device) {
            ($0.method, $0.loss, $0.userEncoder.dropout) = (method, loss, 0)
        }
        var options = options
        options.capture = capture
        let sampler = BatchSampler(
            world.split, batchSize: options.batchSize,
            drawnCount: loss.drawnCount(itemCount: world.split.trainedItems.count), seed: 5)
        let step = TrainingStep(recommender, options, steps: 3 * sampler.stepCount)
        var losses: [Double] = []
        for number in 0..<3 * sampler.stepCount {
            let (epoch, place) = number.quotientAndRemainder(dividingBy: sampler.stepCount)
            losses.append(try step(sampler.batch(epoch: epoch, step: place), number: number).item())
        }
        var values: [String: [Float]] = [:]
        for (name, tensor) in recommender.parameters.all { values[name] = tensor.floats() }
        for (name, tensor) in step.average?.values ?? [:] { values["average of \(name)"] = tensor.floats() }
        return (losses, values)
    }

    @Test(arguments: [Method.iisan, .frozen, .id, .idAndModality], LossChoice.allCases)
    func makesTheStepsOfBatchesAsTheyAre(_ method: Method, _ loss: LossChoice) throws {
        try withTemporaryFolder { folder in
            // 35 users in batches of 8: the last one has fewer.
            let world = try SmallWorld(folder, users: 35, items: 40)
            for full in [false, true] {
                let options = options {
                    guard full else { return }
                    ($0.optimizer, $0.weightDecay, $0.clipNorm, $0.average) = (.adamw, 0.01, 0.5, 0.9)
                    ($0.schedule, $0.warmupSteps) = (.cosine, 3)
                }
                func trained(_ capture: Bool) throws -> (losses: [Double], values: [String: [Float]]) {
                    try train(world, options, on: .standIn, capture: capture, method: method, loss: loss)
                }
                let (found, expected) = (try trained(true), try trained(false))
                #expect(found.losses.count == 15 && Set(found.losses).count == 15)
                for (a, b) in zip(found.losses, expected.losses) { #expect(abs(a - b) < 1e-5 * abs(b)) }
                #expect(found.values.keys.count { $0.hasPrefix("average") } == (full ? found.values.count / 2 : 0))
                for (name, values) in expected.values {
                    let most = zip(values, try #require(found.values[name])).map { abs($0 - $1) }.max() ?? 0
                    #expect(most < 2e-5, "\(name) differs by \(most)")
                }
            }
        }
    }

    /// What does not lie on the device, and what the processor draws, is brought there by steps as they are.
    @Test func whatIsNotResidentIsNotCaptured() throws {
        try withTemporaryFolder { folder in
            let world = try SmallWorld(folder)
            #expect(try world.recommender(on: .standIn).itemTower.isResident)
            let dropping = try world.recommender(on: .standIn) { $0.modalityDropout = 0.2 }
            #expect(!dropping.itemTower.isResident)
            let sampler = BatchSampler(world.split, batchSize: 8, seed: 5)
            let step = TrainingStep(dropping, options(), steps: 10)
            #expect(try step(sampler.batch(epoch: 0, step: 0), number: 0).item().isFinite)
        }
    }

    /// The processor records nothing, and says so.
    @Test func theProcessorRecordsNothing() throws {
        #expect(!Capture.isAvailable(on: .cpu) && !Capture.isAvailable(on: .standIn))
        #expect { try Capture(on: .standIn) {} } throws: { "\($0)".contains("records nothing") }
    }
}
