import TestModels
import TestSupport
import Testing
import Torch

@testable import Modeling

/// Gradients of chains against float64: of gates that are nearly shut or open, and of tables in any order of memory.
@Suite(.oneAtATime) struct ChainGradientTests {
    private static let (width, bottleneck, outputs, items, layers) = (64, 32, 32, 2000, 4)

    /// A chain's numbers in float64, of which a form is computed in another precision.
    private struct Numbers {
        let table: Tensor  // [items, layers, width]
        let second: Tensor
        let gates: Tensor
        let blocks: [(down: Tensor, downBias: Tensor, up: Tensor, upBias: Tensor)]
        let map: Tensor
        let slope: Tensor

        init(theta: Double) {
            RandomState.seed(21)
            let (width, bottleneck, layers) = (
                ChainGradientTests.width, ChainGradientTests.bottleneck, ChainGradientTests.layers
            )
            // What bfloat16 holds, so that no form loses anything before it starts.
            func draw(_ shape: [Int], _ scale: Double) -> Tensor { (.randomNormal(shape) * scale).to(.bfloat16).to(.float64) }
            // States with a mean that turns from layer to layer, as far from the block before as can be: what is asked of a gate is then a
            // sum that rounding does not drown.
            func states() -> Tensor {
                let signs = Tensor((0..<layers).map { $0 % 2 == 0 ? 1 : -1 } as [Double], shape: [1, layers, 1])
                let mean = draw([1, 1, width], 1) * signs
                return (draw([ChainGradientTests.items, layers, width], 0.5) + mean).to(.bfloat16).to(.float64)
            }
            (table, second) = (states(), states())
            gates = Tensor.full([layers], theta)
            blocks = (0..<layers).map { _ in
                (
                    draw([bottleneck, width], 0.15), draw([bottleneck], 0.15), draw([width, bottleneck], 0.15),
                    draw([width], 0.15)
                )
            }
            map = draw([ChainGradientTests.outputs, width], 0.15)
            slope =
                draw([1, ChainGradientTests.outputs], 1) + draw([ChainGradientTests.items, ChainGradientTests.outputs], 0.3)
        }

