import Datasets
import Files
import Foundation
import Metrics
import Modeling
import TestModels
import TestSupport
import Testing
import Torch

@testable import Training

/// What standardised states are scaled by is measured once, and goes with the run from then on.
@Suite(.oneAtATime) struct StandardisedTrainingTests {
    private func options() -> TrainingOptions {
        var options = TrainingOptions()
        (options.epochs, options.batchSize, options.average) = (2, 8, 0.9)
        return options
    }

    private func trainer(_ recommender: Recommender, _ world: SmallWorld, _ run: RunDirectory) throws -> Trainer {
        try Trainer(recommender, BatchSampler(world.split, batchSize: 8, seed: 1), options(), run) { _ in
            Validation([.hitRate(10): Estimate(0.1), .ndcg(10): Estimate(0)])
        }
    }

    private func constants(_ recommender: Recommender) -> [String: [Float]] {
        Dictionary(uniqueKeysWithValues: recommender.parameters.constants.map { ($0.key, $0.value.floats()) })
    }

    /// A model of the same settings over a catalogue whose states have all moved.
    private func moved(_ world: SmallWorld) throws -> Recommender {
        let count = world.dataset.items.count
        func states(_ layers: Int, _ width: Int) -> ResidentStates {
            ResidentStates(.randomNormal([count, layers, width]) * 5.0 + 3.0, layers: Array(0..<layers))
        }
        var options = RecommenderOptions()
        (options.width, options.states) = (16, .standardised)
        options.sideNetworks.bottleneck = 4
        return try .make(
            options, itemCount: count, states: [.text: states(3, 12), .image: states(2, 8)],
            positions: world.split.options.inputLength, on: .cpu)
    }

    @Test func statisticsStayWithTheRun() throws {
        try withTemporaryFolder { folder in
            let world = try SmallWorld(folder)
            let run = RunDirectory(folder.appending(path: "run"))
            let recommender = try world.recommender { $0.states = .standardised }
            #expect(recommender.trainableCount == (try world.recommender()).trainableCount)
            // Told to stop while it measures, a run has nothing yet and starts again.
            let early = StopToken()
            #expect(throws: CancellationError.self) {
                try trainer(recommender, world, run).train(onProgress: { _ in _ = early.request() }, stop: early)
            }
            var tasks: [String] = []
            let stop = StopToken()
            func count(_ progress: WorkProgress) {
                if tasks.last != progress.task { tasks.append(progress.task) }
                if progress.task == "epoch 2" { _ = stop.request() }
            }
            let training = try trainer(recommender, world, run)
            #expect(throws: CancellationError.self) { try training.train(onProgress: count, stop: stop) }
            #expect(tasks == ["measuring text states", "measuring image states", "epoch 1", "epoch 2"])
            let measured = constants(recommender)
            #expect(measured.count == 4 && measured["item_tower.text.state_mean"]!.contains { $0 != 0 })
            #expect(measured["item_tower.image.state_deviation"]!.allSatisfy { $0 > 0.3 && $0 < 2 })

            // They are parameters of nobody: neither of the optimiser nor of the average.
            let optimiser = try Weights(file: run.last.folder.appending(path: "optimiser.safetensors"))
            #expect(!optimiser.names.contains { $0.contains("state_") })
            for file in ["model", "unaveraged"] {
                let kept = try Weights(file: run.last.folder.appending(path: "\(file).safetensors"))
                #expect(kept.names.count { $0.contains(".state_") } == 4)
            }

            // A model over other states reads them as those were that the run was trained on, also where training goes on.
            let other = try moved(world)
            try run.best.load(into: other)
            #expect(constants(other) == measured)
            let again = try moved(world)
            tasks = []
            try trainer(again, world, run).train(onProgress: { tasks.append($0.task) })
            #expect(constants(again) == measured && !tasks.contains { $0.hasPrefix("measuring") })

            // One of the other setting is another model.
            let raw = try world.recommender()
            #expect(throws: UserError.self) { try run.best.load(into: raw) }
        }
    }

    /// Standardised states do not depend on where the encoder's numbers lie: moved and stretched they train the same model.
    @Test func aModelOfStatesThatWereMovedIsTheSame() throws {
        try withTemporaryFolder { folder in
            let world = try SmallWorld(folder)
            let items = world.dataset.items.count
            func trained(_ factor: Double, _ shift: Double, _ name: String) throws -> [Float] {
                RandomState.seed(99)
                let text = Tensor.randomNormal([items, 3, 12]) * factor + shift
                RandomState.seed(3)
                var options = RecommenderOptions()
                (options.width, options.states, options.modality) = (16, .standardised, .text)
                options.sideNetworks.bottleneck = 4
                let model = try Recommender.make(
                    options, itemCount: items, states: [.text: ResidentStates(text, layers: [0, 1, 2])],
                    positions: world.split.options.inputLength, on: .cpu)
                try trainer(model, world, RunDirectory(folder.appending(path: name))).train()
                return try model.itemTower.vectors(of: .range(0..<items), training: false).floats()
            }
            let plain = try trained(1, 0, "plain"), moved = try trained(7, -2, "moved")
            #expect(zip(plain, moved).allSatisfy { abs($0 - $1) < 1e-3 } && plain != [Float](repeating: 0, count: plain.count))
        }
    }
}
