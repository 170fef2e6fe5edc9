import Files
import Modeling
import TestSupport
import Testing
import Torch

/// The dimension transformation of the inter tower on one side or on both.
@Suite(.oneAtATime) struct TransformationTests {
    private let text: [Float] = [1, 2, 3, -1]
    private let image: [Float] = [0.5, -2]

    private func tower(_ transformation: SideNetworkOptions.Transformation, text: [Float], image: [Float]) throws -> (
        SideNetworkTower, Parameters
    ) {
        RandomState.seed(7)
        var options = SideNetworkOptions()
        options.intra = false
        options.bottleneck = 3
        options.transformation = transformation
        let parameters = Parameters(on: .cpu)
        func states(_ values: [Float]) -> ResidentStates {
            ResidentStates(Tensor(values).reshaped([1, 1, values.count]), layers: [4])
        }
        let tower = try SideNetworkTower(parameters, [.text: states(text), .image: states(image)], options, width: 4)
        return (tower, parameters)
    }

    /// W x + b, written out.
    private func mapped(_ x: [Float], _ name: String, _ parameters: Parameters) -> [Float] {
        guard let weight = parameters.all["\(name).weight"]?.floats(), let bias = parameters.all["\(name).bias"]?.floats()
        else {
            return []
        }
        return bias.indices.map { row in
            zip(weight[row * x.count..<(row + 1) * x.count], x).reduce(bias[row]) { $0 + $1.0 * $1.1 }
        }
    }

    @Test func bothMapsEachModalityToTheNarrowerWidth() throws {
        let (tower, parameters) = try tower(.both, text: text, image: image)
        let ours = mapped(text, "inter.transforms.text.0", parameters)
        let theirs = mapped(image, "inter.transforms.image.0", parameters)
        // A fresh gate mixes half and half.
        let mixed = zip(ours, theirs).map { ($0 + $1) / 2 }
        let inside = mapped(mixed, "inter.blocks.0.down", parameters).map { max(0, $0) }
        let expected = zip(mixed, mapped(inside, "inter.blocks.0.up", parameters)).map { $0 + $1 }
        let found = try tower.stages(of: Tensor([Int64(0)])).inter[0].floats()
        #expect(expected.count == 2 && found.count == 2)
        for (one, other) in zip(expected, found) { #expect(abs(one - other) < 1e-5) }
    }

    @Test func widerMapsOneAndNoneWhereTheWidthsAgree() throws {
        let wider = try tower(.wider, text: text, image: image).1.all.keys.filter { $0.contains("transforms") }
        #expect(wider == ["inter.transforms.0.weight", "inter.transforms.0.bias"])
        #expect(try !tower(.wider, text: image, image: image).1.all.keys.contains { $0.contains("transforms") })
        let both = try tower(.both, text: image, image: image).1.all
        #expect(both["inter.transforms.text.0.weight"]?.shape == [2, 2])
        #expect(both["inter.transforms.image.0.bias"]?.shape == [2])
    }
}
