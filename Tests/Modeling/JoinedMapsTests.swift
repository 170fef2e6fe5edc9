import TestModels
import TestSupport
import Testing
import Torch

@testable import Modeling

/// Heads that are multiplied out against the heads themselves.
@Suite(.oneAtATime) struct JoinedMapsTests {
    /// The maps and biases, and the gradients of all parameters.
    private func results(
        _ shape: (width: Int, middle: Int, output: Int), hasFusion: Bool,
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
        sum.backward()
        return weights + [biases] + parameters.all.values.compactMap(\.gradient)
    }

    /// The maps that the heads are, found by what they make of each direction and of nothing.
    private func maps(_ heads: [TowerHead], _ widths: [Int], before fusion: Tensor?) -> (weights: [Tensor], biases: Tensor) {
        var start = 0
        let maps = zip(heads, widths).map { head, width in
            let ones: [Float] = (0..<width * width).map { $0 % (width + 1) == 0 ? 1 : 0 }
            let directions = Tensor(ones).reshaped([width, width])
            let (all, bias) = (head(directions), head(.zeros([1, width])))
            let columns = start..<start + bias.size(1)
            start = columns.upperBound
            let after = fusion.map { $0.narrowed(1, columns).transposed(0, 1) }
            func through(_ x: Tensor) -> Tensor { after.map { x.matmul($0) } ?? x }
            return (weight: through(all - bias).transposed(0, 1), bias: through(bias).squeezed(0))
        }
        return (maps.map(\.weight), .stacked(maps.map(\.bias), along: 0))
    }

    @Test(arguments: [(96, 64, 32), (160, 768, 64), (40, 33, 7)], [true, false])
    func equalWhatTheHeadsDo(_ shape: (Int, Int, Int), _ hasFusion: Bool) throws {
        let shape = (width: shape.0, middle: shape.1, output: shape.2)
        let expected = try results(shape, hasFusion: hasFusion) { maps($0, [shape.width, 2 * shape.width], before: $1) }
        let found = try results(shape, hasFusion: hasFusion) { TowerHead.joined($0, before: $1) }
        let rounded = try results(shape, hasFusion: hasFusion) { heads, fusion in
            withAutocast(to: .bfloat16, on: .cpu) { TowerHead.joined(heads, before: fusion) }
        }
        #expect(found.count == expected.count && rounded.count == expected.count && found.count == 3 + (hasFusion ? 9 : 8))
        for ((expected, found), rounded) in zip(zip(expected, found), rounded) {
            let largest = expected.absolute().maximum().item()
            #expect(found.shape == expected.shape && (found - expected).absolute().maximum().item() <= 2e-5 * largest)
            #expect(rounded.dtype == .float32 && (rounded - expected).absolute().maximum().item() < 1e-2 * largest)
        }
    }

    /// The products are LibTorch's, whose sums follow the number of threads on some processors: no more than rounding, also where
    /// bfloat16 is in effect.
    @Test(arguments: [ElementType?.none, .bfloat16]) func threadsChangeNoMoreThanRounding(_ precision: ElementType?) throws {
        func run(_ threads: Int) throws -> [[Float]] {
            try withThreads(threads) {
                try results((768, 768, 64), hasFusion: true) { heads, fusion in
                    withAutocast(to: precision, on: .cpu) { TowerHead.joined(heads, before: fusion) }
                }.map { $0.floats() }
            }
        }
        let one = try run(1)
        for threads in [2, 3, 8] {
            for (found, expected) in zip(try run(threads), one) {
                let most = zip(found, expected).map { abs($0 - $1) }.max() ?? 0
                #expect(most <= 2e-6 * (expected.map(abs).max() ?? 0), "\(threads) threads")
            }
        }
    }
}
