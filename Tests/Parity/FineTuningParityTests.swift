import Foundation
import Modeling
import TestSupport
import Testing
import Torch

/// Full fine-tuning, Adapter, LoRA and BitFit give the numbers of the plain PyTorch statement.
@Suite(.oneAtATime) struct FineTuningParityTests {
    @Test(arguments: FineTuningFixture.all()) func forwardAndGradients(_ fixture: FineTuningFixture) throws {
        let model = try FineTuningModel(fixture)
        try compare(model, fixture)
    }

    /// The passes are run again after the loss, in several parts; the numbers stay.
    @Test(arguments: FineTuningFixture.all()) func checkpointing(_ fixture: FineTuningFixture) throws {
        try compare(FineTuningModel(fixture, checkpointing: true, passTokens: 10), fixture)
    }

    private func compare(_ model: FineTuningModel, _ fixture: FineTuningFixture) throws {
        let recommender = model.recommender
        #expect(recommender.trainableCount == fixture.configuration.parameter_count)
        let all = Tensor.range(0..<fixture.configuration.items)
        try expectEqual(
            recommender.itemTower.vectors(of: all, training: false), model.tensors.tensor("forward.item_vectors"),
            "item vectors")
        let (outputs, losses) = try recommender.rowLosses(model.batch, training: true)
        try expectEqual(outputs, model.tensors.tensor("forward.user_outputs"), "user outputs")
        try expectEqual(losses, model.tensors.tensor("forward.row_losses"), "row losses")
        try recommender.backward(losses.mean())
        for (name, parameter) in recommender.parameters.all {
            let expected = try model.tensors.tensor("gradients.\(name)")
            // The gradient of a key's bias is zero but for rounding: the softmax does not see it.
            if name.hasSuffix("key.bias") {
                #expect(try #require(parameter.gradient).absolute().maximum().item() < 1e-6, "\(name)")
            } else {
                try expectEqual(parameter.gradient ?? .zeros(parameter.shape), expected, name, tolerance: 1e-4)
            }
        }
    }

    @Test(arguments: FineTuningFixture.all()) func tenStepsOfAdam(_ fixture: FineTuningFixture) throws {
        let model = try FineTuningModel(fixture)
        var losses: [Float] = []
        for _ in 0..<fixture.configuration.optimiser.steps {
            model.adam.clearGradients()
            let loss = try model.recommender.loss(model.batch)
            losses.append(Float(loss.item()))
            try model.recommender.backward(loss)
            model.adam.update()
        }
        try expectEqual(Tensor(losses), model.tensors.tensor("adam.losses"), "losses", tolerance: 1e-4)
        for (name, parameter) in model.recommender.parameters.all where !name.hasSuffix("key.bias") {
            try expectEqual(parameter, model.tensors.tensor("adam.parameters.\(name)"), name, tolerance: 1e-4)
        }
    }
}
