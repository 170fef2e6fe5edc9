import Datasets
import Files
import Foundation
import Metrics
import Modeling
import TestSupport
import Testing
import Torch

/// One golden case: what was computed and the reference's numbers. The format is told in Tools/Reference/README.md.
struct Fixture: CustomTestStringConvertible, Sendable {
    struct Configuration: Decodable, Sendable {
        struct Tower: Decodable, Sendable {
            let kind: String
            let text, image: ModalityShape?
            let intra, inter, gated, versa: Bool?
            let activation: Activation?
            let bottleneck: Int?
        }
        struct User: Decodable, Sendable { let width, positions, blocks, heads: Int }
        struct Batch: Decodable, Sendable {
            let histories: [[Int32]]
            let popularity_counts: [Float]
        }
        struct Ranking: Decodable, Sendable {
            let histories: [[Int32]]
            let targets: [Int32]
            let ties: Int?
            let hr, ndcg: Double
        }
        struct Rates: Decodable, Sendable { let heads, side_blocks: Double }
        struct Optimiser: Decodable, Sendable {
            let steps: Int
            let learning_rate: Rates
        }
        let kind: String
        let items: Int
        let item_vector_width: Int?
        let item_tower: Tower?
        let user_encoder: User?
        let batch: Batch?
        let ranking: Ranking
        let optimiser: Optimiser?
        let parameter_count: Int?
    }

    let folder: URL
    let configuration: Configuration
    var testDescription: String { folder.lastPathComponent }

    /// All cases in `Fixtures` and in the folder that IISAN_FIXTURES names.
    static func all(kind: String) -> [Fixture] {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let more = ProcessInfo.processInfo.environment["IISAN_FIXTURES"].map { URL(filePath: $0) }
        return ([root.appending(path: "Fixtures")] + (more.map { [$0] } ?? [])).flatMap { folder in
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
            return names.sorted().compactMap { name -> Fixture? in
                let case_ = folder.appending(path: name)
                let file = case_.appending(path: "fixture.json")
                guard FileManager.default.fileExists(atPath: file.path) else { return nil }
                do {
                    let configuration = try JSONFile.read(Configuration.self, from: file)
                    return configuration.kind == kind ? Fixture(folder: case_, configuration: configuration) : nil
                } catch { preconditionFailure("\(error)") }
            }
        }
    }

    /// The reference's tensors.
    func tensors() throws -> Weights { try Weights(file: folder.appending(path: "fixture.safetensors")) }
}

/// A fixture's model with its parameters and its batch, made from a dataset by the way that training takes.
struct FixtureModel {
    let tensors: Weights
    let recommender: Recommender
    let batch: TrainingBatch

    init(_ fixture: Fixture) throws {
        let configuration = fixture.configuration
        guard let tower = configuration.item_tower, let user = configuration.user_encoder,
            let width = configuration.item_vector_width, let histories = configuration.batch
        else { preconditionFailure("\(fixture.testDescription) is not a recommender fixture") }
        let tensors = try fixture.tensors()
        self.tensors = tensors

        let parameters = Parameters()
        let itemParameters = parameters.scoped("item_tower")
        let itemTower: any ItemTower
        if tower.kind == "identity" {
            itemTower = try IdentityTower(itemParameters, itemCount: configuration.items, width: width)
        } else {
            var options = SideNetworkOptions()
            options.form = tower.versa! ? .versa : .iisan
            options.intra = tower.intra!
            options.inter = tower.inter!
            options.gated = tower.gated!
            options.activation = tower.activation!
            options.bottleneck = tower.bottleneck!
            func presence(_ name: String) throws -> [Bool]? {
                guard tensors.has("present_\(name)") else { return nil }
                return try tensors.tensor("present_\(name)").array(of: UInt8.self).map { $0 != 0 }
            }
            func states(_ name: String, _ shape: ModalityShape?) throws -> ResidentStates? {
                try shape.map {
                    ResidentStates(
                        try tensors.tensor("\(name)_states"), layers: $0.layers, presence: try presence(name))
                }
            }
            itemTower = try SideNetworkTower(
                itemParameters, [.text: states("text", tower.text), .image: states("image", tower.image)], options,
                width: width)
        }
        var userOptions = UserEncoderOptions()
        userOptions.blocks = user.blocks
        userOptions.heads = user.heads
        userOptions.dropout = 0
        let userEncoder = try UserEncoder(
            parameters.scoped("user_encoder"), width: width, positions: user.positions, userOptions)
        recommender = Recommender(parameters, itemTower: itemTower, userEncoder: userEncoder)
        withoutGradients {
            for (name, parameter) in parameters.all {
                parameter.copy(from: try! tensors.tensor("parameters.\(name)", shape: parameter.shape))
            }
        }
        batch = try Self.batch(histories, items: configuration.items, positions: user.positions)
    }

    /// The histories are training sequences; two more items each make them whole ones, whose last two the split takes off.
    static func batch(
        _ batch: Fixture.Configuration.Batch, items: Int, positions: Int
    ) throws -> TrainingBatch {
        let contents = DatasetContents(
            name: "fixture", source: "fixture",
            items: (0..<items).map { .init(id: "item \($0)", title: "item \($0)") },
            histories: batch.histories.enumerated().map { ("user \($0.offset)", $0.element + [0, 0]) })
        return try withTemporaryFolder { folder in
            let dataset = try contents.write(to: folder.appending(path: "dataset"))
            let split = try Split(dataset, SplitOptions(minimumItems: 4, maximumItems: positions + 3))
            var packed = TrainingBatch(split, keptUsers: (0..<Int32(batch.histories.count)))
            let sum = batch.popularity_counts.reduce(0, +)
            packed.popularity = packed.items.map { batch.popularity_counts[Int($0)] / sum }
            return packed
        }
    }
}
