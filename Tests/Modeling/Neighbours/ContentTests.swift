import Files
import TestSupport
import Testing
import Torch

@testable import Modeling

/// Whitened states against the formula in float64, and what becomes of odd catalogues.
@Suite(.oneAtATime) struct ContentTests {
    /// y · y' of whitened rows is x (Σ + mean(λ) I)^-1 x', up to lengths, whatever basis the eigenvectors give.
    @Test func vectorsAreWhitened() throws {
        RandomState.seed(5)
        let (items, width) = (40, 6)
        let states = Tensor.randomNormal([items, 3, width])
        let source = ResidentStates(states, layers: [0, 2, 4])
        let whitening = try Whitening(of: source, itemCount: items, width: width)
        let vectors = try whitening.vectors(of: source, itemCount: items)
        // Without the embedding output.
        let rows = states.to(.float64).narrowed(1, from: 1).mean(along: 1)
        let centred = rows - rows.mean(along: 0, keeping: true)
        let covariance = centred.transposed(0, 1).matmul(centred) / Double(items)
        let (values, basis) = covariance.symmetricEigen()
        let rebuilt = (basis * values.unsqueezed(0)).matmul(basis.transposed(0, 1))
        #expect((rebuilt - covariance).absolute().maximum().item() < 1e-10, "the eigenvectors are those of the matrix")
        let inverse = (basis / (values + values.mean()).unsqueezed(0)).matmul(basis.transposed(0, 1))
        let products = centred.matmul(inverse).matmul(centred.transposed(0, 1))
        let (found, expected) = (vectors.matmul(vectors.transposed(0, 1)).floats(), products.floats())
        for a in 0..<items {
            for b in 0..<items {
                let lengths = (expected[a * items + a] * expected[b * items + b]).squareRoot()
                #expect(abs(found[a * items + b] - expected[a * items + b] / lengths) < 1e-4)
            }
        }
    }

    /// A narrower vector is the part of the wide one with the largest variance.
    @Test func narrowVectorsKeepTheLargestParts() throws {
        RandomState.seed(6)
        let scales = Tensor([8, 4, 0.1, 0.1] as [Float])
        let source = ResidentStates(Tensor.randomNormal([200, 1, 4]) * scales, layers: [3])
        let narrow = try Whitening(of: source, itemCount: 200, width: 2)
        #expect(narrow.map.shape == [4, 2])
        let rows = narrow.map.floats()
        #expect(abs(rows[0]) + abs(rows[1]) > 10 * (abs(rows[4]) + abs(rows[5])) || abs(rows[2]) + abs(rows[3]) > 0.05)
        #expect(abs(rows[4]) + abs(rows[5]) + abs(rows[6]) + abs(rows[7]) < 0.05)
    }

    /// Equal states, and items without the modality, have vectors of zeros or of numbers, never anything else.
    @Test func oddCataloguesHaveNumbers() throws {
        let equal = ResidentStates(Tensor.ones([5, 2, 3]), layers: [0, 1])
        let vectors = try Whitening(of: equal, itemCount: 5).vectors(of: equal, itemCount: 5)
        #expect(vectors.floats().allSatisfy { $0 == 0 })
        RandomState.seed(7)
        let presence = [true, false, true, true, false]
        let some = ResidentStates(Tensor.randomNormal([5, 2, 3]), layers: [0, 1], presence: presence)
        let found = try Whitening(of: some, itemCount: 5).vectors(of: some, itemCount: 5).floats()
        for item in 0..<5 {
            let length = found[item * 3..<item * 3 + 3].reduce(0) { $0 + $1 * $1 }
            #expect(abs(length - (presence[item] ? 1 : 0)) < 1e-5)
        }
        let none = ResidentStates(Tensor.ones([2, 1, 3]), layers: [0], presence: [false, false])
        #expect(throws: UserError.self) { try Whitening(of: none, itemCount: 2) }
    }
}
