import Datasets
import TestModels
import TestSupport
import Testing
import Torch

@testable import Modeling

/// The loss in one pass over the logits against the plain form: values and gradients.
@Suite(.oneAtATime) struct RowLossesTests {
    /// Losses and gradients of 300 rows over 40 items, with each user's own items left out.
    private func results(_ users: [Int64], pairs: [(user: Int64, item: Int64)], order: [Int]) throws -> [[Float]] {
        RandomState.seed(31)
        func draw(_ shape: [Int]) -> Tensor { .randomNormal(shape) }
        let (outputs, vectors, shares) = (draw([users.count, 16]), draw([40, 16]), draw([40]))
        let targets = users.indices.map { Int64($0 * 7 % 40) }
        let places = Tensor(order.map(Int64.init))
        let leaves = [outputs.selecting(places), vectors.clone()]
        for leaf in leaves { leaf.requiresGradient = true }
        let rows = CandidateRows(
            logShares: shares, logCounts: .zeros([40]), users: Tensor(order.map { users[$0] }), userCount: users.count,
            targets: Tensor(order.map { targets[$0] }), ownUsers: Tensor(pairs.map(\.user)), ownItems: Tensor(pairs.map(\.item))
        )
        let losses = leaves[0].rowLosses(leaves[1], rows)
        losses.sum().backward()
        // In the order of the users as they were.
        let back = Tensor(users.indices.map { Int64(order.firstIndex(of: $0) ?? 0) })
        return [losses.selecting(back).floats(), try #require(leaves[0].gradient).selecting(back).floats()]
    }

    /// Rows may come in any order of users; pairs may not.
    @Test func usersInAnyOrder() throws {
        let users = (0..<300).map { Int64($0 / 10) }
        var pairs: [(user: Int64, item: Int64)] = []
        for user in 0..<30 { for place in 0..<5 { pairs.append((Int64(user), Int64((user * 3 + place * 8) % 40))) } }
        let ordered = try results(users, pairs: pairs, order: Array(users.indices))
        for order in [Array(users.indices.reversed()), users.indices.map { $0 * 7 % 300 }] {
            let found = try results(users, pairs: pairs, order: order)
            for (found, ordered) in zip(found, ordered) {
                #expect(zip(found, ordered).allSatisfy { abs($0 - $1) < 1e-4 })
            }
        }
        let error = #expect(throws: (any Error).self) {
            try withTensorErrors {
                let rows = CandidateRows(
                    logShares: .zeros([3]), logCounts: .zeros([3]), users: Tensor([0, 1] as [Int64]), userCount: 2,
                    targets: Tensor([0, 1] as [Int64]), ownUsers: Tensor([1, 0] as [Int64]),
                    ownItems: Tensor([1, 0] as [Int64]))
                _ = Tensor.ones([2, 4]).rowLosses(.ones([3, 4]), rows)
            }
        }
        #expect("\(String(describing: error))".contains("ordered by user"))
    }

    @Test func threadsDoNotChangeABit() throws {
        let users = (0..<600).map { Int64($0 / 10) }
        let pairs: [(user: Int64, item: Int64)] = (0..<60).map { (Int64($0), Int64($0 % 40)) }
        func run(_ threads: Int) throws -> [[Float]] {
            try withThreads(threads) { try results(users, pairs: pairs, order: Array(users.indices)) }
        }
        let one = try run(1)
        for threads in [2, 3, 8] { #expect(try run(threads) == one, "\(threads) threads") }
    }

    @Test(arguments: [(30, 24, 7), (80, 12, 64), (5, 200, 5)]) func equalsThePlainForm(_ users: Int, _ items: Int, _ size: Int)
        throws
    {
        try withTemporaryFolder { folder in
            let world = try SmallWorld(folder, users: users, items: items)
            let sampler = BatchSampler(world.split, batchSize: size, seed: 4)
            for step in 0..<sampler.stepCount {
                for choice in LossChoice.allCases {
                    let candidates = choice.loss(over: Array(0..<Int32(items))).candidates(
                        for: sampler.batch(epoch: 0, step: step))
                    RandomState.seed(UInt64(step))
                    // Large logits: where sums of exponentials would overflow without care.
                    let outputs = Tensor.randomNormal([candidates.inputs.count, 16]) * (step % 2 == 0 ? 1 : 30)
                    let vectors = Tensor.randomNormal([candidates.items.count, 16])
                    let slope = Tensor.randomNormal([candidates.inputs.count])
                    func results(_ form: (Tensor, Tensor) -> Tensor) throws -> [Tensor] {
                        let leaves = [outputs.clone(), vectors.clone()]
                        for leaf in leaves { leaf.requiresGradient = true }
                        let losses = form(leaves[0], leaves[1])
                        (losses * slope).sum().backward()
                        return [losses] + (try leaves.map { try #require($0.gradient) })
                    }
                    let found = try results(candidates.crossEntropies)
                    let expected = try results { $0.plainRowLosses($1, candidates.lossRows) }
                    for (found, expected) in zip(found, expected) {
                        let largest = expected.absolute().maximum().item()
                        #expect((found - expected).absolute().maximum().item() <= 1e-5 * largest, "\(choice)")
                    }
                }
            }
        }
    }
}
