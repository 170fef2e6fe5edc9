import Files
import Foundation
import TestSupport
import Testing
import Torch

@Suite(.oneAtATime) struct AutogradTests {
    @Test func gradientsOfAProduct() {
        let x = Tensor([1, 2, 3] as [Float])
        x.requiresGradient = true
        (x * x * 2).sum().backward()
        #expect(x.gradient?.floats() == [4, 8, 12])
        x.clearGradient()
        #expect(x.gradient == nil)
        withoutGradients { #expect(!(x * 2).requiresGradient) }
        #expect((x * 2).requiresGradient)
    }

    @Test func autocastShortensProductsOnlyInside() {
        let a = Tensor.ones([2, 2])
        withAutocast(to: .bfloat16, on: .cpu) { #expect(a.matmul(a).dtype == .bfloat16) }
        #expect(a.matmul(a).dtype == .float32)
    }

    @Test(arguments: [false, true]) func adamFollowsItsFormula(decoupled: Bool) throws {
        var expected: [Double] = [0.5, -1.5]
        var first = [0.0, 0.0]
        var second = [0.0, 0.0]
        let parameter = Tensor(expected.map(Float.init))
        parameter.requiresGradient = true
        let (rate, decay) = (0.1, 0.01)
        let groups = [OptimizerGroup("all", ["p": parameter], rate: rate, weightDecay: decay)]
        let adam: any Optimizer = decoupled ? AdamW(groups) : Adam(groups)
        for step in 1...5 {
            adam.clearGradients()
            (parameter * parameter).sum().backward()
            adam.update()
            for i in 0..<2 {
                var gradient = 2 * expected[i]
                if decoupled { expected[i] -= rate * decay * expected[i] } else { gradient += decay * expected[i] }
                first[i] = 0.9 * first[i] + 0.1 * gradient
                second[i] = 0.999 * second[i] + 0.001 * gradient * gradient
                let m = first[i] / (1 - pow(0.9, Double(step)))
                let v = second[i] / (1 - pow(0.999, Double(step)))
                expected[i] -= rate * m / (v.squareRoot() + 1e-8)
            }
        }
        for (found, wanted) in zip(parameter.floats(), expected) { #expect(abs(Double(found) - wanted) < 1e-6) }
    }

    @Test func adamContinuesFromItsState() throws {
        func make() -> (Tensor, Adam) {
            let parameter = Tensor([0.5, -1.5] as [Float])
            parameter.requiresGradient = true
            return (parameter, Adam([.init("all", ["p": parameter], rate: 0.1)]))
        }
        func step(_ parameter: Tensor, _ adam: Adam) {
            adam.clearGradients()
            (parameter * parameter).sum().backward()
            adam.update()
        }
        let (whole, wholeAdam) = make()
        for _ in 0..<6 { step(whole, wholeAdam) }
        let (begun, begunAdam) = make()
        for _ in 0..<3 { step(begun, begunAdam) }
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "optimiser.safetensors")
            try Weights.write(begunAdam.state.map { ($0.key, $0.value) }, to: url)
            let (resumed, resumedAdam) = make()
            withoutGradients { resumed.copy(from: begun) }
            try resumedAdam.load(Weights(file: url))
            for _ in 0..<3 { step(resumed, resumedAdam) }
            #expect(resumed.floats() == whole.floats())
        }
    }
}
