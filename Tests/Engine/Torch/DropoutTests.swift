import TestSupport
import Testing
import Torch

/// Dropout whose fates follow from a seed.
@Suite(.oneAtATime) struct DropoutTests {
    @Test(arguments: [0.1, 0.5, 0.9]) func dropsTheAskedShare(_ probability: Double) throws {
        RandomState.seed(3)
        let count = 300_000
        let dropped = Tensor.ones([count]).fastDropout(probability).floats()
        let kept = dropped.count { $0 != 0 }
        #expect(
            abs(Double(kept) / Double(count) - (1 - probability)) < 5
                * (probability * (1 - probability) / Double(count)).squareRoot())
        #expect(dropped.allSatisfy { $0 == 0 || abs($0 - Float(1 / (1 - probability))) < 1e-6 })
        // Neighbours, and places some powers of two apart, are independent.
        for distance in [1, 2, 64, 1 << 16] {
            let both = (distance..<count).count { dropped[$0] != 0 && dropped[$0 - distance] != 0 }
            let expected = (1 - probability) * (1 - probability)
            let total = Double(count - distance)
            #expect(abs(Double(both) / total - expected) < 6 * (expected * (1 - expected) / total).squareRoot(), "\(distance)")
        }
    }

    @Test func gradientsFallOnWhatIsKept() throws {
        RandomState.seed(4)
        let x = Tensor.randomNormal([70_000])
        x.requiresGradient = true
        let y = x.fastDropout(0.3)
        let slope = Tensor.randomNormal([70_000])
        (y * slope).sum().backward()
        let expected = (slope * y / x.detached()).detached()
        #expect((try #require(x.gradient) - expected).absolute().maximum().item() < 1e-4)
    }

    /// The same random state gives the same, another draw something else.
    @Test func followsTheRandomState() {
        let x = Tensor.ones([1000])
        RandomState.seed(5)
        let state = RandomState.current()
        let first = x.fastDropout(0.5).floats()
        let second = x.fastDropout(0.5).floats()
        #expect(first != second)
        RandomState.restore(state)
        #expect(x.fastDropout(0.5).floats() == first && x.fastDropout(0.5).floats() == second)
    }
}
