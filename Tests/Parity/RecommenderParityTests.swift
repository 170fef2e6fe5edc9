import Datasets
import Foundation
import Modeling
import TestSupport
import Testing
import Torch

/// Everything the model computes equals the plain PyTorch statement's numbers, tensor by tensor.
@Suite(.oneAtATime) struct RecommenderParityTests {
    @Test(arguments: Fixture.all(kind: "recommender")) func forward(_ fixture: Fixture) throws {
        let model = try FixtureModel(fixture)
        let expected = model.tensors
        #expect(model.recommender.parameters.count == fixture.configuration.parameter_count)
        let all = Tensor.range(0..<fixture.configuration.items)
        if let tower = model.recommender.itemTower as? SideNetworkTower {
            let stages = try tower.stages(of: all)
            let towers = stages.intra.map { ($0.name, $1) } + [("inter", stages.inter)]
            for (name, blocks) in towers where !blocks.isEmpty {
                try expectEqual(.stacked(blocks, along: 1), expected.tensor("forward.\(name).blocks"), "\(name) blocks")
            }
            for (name, output) in stages.heads {
                try expectEqual(output, expected.tensor("forward.\(name).head"), "\(name) head")
            }
            let heads = Set(stages.heads.map(\.name))
            for name in ["image", "text", "inter"] { #expect(heads.contains(name) == expected.has("forward.\(name).head")) }
        }
        try expectEqual(
            model.recommender.itemTower.vectors(of: all, training: true), expected.tensor("forward.item_vectors"),
            "item vectors")
        let (outputs, losses) = try model.recommender.rowLosses(model.batch, training: true)
        try expectEqual(outputs, expected.tensor("forward.user_outputs"), "user outputs")
        try expectEqual(losses, expected.tensor("forward.row_losses"), "row losses")
        try expectEqual(model.recommender.loss(model.batch), expected.tensor("forward.loss"), "loss")
    }

    @Test(arguments: Fixture.all(kind: "recommender")) func gradients(_ fixture: Fixture) throws {
        let model = try FixtureModel(fixture)
        try model.recommender.backward(model.recommender.loss(model.batch))
        for (name, parameter) in model.recommender.parameters.all {
            let gradient = parameter.gradient ?? .zeros(parameter.shape)
            try expectEqual(gradient, model.tensors.tensor("gradients.\(name)"), name)
        }
    }

    @Test(arguments: Fixture.all(kind: "recommender")) func tenStepsOfAdam(_ fixture: Fixture) throws {
        let model = try FixtureModel(fixture)
        let rates = fixture.configuration.optimiser!.learning_rate
        let adam = Adam(
            model.recommender.groups(heads: rates.heads, sideBlocks: rates.side_blocks, encoders: rates.side_blocks))
        var losses: [Float] = []
        for _ in 0..<fixture.configuration.optimiser!.steps {
            adam.clearGradients()
            let loss = try model.recommender.loss(model.batch)
            losses.append(Float(loss.item()))
            try model.recommender.backward(loss)
            adam.update()
        }
        try expectEqual(Tensor(losses), model.tensors.tensor("adam.losses"), "losses")
        for (name, parameter) in model.recommender.parameters.all {
            try expectEqual(parameter, model.tensors.tensor("adam.parameters.\(name)"), name)
        }
    }
}
