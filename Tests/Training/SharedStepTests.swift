import Datasets
import Foundation
import Modeling
import Processes
import TestModels
import TestSupport
import Testing
import Torch

@testable import Training

/// Steps that several processes share beside those of one.
@Suite(.oneAtATime) struct SharedStepTests {
    /// Models and what trains them, for one thread each.
    private final class Part: @unchecked Sendable {
        let recommender: Recommender
        let sampler: BatchSampler
        var options: TrainingOptions

        init(
            _ world: SmallWorld, _ options: TrainingOptions, dtype: ElementType = .float32,
            _ change: (inout RecommenderOptions) -> Void
        ) throws {
            recommender = try world.recommender(dtype: dtype, change)
            sampler = BatchSampler(world.split, batchSize: 7, seed: 5)
            self.options = options
        }

        func step(_ ranks: Ranks?) -> TrainingStep {
            TrainingStep(recommender, options, steps: 100, ranks: ranks)
        }

        var numbers: [Double] { recommender.parameters.all.values.flatMap { doubles($0) } }
        var gradients: [[Double]?] { recommender.parameters.all.values.map { $0.gradient.map(doubles) } }

        private func doubles(_ tensor: Tensor) -> [Double] { tensor.detached().to(.float64).array() }
    }

    private struct Outcome: Sendable {
        var losses: [Double] = []
        var gradients: [[Double]?] = []
        var numbers: [Double] = []
    }

    /// Makes steps over the first batches.
    private static func train(_ part: Part, _ ranks: Ranks?, steps: Int) throws -> Outcome {
        let step = part.step(ranks)
        var outcome = Outcome()
        for number in 0..<steps {
            let place = (epoch: number / part.sampler.stepCount, step: number % part.sampler.stepCount)
            let batch =
                ranks.flatMap {
                    part.options.negatives == .local
                        ? part.sampler.batch(epoch: place.epoch, step: place.step, part: $0.part) : nil
                }
                ?? part.sampler.batch(epoch: place.epoch, step: place.step)
            outcome.losses.append(try step(batch, number: number).item())
            if number == 0 { outcome.gradients = part.gradients }
        }
        outcome.numbers = part.numbers
        return outcome
    }

    private static func difference<Number: BinaryFloatingPoint>(_ a: [Number], _ b: [Number]) -> Double {
        guard a.count == b.count else { return .infinity }
        let largest = a.map { abs($0) }.max() ?? 0
        return Double(zip(a, b).map { abs($0 - $1) }.max() ?? 0) / Double(max(largest, 1e-3))
    }

