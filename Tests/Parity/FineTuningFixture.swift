import Datasets
import Catalogue
import Files
import FineTuning
import Foundation
import Modeling
import TestSupport
import Testing
import Torch

/// A golden case of fine-tuning live encoders. The format is told in Tools/Reference/README.md.
struct FineTuningFixture: CustomTestStringConvertible, Sendable {
    struct Configuration: Decodable, Sendable {
        struct Tower: Decodable, Sendable {
            let method: Method
            let text, image: String?
            let activation: Activation?
            let bottleneck, rank: Int?
            let alpha: Double?
        }
        struct Rates: Decodable, Sendable { let heads, adapters, encoder: Double }
        struct Optimiser: Decodable, Sendable {
            let steps: Int
            let learning_rate: Rates
        }
        let items: Int
        let item_vector_width: Int
        let item_tower: Tower
        let user_encoder: Fixture.Configuration.User
        let batch: Fixture.Configuration.Batch
        let titles: [[Int32]]?
        let optimiser: Optimiser
        let parameter_count: Int
    }

    let folder: URL
    let configuration: Configuration
    var testDescription: String { folder.lastPathComponent }

    /// All cases of `Fixtures/FineTuning`.
    static func all() -> [FineTuningFixture] {
        let root = fixture("FineTuning")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: root.path)) ?? []
        precondition(!names.isEmpty, "there are no fixtures in \(root.path)")
        return names.sorted().map { name in
            let folder = root.appending(path: name)
            do {
                return FineTuningFixture(
                    folder: folder,
                    configuration: try JSONFile.read(Configuration.self, from: folder.appending(path: "fixture.json")))
            } catch { preconditionFailure("\(error)") }
        }
    }
}

/// A fixture's model with its parameters and its batch.
struct FineTuningModel {
    let tensors: Weights
    let recommender: Recommender
    let batch: TrainingBatch
    let adam: Adam

    init(_ fixture: FineTuningFixture, checkpointing: Bool = false, passTokens: Int = 8192) throws {
        let configuration = fixture.configuration
        let tower = configuration.item_tower
        let tensors = try Weights(file: fixture.folder.appending(path: "fixture.safetensors"))
        self.tensors = tensors
        var options = RecommenderOptions()
        options.method = tower.method
        options.width = configuration.item_vector_width
        options.userEncoder.dropout = 0
        options.userEncoder.blocks = configuration.user_encoder.blocks
        options.userEncoder.heads = configuration.user_encoder.heads
        options.fineTuning.adapterWidth = tower.bottleneck ?? 64
        options.fineTuning.adapterActivation = tower.activation ?? .relu
        options.fineTuning.rank = tower.rank ?? 8
        options.fineTuning.alpha = tower.alpha ?? 16
        options.fineTuning.checkpointing = checkpointing
        options.fineTuning.passTokens = passTokens
        func source(_ modality: String, _ inputs: @autoclosure () throws -> LiveInputs) throws -> any StateSource {
            guard options.method.trainsEncoders else {
                let states = try tensors.tensor("forward.\(modality).state").unsqueezed(1)  // [items, 1, width]
                return ResidentStates(states, layers: [2])
            }
            return try TunedEncoder(
                inputs(), method: options.method, options.fineTuning, pooling: nil, autocast: nil, on: .cpu)
        }
        let text = try tower.text.map {
            try source("text", LiveInputs(tokens: configuration.titles ?? [], with: fixture.folder.appending(path: $0)))
        }
        let image = try tower.image.map {
            try source("image", LiveInputs(pixels: tensors.tensor("pixels"), with: fixture.folder.appending(path: $0)))
        }
        recommender = try Recommender.make(
            options, itemCount: configuration.items, states: [.text: text, .image: image],
            positions: configuration.user_encoder.positions, on: .cpu)
        let parameters = recommender.parameters.all
        try withoutGradients {
            for (name, parameter) in parameters {
                parameter.copy(from: try tensors.tensor("parameters.\(name)", shape: parameter.shape))
            }
        }
        batch = try FixtureModel.batch(
            configuration.batch, items: configuration.items, positions: configuration.user_encoder.positions)
        let rates = configuration.optimiser.learning_rate
        let encoders = tower.method == .adapter || tower.method == .lora ? rates.adapters : rates.encoder
        adam = Adam(recommender.groups(heads: rates.heads, sideBlocks: 0, encoders: encoders))
    }
}
