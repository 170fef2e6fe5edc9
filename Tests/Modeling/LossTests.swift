import Datasets
import Foundation
import TestModels
import TestSupport
import Testing
import Torch

@testable import Modeling

/// The losses against their formula written out with tensors, slot by slot, on vectors of their own and through the whole model.
@Suite(.oneAtATime) struct LossTests {
    /// The loss of a batch's rows for the vectors of the whole catalogue [items, width], as a textbook has it: for each row the logits of
    /// its negatives and of its target side by side, and minus the logarithm of the target's softmax.
    private func textbook(
        _ choice: LossChoice, _ split: Split, _ batch: TrainingBatch, _ outputs: Tensor, _ vectors: Tensor
    ) -> Tensor {
        let sequences = (0..<batch.userCount).map { user in
            let rows = batch.users.indices.filter { batch.users[$0] == Int64(user) }
            return ([batch.inputs[rows[0]]] + rows.map { batch.targets[$0] }).map { batch.items[Int($0)] }
        }
        let slots = sequences.flatMap { $0 }
        var losses: [Tensor] = []
        for sequence in sequences {
            for target in sequence.dropFirst() {
                let pool = choice == .full || choice == .mixed ? split.trainedItems.map(Int64.init) : slots
                let items = [target] + pool.filter { !sequence.contains($0) }
                var logits = vectors.selecting(Tensor(items)).matmul(outputs.selected(0, losses.count).unsqueezed(1)).squeezed(
                    1)
                if choice == .inBatch {
                    logits = logits - Tensor(items.map { log(split.popularity[Int($0)]) })
                }
                losses.append(-logits.logSoftmax(along: 0).selected(0, 0))
            }
        }
        return .stacked(losses)
    }

    private func expectClose(_ found: Tensor, _ expected: Tensor, _ name: String) {
        #expect(found.shape == expected.shape, "\(name)")
        let largest = max(expected.absolute().maximum().item(), 1e-6)
        let difference = (found - expected).absolute().maximum().item()
        #expect(difference <= 2e-5 * largest, "\(name): \(difference) of \(largest)")
    }

