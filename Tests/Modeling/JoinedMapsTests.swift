import TestModels
import TestSupport
import Testing
import Torch

@testable import Modeling

/// Heads that are multiplied out against the plain form.
@Suite(.oneAtATime) struct JoinedMapsTests {
    /// The maps and biases, and the gradients of all parameters.
    private func results(
        _ shape: (width: Int, middle: Int, output: Int), hasFusion: Bool, backwardIn precision: DType? = nil,
        _ joined: ([TowerHead], Tensor?) -> (weights: [Tensor], biases: Tensor)
    ) throws -> [Tensor] {
        RandomState.seed(12)
        let parameters = Parameters(on: .cpu)
        let widths = [shape.width, 2 * shape.width]
        let heads = try widths.enumerated().map {
            try TowerHead(parameters.scoped("\($0)"), width: $1, middle: shape.middle, output: shape.output)
        }
        let fusion = try parameters("fusion", [32, 2 * shape.output], .zeros)
        withoutGradients {
            // Numbers that bfloat16 holds: all but nothing is then lost.
            for parameter in parameters.all.values {
                parameter.copy(from: (.randomNormal(parameter.shape) * 0.2).to(.bfloat16).to(.float32))
            }
        }
        let (weights, biases) = joined(heads, hasFusion ? fusion : nil)
        var sum = (biases * .randomNormal(biases.shape)).sum()
        for weight in weights { sum = sum + (weight * .randomNormal(weight.shape).to(.bfloat16).to(.float32)).sum() }
        withAutocast(to: precision, on: .cpu) { sum.backward() }
        return weights + [biases] + parameters.all.values.compactMap(\.gradient)
    }

    @Test(arguments: [(96, 64, 32), (160, 768, 64), (40, 33, 7)], [true, false])
    func equalsThePlainForm(_ shape: (Int, Int, Int), _ hasFusion: Bool) throws {
        let shape = (width: shape.0, middle: shape.1, output: shape.2)
        let expected = try results(shape, hasFusion: hasFusion) { TowerHead.plainlyJoined($0, before: $1) }
        let found = try results(shape, hasFusion: hasFusion) { TowerHead.joined($0, before: $1) }
        let rounded = try results(shape, hasFusion: hasFusion) { heads, fusion in
            withAutocast(to: .bfloat16, on: .cpu) { TowerHead.joined(heads, before: fusion) }
        }
        #expect(found.count == expected.count && rounded.count == expected.count && found.count == 3 + (hasFusion ? 9 : 8))
        for ((expected, found), rounded) in zip(zip(expected, found), rounded) {
            let largest = expected.absolute().maximum().item()
            #expect(found.shape == expected.shape && (found - expected).absolute().maximum().item() <= 1e-5 * largest)
            #expect(rounded.dtype == .float32 && (rounded - expected).absolute().maximum().item() < 1e-2 * largest)
        }
    }

    @Test func aBackwardPassUnderAutocastGivesTheSameGradients() throws {
        let shape = (width: 160, middle: 768, output: 64)
        let join: ([TowerHead], Tensor?) -> (weights: [Tensor], biases: Tensor) = { heads, fusion in
            withAutocast(to: .bfloat16, on: .cpu) { TowerHead.joined(heads, before: fusion) }
        }
        let outside = try results(shape, hasFusion: true, join)
        let inside = try results(shape, hasFusion: true, backwardIn: .bfloat16, join)
        for (outside, inside) in zip(outside, inside) {
            #expect(inside.dtype == .float32 && inside.floats() == outside.floats())
        }
    }

    @Test(arguments: [DType?.none, .bfloat16]) func threadsDoNotChangeABit(_ precision: DType?) throws {
        func run(_ threads: Int) throws -> [[Float]] {
            try withThreads(threads) {
                try results((768, 768, 64), hasFusion: true) { heads, fusion in
                    withAutocast(to: precision, on: .cpu) { TowerHead.joined(heads, before: fusion) }
                }.map { $0.floats() }
            }
        }
        let one = try run(1)
        for threads in [2, 3, 8] { #expect(try run(threads) == one, "\(threads) threads") }
    }

    @Test func mapsThatDoNotFitAreErrors() {
        let weight = Tensor.zeros([32, 32]), bias = Tensor.zeros([32])
        for fusion in [Tensor.zeros([32, 40]), Tensor.zeros([32])] {
            #expect(throws: (any Error).self) {
                try withTensorErrors { _ = JoinedMaps.of([(first: (weight, bias), second: (weight, bias))], before: fusion) }
            }
        }
        #expect(throws: (any Error).self) {
            try withTensorErrors {
                _ = JoinedMaps.of([(first: (weight, Tensor.zeros([31])), second: (weight, bias))], before: nil)
            }
        }
    }
}
