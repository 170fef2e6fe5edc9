import Files
import TestSupport
import Testing
import Torch

@testable import Modeling

/// Items that lack a modality, and modality dropout.
@Suite(.oneAtATime) struct ModalityTests {
    private let items = Tensor.range(0..<6)

    private func states(_ width: Int, presence: [Bool]? = nil) -> ResidentStates {
        ResidentStates(.randomNormal([6, 2, width]), layers: [0, 1], presence: presence)
    }

    private func recommender(
        _ method: Method, text: ResidentStates, image: ResidentStates, dropout: Double = 0
    ) throws -> Recommender {
        var options = RecommenderOptions()
        options.method = method
        options.width = 8
        options.sideNetworks.bottleneck = 4
        options.modalityDropout = dropout
        return try .make(options, itemCount: 6, states: [.text: text, .image: image], positions: 5, on: .cpu)
    }

    @Test func aStandInIsThereOnlyWhereSomethingIsMissing() throws {
        RandomState.seed(1)
        let whole = try recommender(.iisan, text: states(12), image: states(8, presence: .init(repeating: true, count: 6)))
        #expect(!whole.parameters.all.keys.contains { $0.hasSuffix(".missing") })
        let partial = try recommender(
            .iisan, text: states(12), image: states(8, presence: [true, true, false, true, true, true]))
        #expect(partial.parameters.all["item_tower.image.missing"]?.shape == [2, 8])
        #expect(partial.parameters.all["item_tower.text.missing"] == nil)
        let dropping = try recommender(.frozen, text: states(12), image: states(8), dropout: 0.2)
        #expect(dropping.parameters.all["item_tower.text.missing"]?.shape == [2, 12])
    }

    /// What stands in the rows of missing items does not matter, the stand-in does.
    @Test(arguments: [Method.iisan, .frozen, .idAndModality]) func missingStatesAreReplaced(_ method: Method) throws {
        RandomState.seed(2)
        let presence = [true, false, true, true, false, true]
        let text = states(12)
        let table = Tensor.randomNormal([6, 2, 8])
        let other = table.clone()
        withoutGradients { for item in [1, 4] { other.selected(0, item).copy(from: .full([2, 8], 9)) } }
        func vectors(_ table: Tensor, standIn: Double) throws -> [Float] {
            RandomState.seed(3)
            let model = try recommender(
                method, text: text, image: ResidentStates(table, layers: [0, 1], presence: presence))
            withoutGradients { model.parameters.all["item_tower.image.missing"]!.copy(from: .full([2, 8], standIn)) }
            return try model.itemTower.vectors(of: items, training: true).floats()
        }
        let found = try vectors(table, standIn: 0.5)
        #expect(try vectors(other, standIn: 0.5) == found)
        let changed = try vectors(table, standIn: 0.6)
        for item in 0..<6 {
            let row = item * 8..<(item + 1) * 8
            #expect((Array(found[row]) == Array(changed[row])) == presence[item], "item \(item)")
        }
    }

    @Test func standInsLearn() throws {
        RandomState.seed(4)
        let model = try recommender(
            .iisan, text: states(12), image: states(8, presence: [true, false, true, true, true, true]))
        try model.itemTower.vectors(of: items, training: true).sum().backward()
        #expect(try #require(model.parameters.all["item_tower.image.missing"]?.gradient).absolute().maximum().item() > 0)
    }

    /// Over many draws each modality is left out about as often as was asked for, and never both.
    @Test func dropoutLeavesOneModality() throws {
        RandomState.seed(5)
        let text = ResidentStates(.ones([2000, 1, 4]), layers: [0])
        let lacking = (0..<2000).map { $0 % 4 != 0 }
        let image = ResidentStates(.ones([2000, 1, 4]), layers: [0], presence: lacking)
        let pair = try ItemStates(Parameters(), [.text: text, .image: image], dropout: 0.3)
        let all = Tensor.range(0..<2000)
        let drawn = try pair.rows(of: all, training: true)
        let texts = try #require(drawn[.text]).dense.selected(1, 0).selected(1, 0).floats()  // 1 kept, 0 left out
        let images = try #require(drawn[.image]).dense.selected(1, 0).selected(1, 0).floats()
        #expect(zip(texts, images).allSatisfy { $0 + $1 >= 1 })
        // An item without a picture keeps its title.
        #expect(texts.indices.filter { !lacking[$0] }.allSatisfy { texts[$0] == 1 && images[$0] == 0 })
        let complete = texts.indices.filter { lacking[$0] }
        let share = { (values: [Float]) in Double(complete.count { values[$0] == 0 }) / Double(complete.count) }
        #expect(abs(share(texts) - 0.3) < 0.05 && abs(share(images) - 0.3) < 0.05)
        let still = try pair.rows(of: all, training: false)
        #expect(try #require(still[.text]).dense.sum().item() == 8000)
        #expect(throws: UserError.self) { try ItemStates(Parameters(), [.text: text, .image: image], dropout: 0.6) }
        #expect(throws: UserError.self) { try ItemStates(Parameters(), [:], dropout: 0) }
    }

    /// The parts' vectors and the fusion's bias are the item vectors.
    @Test(arguments: [Method.iisan, .idAndModality]) func partsAddUpToTheVectors(_ method: Method) throws {
        RandomState.seed(6)
        let model = try recommender(method, text: states(12), image: states(8))
        let parts = try model.itemTower.parts(of: items)
        #expect(Set(parts.map(\.name)) == (method == .iisan ? ["image", "text", "inter"] : ["image", "text", "id"]))
        let sum =
            parts.dropFirst().reduce(parts[0].vectors) { $0 + $1.vectors } + model.parameters.all["item_tower.fusion.bias"]!
        let difference = try (sum - model.itemTower.vectors(of: items, training: false)).absolute().maximum().item()
        #expect(difference < 1e-5)
    }
}
