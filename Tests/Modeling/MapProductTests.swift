import TestSupport
import Testing
import Torch

/// Products of weights in bfloat16 against those in float32.
@Suite(.oneAtATime) struct MapProductTests {
    @Test(arguments: [(64, 768, 768), (32, 160, 96), (64, 64, 384), (7, 40, 33)])
    func equalsTheProduct(_ shape: (Int, Int, Int)) throws {
        RandomState.seed(12)
        let a = Tensor.randomNormal([shape.0, shape.1]).to(.bfloat16).to(.float32)
        let b = Tensor.randomNormal([shape.1, shape.2]).to(.bfloat16).to(.float32)
        let slope = Tensor.randomNormal([shape.0, shape.2]).to(.bfloat16).to(.float32)
        func results(_ product: (Tensor, Tensor) -> Tensor) throws -> [Tensor] {
            let leaves = [a.clone(), b.clone()]
            for leaf in leaves { leaf.requiresGradient = true }
            let result = product(leaves[0], leaves[1])
            (result * slope).sum().backward()
            return [result] + (try leaves.map { try #require($0.gradient) })
        }
        let expected = try results { $0.matmul($1) }
        let plain = try results { $0.mapProduct($1) }
        let rounded = try results { a, b in withAutocast(to: .bfloat16, on: .cpu) { a.mapProduct(b) } }
        for ((expected, plain), rounded) in zip(zip(expected, plain), rounded) {
            let largest = expected.absolute().maximum().item()
            #expect((plain - expected).absolute().maximum().item() == 0)
            // The numbers are bfloat16 already, and sums are float32: all but nothing is lost; LibTorch's way rounds the result.
            let bound = shape.0 % 32 == 0 ? 1e-5 : 1e-2
            #expect(rounded.dtype == .float32 && (rounded - expected).absolute().maximum().item() < bound * largest)
        }
    }
}
