import Datasets
import TestModels
import TestSupport
import Testing
import Torch

@testable import Modeling

/// The loss in one pass over the logits against the plain form: values and gradients.
@Suite(.oneAtATime) struct RowLossesTests {
    @Test(arguments: [(30, 24, 7), (80, 12, 64), (5, 200, 5)]) func equalsThePlainForm(_ users: Int, _ items: Int, _ size: Int)
        throws
    {
        try withTemporaryFolder { folder in
            let world = try SmallWorld(folder, users: users, items: items)
            let recommender = try world.recommender()
            let sampler = BatchSampler(world.split, batchSize: size, seed: 4)
            for step in 0..<sampler.stepCount {
                let batch = sampler.batch(epoch: 0, step: step)
                RandomState.seed(UInt64(step))
                // Large logits: where sums of exponentials would overflow without care.
                let outputs = Tensor.randomNormal([batch.rowCount, 16]) * (step % 2 == 0 ? 1 : 30)
                let vectors = Tensor.randomNormal([batch.items.count, 16])
                let slope = Tensor.randomNormal([batch.rowCount])
                func results(_ form: (TrainingBatch, Tensor, Tensor) -> Tensor) throws -> [Tensor] {
                    let leaves = [outputs.clone(), vectors.clone()]
                    for leaf in leaves { leaf.requiresGradient = true }
                    let losses = form(batch, leaves[0], leaves[1])
                    (losses * slope).sum().backward()
                    return [losses] + (try leaves.map { try #require($0.gradient) })
                }
                let found = try results(recommender.rowLosses)
                let expected = try results(recommender.plainRowLosses)
                for (found, expected) in zip(found, expected) {
                    let largest = expected.absolute().maximum().item()
                    #expect((found - expected).absolute().maximum().item() <= 1e-5 * largest)
                }
            }
        }
    }
}