    private func compare(
        size: Int, steps: Int = 20, _ options: TrainingOptions = TrainingOptions(),
        _ change: @escaping (inout RecommenderOptions) -> Void
    ) throws {
        try withTemporaryFolder { folder in
            let world = try SmallWorld(folder)
            func part() throws -> Part { try Part(world, options) { change(&$0) } }
            RandomState.seed(17)
            let alone = try Self.train(try part(), nil, steps: steps)
            let parts = try (0..<size).map { _ in try part() }
            RandomState.seed(17)
            let outcomes = try together(size) { try Self.train(parts[$0.rank], $0, steps: steps) }
            for outcome in outcomes {
                // Adam makes steps of one length of gradients that are nothing but rounding.
                for (one, other) in zip(alone.losses, outcome.losses) { #expect(abs(one - other) < 1e-3 * max(1, abs(one))) }
                #expect(abs(alone.losses[0] - outcome.losses[0]) < 1e-6 * max(1, alone.losses[0]))
                #expect(alone.gradients.count == outcome.gradients.count)
                for (one, other) in zip(alone.gradients, outcome.gradients) {
                    #expect((one == nil) == (other == nil))
                    if let one, let other { #expect(Self.difference(one, other) < 1e-5) }
                }
                #expect(Self.difference(alone.numbers, outcome.numbers) < 1e-2)
                #expect(outcome.numbers == outcomes[0].numbers, "ranks are alike to the last bit")
            }
        }
    }

    /// In float64 nothing is left of the difference: it was rounding.
    @Test(arguments: [2, 3, 4], [Method.iisan, .idAndModality, .id, .frozen])
    func sharedStepsAreThoseOfOneProcessInFloat64(size: Int, method: Method) throws {
        try withTemporaryFolder { folder in
            let world = try SmallWorld(folder)
            func part() throws -> Part {
                try Part(world, TrainingOptions(), dtype: .float64) { ($0.method, $0.userEncoder.dropout) = (method, 0) }
            }
            let alone = try Self.train(try part(), nil, steps: 20)
            let parts = try (0..<size).map { _ in try part() }
            for outcome in try together(size, { try Self.train(parts[$0.rank], $0, steps: 20) }) {
                for (one, other) in zip(alone.losses, outcome.losses) { #expect(abs(one - other) < 1e-9 * abs(one)) }
                #expect(outcome.losses.count == 20 && outcome.gradients.count == alone.gradients.count)
                for (one, other) in zip(alone.gradients, outcome.gradients) {
                    #expect((one == nil) == (other == nil))
                    if let one, let other { #expect(Self.difference(one, other) < 1e-10) }
                }
                #expect(Self.difference(alone.numbers, outcome.numbers) < 1e-6)
            }
        }
    }

    /// No dropout: threads of one process share its random state.
    @Test(arguments: [2, 3, 4], [Method.iisan, .idAndModality, .id, .frozen])
    func sharedStepsAreThoseOfOneProcess(size: Int, method: Method) throws {
        try compare(size: size) { ($0.method, $0.userEncoder.dropout) = (method, 0) }
    }

    @Test(arguments: LossChoice.allCases) func everyLossIsShared(loss: LossChoice) throws {
        try compare(size: 3) { ($0.loss, $0.userEncoder.dropout) = (loss, 0) }
    }

    /// One user of a batch of two is more than the third and fourth process have.
    @Test func processesWithoutRowsTakePart() throws {
        try withTemporaryFolder { folder in
            let world = try SmallWorld(folder, users: 2, items: 24)
            func part() throws -> Part { try Part(world, TrainingOptions()) { $0.userEncoder.dropout = 0 } }
            let alone = try Self.train(try part(), nil, steps: 4)
            let parts = try (0..<4).map { _ in try part() }
            for outcome in try together(4, { try Self.train(parts[$0.rank], $0, steps: 4) }) {
                for (one, other) in zip(alone.losses, outcome.losses) { #expect(abs(one - other) < 1e-5 * abs(one)) }
            }
        }
    }

    /// The formula of the article Distributed.
    @Test(arguments: [2, 3, 4]) func bytesOfAStepAreThoseOfTheFormula(size: Int) throws {
        try withTemporaryFolder { folder in
            let world = try SmallWorld(folder)
            let parts = try (0..<size).map { _ in try Part(world, TrainingOptions()) { $0.userEncoder.dropout = 0 } }
            let recommender = parts[0].recommender
            let items = recommender.objective.candidates(for: parts[0].sampler.batch(epoch: 0, step: 0)).items.count
            let tensors = recommender.parameters.all.count, numbers = parts[0].numbers.count
            let vectors = 4 * recommender.itemTower.width * ((items + size - 1) / size) * (size - 1)
            let gradients = 8 * (numbers + tensors + 2) * (size - 1) / size
            let steps = try together(size) { ranks in
                _ = try Self.train(parts[ranks.rank], ranks, steps: 1)
                return ranks.steps
            }
            for (rank, step) in steps.enumerated() {
                let state = rank == 0 ? RandomState.current().count * (size - 1) : 0
                #expect(step.count == 1 && step.traffic.bytes == 2 * vectors + gradients + state)
                #expect(step.traffic.collectives == 4 && step.traffic.seconds > 0 && step.traffic.seconds < step.seconds)
            }
        }
    }

    @Test func clippingDecayAndAverageAreAgreed() throws {
        var options = TrainingOptions()
        (options.clipNorm, options.weightDecay, options.optimizer, options.average) = (0.1, 0.05, .adamw, 0.9)
        try compare(size: 2, options) { $0.userEncoder.dropout = 0 }
    }

    /// Each process's own mean, all of one weight: the gradient is the mean of those of separate batches.
    @Test func localNegativesAreThoseOfTheProcess() throws {
        try withTemporaryFolder { folder in
            let world = try SmallWorld(folder)
            var options = TrainingOptions()
            options.negatives = .local
            func part() throws -> Part { try Part(world, options) { $0.userEncoder.dropout = 0 } }
            let parts = try (0..<2).map { _ in try part() }
            let outcomes = try together(2) { try Self.train(parts[$0.rank], $0, steps: 1) }
            let plain = try part()
            var losses: [Double] = []
            for users in [0..<4, 4..<7] {
                let loss = try plain.recommender.loss(plain.sampler.batch(epoch: 0, step: 0) { _ in users }) * 0.5
                try plain.recommender.backward(loss)
                losses.append(loss.item())
            }
            for outcome in outcomes {
                #expect(abs(outcome.losses[0] - losses[0] - losses[1]) < 1e-5)
                for (one, other) in zip(plain.gradients, outcome.gradients) {
                    if let one, let other { #expect(Self.difference(one, other) < 1e-5) }
                }
            }
        }
    }

    /// A process's dropout is that of its rows in one process: the losses of parts add up to the whole batch's.
    @Test func dropoutDoesNotDependOnWhoComputesARow() throws {
        try withTemporaryFolder { folder in
            let world = try SmallWorld(folder)
            let recommender = try world.recommender { ($0.userEncoder.dropout, $0.modalityDropout) = (0.3, 0.4) }
            let batch = BatchSampler(world.split, batchSize: 7, seed: 5).batch(epoch: 0, step: 0)
            let candidates = recommender.objective.candidates(for: batch)
            let items = Tensor(candidates.items)
            RandomState.seed(3)
            let whole = try recommender.itemTower.vectors(of: items, training: true)
            let middle = candidates.items.count / 2
            var parts: [Tensor] = []
            for range in [0..<middle, middle..<candidates.items.count] {
                RandomState.seed(3)
                parts.append(
                    try recommender.itemTower.vectors(
                        of: items.narrowed(0, range), training: true,
                        part: ItemPart(before: range.lowerBound, all: candidates.items.count)))
            }
            #expect(Self.difference(whole.floats(), Tensor.concatenated(parts, along: 0).floats()) < 1e-6)
            RandomState.seed(4)
            let all = recommender.rowLosses(of: BatchPart(0..<7, of: batch, candidates), vectors: whole).floats()
            var losses: [Float] = []
            for users in [0..<3, 3..<6, 6..<7] {
                RandomState.seed(4)
                losses += recommender.rowLosses(of: BatchPart(users, of: batch, candidates), vectors: whole).floats()
            }
            #expect(Self.difference(all, losses) < 1e-6)
        }
    }
}
