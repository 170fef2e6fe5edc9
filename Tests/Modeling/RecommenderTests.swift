import Files
import Modeling
import OrderedCollections
import TestSupport
import Testing
import Torch

@Suite(.oneAtATime) struct RecommenderTests {
    /// The published number: 64 wide, 12 layers, bert-base and ViT-base, user encoder and heads included.
    @Test func parameterCountOfThePaper() throws {
        let layers = [0, 2, 4, 6, 8, 10, 12]
        let states = ResidentStates(.zeros([1, 7, 768]), layers: layers)
        let recommender = try Recommender.make(
            RecommenderOptions(), itemCount: 1, states: [.text: states, .image: states], positions: 10, on: .cpu)
        #expect(recommender.parameters.count == 4_113_877)
    }

    @Test func freshParametersFollowTheDesign() throws {
        RandomState.seed(1)
        let states = ResidentStates(.zeros([1, 2, 256]), layers: [0, 1])
        let all = try Recommender.make(
            RecommenderOptions(), itemCount: 1, states: [.text: states, .image: states], positions: 10, on: .cpu
        ).parameters.all
        func deviation(_ name: String) -> Double { (all[name]! * all[name]!).mean().squareRoot().item() }
        #expect(abs(deviation("item_tower.text.blocks.0.down.weight") - 0.01) < 3e-4)
        #expect(abs(deviation("item_tower.inter.blocks.1.up.weight") - 0.01) < 3e-4)
        #expect(all["item_tower.image.blocks.0.up.bias"]!.floats().allSatisfy { $0 == 0 })
        #expect(all["item_tower.image.gates"]!.floats() == [0, 0])
        #expect(abs(deviation("user_encoder.blocks.0.attention.query.weight") - (2.0 / 128).squareRoot()) < 5e-3)
        #expect(all["user_encoder.blocks.0.feed_forward.up.bias"]!.floats().allSatisfy { $0 == 0 })
        #expect(all["item_tower.text.head.0.weight"]!.absolute().maximum().item() <= 1.0 / 16)
    }

    @Test func sideBlocksAreAGroupOfTheirOwn() throws {
        let text = ResidentStates(.zeros([1, 2, 24]), layers: [0, 1])
        let image = ResidentStates(.zeros([1, 2, 16]), layers: [0, 1])
        let recommender = try Recommender.make(
            RecommenderOptions(), itemCount: 1, states: [.text: text, .image: image], positions: 10, on: .cpu)
        let groups = recommender.groups(heads: 2e-4, sideBlocks: 1e-4, encoders: 1e-4)
        #expect(groups.map(\.name) == ["heads", "side_blocks"])
        #expect(groups.flatMap(\.parameters).count == recommender.parameters.all.count)
        let side = groups[1].parameters.keys
        #expect(side.contains("item_tower.inter.transforms.1.weight") && side.contains("item_tower.text.gates"))
        #expect(!side.contains { $0.hasPrefix("user_encoder") || $0.contains("head") || $0.contains("fusion") })
    }

    /// Groups and weight decay are what the parts that asked for parameters declared, whatever the names are.
    @Test func partsDeclareTheirGroups() throws {
        final class Encoder: StateSource {
            let shape = ModalityShape(width: 8, layers: [0])
            let presence: [Bool]? = nil
            let trained: OrderedDictionary<String, Tensor> = ["a.weight": .ones([8, 8]), "a.blocks.0.bias": .ones([8])]
            let decayed: Set<String> = ["a.weight"]
            func states(of items: Tensor, training: Bool) -> StateRows { StateRows(.zeros([items.count, 1, 8])) }
        }
        var options = RecommenderOptions()
        options.method = .idAndModality
        options.modalityDropout = 0.1
        let image = ResidentStates(.zeros([3, 1, 8]), layers: [0])
        let recommender = try Recommender.make(
            options, itemCount: 3, states: [.text: Encoder(), .image: image], positions: 4, on: .cpu)
        let groups = recommender.groups(heads: 1, sideBlocks: 2, encoders: 3, decay: .matrices(0.1))
        #expect(groups.map(\.name) == ["heads", "heads, without decay", "encoders", "encoders, without decay"])
        #expect(groups.map(\.rate) == [1, 1, 3, 3] && groups.map(\.weightDecay) == [0.1, 0, 0.1, 0])
        #expect(Array(groups[2].parameters.keys) == ["item_tower.text.a.weight"])
        #expect(Array(groups[3].parameters.keys) == ["item_tower.text.a.blocks.0.bias"])
        let without = Set(groups[1].parameters.keys)
        #expect(without.isSuperset(of: ["item_tower.id.weight", "item_tower.text.missing", "user_encoder.norm.weight"]))
        #expect(groups[0].parameters.keys.contains("item_tower.image.head.weight"))
        #expect(
            recommender.groups(heads: 1, sideBlocks: 2, encoders: 3).map(\.parameters.count) == [
                groups[0].parameters.count + groups[1].parameters.count, 2,
            ])
    }

    @Test func settingsThatCannotBeBuiltAreErrors() {
        let wide = ResidentStates(.zeros([1, 2, 24]), layers: [0, 1])
        let narrow = ResidentStates(.zeros([1, 2, 16]), layers: [0, 1])
        func make(text: ResidentStates?, image: ResidentStates?, _ change: (inout RecommenderOptions) -> Void) throws {
            var options = RecommenderOptions()
            change(&options)
            _ = try Recommender.make(options, itemCount: 1, states: [.text: text, .image: image], positions: 10, on: .cpu)
        }
        #expect(throws: UserError.self) { try make(text: wide, image: narrow) { $0.sideNetworks.form = .iisan } }
        #expect(throws: UserError.self) { try make(text: nil, image: nil) { _ in } }
        #expect(throws: UserError.self) { try make(text: wide, image: nil) { $0.sideNetworks.intra = false } }
        #expect(throws: UserError.self) {
            try make(text: wide, image: narrow) { ($0.sideNetworks.intra, $0.sideNetworks.inter) = (false, false) }
        }
        #expect(throws: UserError.self) { try make(text: wide, image: narrow) { $0.sideNetworks.bottleneck = 0 } }
        #expect(throws: UserError.self) { try make(text: wide, image: narrow) { $0.sideNetworks.activation = .tanh } }
        #expect(throws: UserError.self) { try make(text: wide, image: narrow) { $0.userEncoder.heads = 3 } }
        #expect(throws: UserError.self) { try make(text: wide, image: narrow) { $0.userEncoder.dropout = 1 } }
        #expect(throws: Never.self) { try make(text: nil, image: narrow) { _ in } }
    }
}