        /// The gradients of θ and of both tables by the formula, in float64.
        func exact(hasTwo: Bool) throws -> (gates: Tensor, tables: [Tensor]) {
            let leaves = [gates.to(.float64), table.clone(), second.clone()]
            for leaf in leaves { leaf.requiresGradient = true }
            let g = (leaves[0] / Gates.temperature).sigmoid()
            var h = Tensor.zeros([ChainGradientTests.items, ChainGradientTests.width], dtype: .float64)
            for (k, block) in blocks.enumerated() {
                let (own, a, b) = (g.selected(0, k), leaves[1].selected(1, k), leaves[2].selected(1, k))
                let x = hasTwo ? h + a * own + b * (1 - own) : a * own + h * (1 - own)
                h = x + x.linear(block.down, block.downBias).relu().linear(block.up, block.upBias)
            }
            (h.linear(map) * slope).sum().backward()
            return (try #require(leaves[0].gradient), try leaves[1...(hasTwo ? 2 : 1)].map { try #require($0.gradient) })
        }

        /// The same by the operation, with the tables in another order of memory: layers, then items.
        func found(hasTwo: Bool, precision: ElementType?, isTurned: Bool = false) throws -> (gates: Tensor, tables: [Tensor]) {
            let theta = gates.to(.float32).clone()
            let leaves = [table, second].map {
                isTurned ? $0.to(.float32).transposed(0, 1).contiguous() : $0.to(.float32).clone()
            }
            for leaf in [theta] + leaves { leaf.requiresGradient = true }
            let tables = leaves.map {
                BottleneckChain.Table([isTurned ? $0.transposed(0, 1) : $0], rows: nil, layers: Array(0..<blocks.count))
            }
            let chain = BottleneckChain(
                blocks.map {
                    .init(
                        downWeight: $0.down.to(.float32), downBias: $0.downBias.to(.float32), upWeight: $0.up.to(.float32),
                        upBias: $0.upBias.to(.float32))
                }, gates: theta, temperature: Gates.temperature, activation: .relu)
            let sum = withAutocast(to: precision, on: .cpu) {
                BottleneckChain.sum([.init(chain, tables[0], hasTwo ? tables[1] : nil, map: map.to(.float32))])
            }
            (sum * slope.to(.float32)).sum().backward()
            let gradients = try leaves.prefix(hasTwo ? 2 : 1).map { leaf in
                let gradient = try #require(leaf.gradient)
                return isTurned ? gradient.transposed(0, 1) : gradient
            }
            return (try #require(theta.gradient), gradients)
        }
    }

    private func error(_ found: Tensor, _ exact: Tensor) -> Double {
        let difference = found.to(.float64) - exact
        return ((difference * difference).sum().item() / (exact * exact).sum().item()).squareRoot()
    }

    static let thetas = [-1.0, -0.8, -0.6, -0.3, -0.28, -0.27, -0.1, 0, 0.1, 0.3, 0.6, 0.8, 1.0]

    @Test(
        .enabled(if: BottleneckChain.hasProducts(), "this processor has no products of ours"), arguments: thetas, [false, true])
    func gatesInFloat32(_ theta: Double, _ hasTwo: Bool) throws {
        let numbers = Numbers(theta: theta)
        let (found, exact) = (try numbers.found(hasTwo: hasTwo, precision: nil), try numbers.exact(hasTwo: hasTwo))
        #expect(error(found.gates, exact.gates) < 1e-3)
    }

    @Test(
        .enabled(if: BottleneckChain.hasProducts(in: .bfloat16), "this processor has no products of ours in bfloat16"),
        arguments: thetas, [false, true])
    func gatesInBFloat16(_ theta: Double, _ hasTwo: Bool) throws {
        let numbers = Numbers(theta: theta)
        let (found, exact) = (try numbers.found(hasTwo: hasTwo, precision: .bfloat16), try numbers.exact(hasTwo: hasTwo))
        #expect(error(found.gates, exact.gates) < 0.03)
    }

    /// A table's gradient is in the order of its rows and layers, whatever the order of its memory.
    @Test(
        .enabled(if: BottleneckChain.hasProducts(), "this processor has no products of ours"), arguments: [false, true],
        [false, true])
    func tablesInAnotherOrder(_ isTurned: Bool, _ hasTwo: Bool) throws {
        let numbers = Numbers(theta: 0.05)
        let exact = try numbers.exact(hasTwo: hasTwo)
        let found = try numbers.found(hasTwo: hasTwo, precision: nil, isTurned: isTurned)
        #expect(found.tables.count == exact.tables.count)
        // A number that crosses the kink of relu by rounding changes a gradient; another order would change them all.
        for (found, exact) in zip(found.tables, exact.tables) { #expect(error(found, exact) < 1e-2) }
    }

    /// What is kept for the backward pass goes with it, though the result stays; a second pass is an error.
    @Test(.enabled(if: BottleneckChain.hasProducts(), "this processor has no products of ours"))
    func aSecondBackwardPassIsAnError() throws {
        let numbers = Numbers(theta: 0)
        let leaf = numbers.table.to(.float32).clone()
        leaf.requiresGradient = true
        let chain = BottleneckChain(
            numbers.blocks.map {
                .init(
                    downWeight: $0.down.to(.float32), downBias: $0.downBias.to(.float32), upWeight: $0.up.to(.float32),
                    upBias: $0.upBias.to(.float32))
            }, gates: nil, temperature: 1, activation: .gelu)
        let table = BottleneckChain.Table([leaf], rows: nil, layers: Array(0..<numbers.blocks.count))
        let loss = BottleneckChain.sum([.init(chain, table, map: numbers.map.to(.float32))]).sum()
        loss.backward()
        let error = #expect(throws: (any Error).self) { try withTensorErrors { loss.backward() } }
        #expect("\(String(describing: error))".contains("second time"))
    }
}