    @Test(arguments: LossChoice.allCases) func equalsTheTextbook(_ choice: LossChoice) throws {
        try withTemporaryFolder { folder in
            // Sequences share items, some repeat one, and some items are in none of them.
            let world = try SmallWorld(folder, users: 12, items: 40)
            #expect(world.split.trainedItems.count < 40)
            let sampler = BatchSampler(world.split, batchSize: 6, seed: 1)
            let batch = sampler.batch(epoch: 0, step: 0)
            let loss = choice.loss(over: world.split.trainedItems)
            RandomState.seed(2)
            let (outputs, vectors) = (Tensor.randomNormal([batch.rowCount, 8]), Tensor.randomNormal([40, 8]))
            func results(_ form: (Tensor, Tensor) -> Tensor) throws -> [Tensor] {
                let leaves = [outputs.clone(), vectors.clone()]
                for leaf in leaves { leaf.requiresGradient = true }
                let losses = form(leaves[0], leaves[1])
                losses.mean().backward()
                return [losses] + (try leaves.map { try #require($0.gradient) })
            }
            let candidates = loss.candidates(for: batch)
            let found = try results { outputs, vectors in
                candidates.crossEntropies(outputs, vectors.selecting(Tensor(candidates.items)))
            }
            let expected = try results { textbook(choice, world.split, batch, $0, $1) }
            for (index, name) in ["losses", "gradient of outputs", "gradient of vectors"].enumerated() {
                expectClose(found[index], expected[index], "\(choice), \(name)")
            }
        }
    }

    /// The recommender gives a loss what it asks for: the gradient of every parameter is the textbook's.
    @Test(arguments: LossChoice.allCases) func gradientsThroughTheWholeModel(_ choice: LossChoice) throws {
        try withTemporaryFolder { folder in
            let world = try SmallWorld(folder, users: 12, items: 40)
            let sampler = BatchSampler(world.split, batchSize: 6, seed: 1)
            let batch = sampler.batch(epoch: 0, step: 0)
            let recommender = try world.recommender { $0.loss = choice }
            func gradients(_ loss: Tensor) throws -> [String: Tensor] {
                for parameter in recommender.parameters.all.values { parameter.clearGradient() }
                try recommender.backward(loss)
                return recommender.parameters.all.reduce(into: [:]) { $0[$1.key] = $1.value.gradient }
            }
            let found = try gradients(recommender.loss(batch, training: false))
            let vectors = try recommender.itemTower.vectors(of: .range(0..<40), training: false)
            let rows = recommender.userEncoder.rows(users: batch.users, positions: batch.positions, userCount: batch.userCount)
            let inputs = vectors.selecting(Tensor(batch.inputs.map { batch.items[Int($0)] }))
            let losses = textbook(choice, world.split, batch, recommender.userEncoder(inputs, rows), vectors)
            let expected = try gradients(losses.mean())
            #expect(expected.count == recommender.parameters.all.count)
            for (name, gradient) in expected { expectClose(try #require(found[name]), gradient, name) }
        }
    }

    /// Draws count as slots of nobody, and q is the chance of both. What nobody has had is never drawn.
    @Test func drawnItemsAreNegatives() throws {
        try withTemporaryFolder { folder in
            let split = try SmallWorld(folder, users: 12, items: 40).split
            let trained = split.trainedItems
            #expect(trained.count < 40 && trained == (0..<40).filter { split.popularity[Int($0)] > 0 })
            let sampler = BatchSampler(split, batchSize: 6, drawnCount: 9, seed: 1)
            let batch = sampler.batch(epoch: 2, step: 1)
            #expect(batch == BatchSampler(split, batchSize: 6, drawnCount: 9, seed: 1).batch(epoch: 2, step: 1))
            #expect(batch.counts.reduce(0, +) == Float(batch.slotCount + 9) && batch.drawnCount == 9)
            let others = (0..<40).map { sampler.batch(epoch: $0, step: 0).items }
            #expect(
                Set(others.flatMap { $0 }) == Set(trained.map(Int64.init)), "all that are trained on are drawn at some time")
            let loss = MixedLoss(itemCount: trained.count)
            let candidates = loss.candidates(for: batch)
            RandomState.seed(2)
            let (outputs, vectors) = (Tensor.randomNormal([batch.rowCount, 8]), Tensor.randomNormal([40, 8]))
            let found = candidates.crossEntropies(outputs, vectors.selecting(Tensor(candidates.items)))
                .floats()
            let logits = outputs.matmul(vectors.transposed(0, 1)).floats().map(Double.init)
            for row in 0..<batch.rowCount {
                let own = zip(batch.ownUsers, batch.ownItems).filter { $0.0 == batch.users[row] }.map(\.1)
                func logit(_ place: Int64) -> Double {
                    let item = Int(batch.items[Int(place)])
                    let slots = Double(batch.slotCount)
                    let chance = (slots * Double(split.popularity[item]) + 9.0 / Double(trained.count)) / (slots + 9)
                    return logits[row * 40 + item] - log(chance)
                }
                let target = exp(logit(batch.targets[row]))
                let negatives = batch.items.indices.filter { !own.contains(Int64($0)) }.reduce(0.0) {
                    $0 + Double(batch.counts[$1]) * exp(logit(Int64($1)))
                }
                #expect(abs(Double(found[row]) + log(target / (target + negatives))) < 1e-4)
            }
            #expect(
                LossChoice.mixed.loss(over: Array(0..<5000)) is MixedLoss
                    && LossChoice.mixed.loss(over: Array(0..<4096)) is FullSoftmaxLoss
            )
            #expect(LossChoice.mixed.drawnCount(itemCount: 5000) == 2048 && LossChoice.mixed.drawnCount(itemCount: 100) == 0)
        }
    }

    /// The three are three: on one batch they differ.
    @Test func theyDiffer() throws {
        try withTemporaryFolder { folder in
            let world = try SmallWorld(folder)
            let batch = BatchSampler(world.split, batchSize: 8, seed: 1).batch(epoch: 0, step: 0)
            let values = try [LossChoice.inBatch, .inBatchUncorrected, .full].map { choice in
                try world.recommender { $0.loss = choice }.loss(batch, training: false).item()
            }
            #expect(Set(values).count == 3 && values.allSatisfy(\.isFinite))
        }
    }
}
