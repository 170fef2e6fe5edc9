import TestSupport
import Testing
import Torch

@testable import Modeling

/// Attention within packed histories against the padded form.
@Suite(.oneAtATime) struct HistoryAttentionTests {
    private static let length = 10

    /// Histories of these lengths, right-aligned.
    private func layout(_ lengths: [Int]) -> (users: [Int64], positions: [Int64]) {
        var (users, positions): ([Int64], [Int64]) = ([], [])
        for (user, count) in lengths.enumerated() {
            users += [Int64](repeating: Int64(user), count: count)
            positions += (Self.length - count..<Self.length).map(Int64.init)
        }
        return (users, positions)
    }

    @Test(arguments: [[1], [10], [3, 1, 10, 2, 7], [2, 0, 4], Array(repeating: 9, count: 300)], [1, 2, 4])
    func equalsThePaddedForm(_ lengths: [Int], _ heads: Int) throws {
        RandomState.seed(8)
        let (users, positions) = layout(lengths)
        func rows(isPadded: Bool) -> HistoryRows {
            HistoryRows(
                users: users, positions: positions, userCount: lengths.count, length: Self.length, isPadded: isPadded, on: .cpu)
        }
        let sides = Tensor.randomNormal([users.count, 3 * 16])
        let slope = Tensor.randomNormal([users.count, 16])
        func results(_ attention: (Tensor) -> Tensor) throws -> (seen: Tensor, gradient: Tensor) {
            let leaf = sides.clone()
            leaf.requiresGradient = true
            let seen = attention(leaf)
            (seen * slope).sum().backward()
            return (seen, try #require(leaf.gradient))
        }
        let packed = rows(isPadded: false)
        #expect(packed.pairCount == lengths.reduce(0) { $0 + $1 * ($1 + 1) / 2 })
        let found = try results { $0.historyAttention(starts: packed.starts, heads: heads) }
        let padded = try #require(rows(isPadded: true).padded)
        let expected = try results { padded.attention($0, heads: heads, dropout: 0) }
        #expect((found.seen - expected.seen).absolute().maximum().item() < 1e-5)
        #expect((found.gradient - expected.gradient).absolute().maximum().item() < 1e-5)
        // A mask of ones changes nothing; one of twos doubles what is seen, and its gradient.
        let ones = try results {
            $0.historyAttention(starts: packed.starts, heads: heads, mask: .ones([heads, packed.pairCount]))
        }
        #expect(ones.seen.floats() == found.seen.floats() && ones.gradient.floats() == found.gradient.floats())
        let twos = try results {
            $0.historyAttention(starts: packed.starts, heads: heads, mask: .full([heads, packed.pairCount], 2))
        }
        #expect((twos.seen - found.seen * 2).absolute().maximum().item() < 1e-5)
        #expect((twos.gradient - found.gradient * 2).absolute().maximum().item() < 1e-5)
    }

    /// A masked pair is not seen: the mean of the values of the others, each with its probability, remains.
    @Test func masksFallOnPairs() throws {
        let packed = HistoryRows(users: [0, 0], positions: [8, 9], userCount: 1, length: 10, isPadded: false, on: .cpu)
        // Equal keys: each row sees its own and the earlier row alike.
        let sides = Tensor([1, 1, 3, 1, 1, 5] as [Float]).reshaped([2, 3])
        let mask = Tensor([1, 0, 1] as [Float]).reshaped([1, 3])  // (0, 0), (1, 0), (1, 1)
        #expect(sides.historyAttention(starts: packed.starts, heads: 1, mask: mask).floats() == [3, 2.5])
    }

    @Test func impossibleLayoutsAreErrors() throws {
        let sides = Tensor.zeros([4, 6])
        for starts in [[0, 3], [1, 4], [0, 5, 4], [0, 3, 2, 4]] as [[Int64]] {
            #expect(throws: (any Error).self) {
                try withTensorErrors { _ = sides.historyAttention(starts: Tensor(starts), heads: 2) }
            }
        }
    }
}
