import Datasets
import TestModels
import TestSupport
import Testing
import Torch

@testable import Modeling

/// Batches in larger shapes: which there are, and that padding changes nothing.
@Suite(.oneAtATime) struct BatchShapeTests {
    @Test func shapesAreFewAndNotMuchLarger() {
        var kinds: Set<Int> = []
        for count in 0...5000 {
            let rounded = BatchShape.roundedUp(count)
            #expect(rounded >= count && rounded <= max(count + 1, count * 5 / 4), "\(count): \(rounded)")
            #expect(BatchShape.roundedUp(rounded) == rounded)
            kinds.insert(rounded)
        }
        #expect(kinds.count < 60)
    }

    /// Losses of the rows that count, and all gradients, in float32.
    @Test(arguments: LossChoice.allCases, [Device.cpu, .standIn]) func paddingChangesNothing(
        _ loss: LossChoice, _ device: Device
    ) throws {
        try withTemporaryFolder { folder in
            let world = try SmallWorld(folder, users: 12, items: 40)
            let batch = BatchSampler(world.split, batchSize: 7, seed: 1).batch(epoch: 0, step: 0)
            func results(_ form: (Recommender) throws -> Tensor) throws -> [String: Tensor] {
                let recommender = try world.recommender(on: device) { ($0.loss, $0.userEncoder.dropout) = (loss, 0) }
                let value = try form(recommender)
                try recommender.backward(value)
                return recommender.parameters.all.reduce(into: ["loss": value]) { $0[$1.key] = $1.value.gradient }
            }
            let expected = try results { try $0.loss(batch) }
            let found = try results { recommender in
                let candidates = recommender.objective.candidates(for: batch)
                let shape = BatchShape(of: candidates).padded
                #expect(shape != BatchShape(of: candidates))
                let tensors = BatchTensors(shape, on: device)
                // What an earlier, larger batch has left there is overwritten.
                let other = BatchSampler(world.split, batchSize: 7, seed: 1).batch(epoch: 1, step: 0)
                let others = recommender.objective.candidates(for: other)
                if BatchShape(of: others).padded == shape { tensors.take(padding: others, positions: other.positions) }
                tensors.take(padding: candidates, positions: batch.positions)
                return try recommender.loss(tensors)
            }
            #expect(found.count == expected.count && found.count > 20)
            for (name, value) in expected {
                let largest = max(value.absolute().maximum().item(), 1e-6)
                let difference = (try #require(found[name]) - value).absolute().maximum().item()
                #expect(difference <= 2e-5 * largest, "\(name): \(difference) of \(largest)")
            }
        }
    }
}
