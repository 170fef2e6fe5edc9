import Datasets
import Testing

struct BatchSamplerTests {
    private func withSplit<Result>(users: Int, _ body: (Split) throws -> Result) throws -> Result {
        try withDataset(items: 9, (0..<users).map { user in (0..<6).map { Int32(($0 + user) % 9) } }) {
            try body(try Split($0))
        }
    }

    @Test func everyUserComesOncePerEpoch() throws {
        try withSplit(users: 23) { split in
            let sampler = BatchSampler(split, batchSize: 5, seed: 3)
            #expect(sampler.stepCount == 5)
            for epoch in 0..<3 {
                let steps = (0..<5).map { Array(sampler.users(epoch: epoch, step: $0)) }
                #expect(steps.map(\.count) == [5, 5, 5, 5, 3])
                #expect(steps.joined().sorted() == (0..<23).map(Int32.init))
            }
        }
    }

    /// One user alone in a step has nobody's items to tell his own from.
    @Test(arguments: [(21, 5), (5, 2), (3, 2), (11, 10), (2, 2), (6, 5)]) func nobodyIsLeftAlone(_ users: Int, _ size: Int)
        throws
    {
        try withSplit(users: users) { split in
            let sampler = BatchSampler(split, batchSize: size, seed: 3)
            let steps = (0..<sampler.stepCount).map { Array(sampler.users(epoch: 1, step: $0)) }
            #expect(steps.allSatisfy { $0.count >= 2 && $0.count <= size + 1 }, "\(steps.map(\.count))")
            #expect(steps.joined().sorted() == (0..<users).map(Int32.init))
        }
    }

    /// Runs that are resumed after an update of the program go on in the same order.
    @Test func theOrderIsTheSameInEveryVersion() throws {
        try withSplit(users: 10) { split in
            #expect(split.trainingUsers == (0..<10).map(Int32.init))
            let order = BatchSampler(split, batchSize: 10, seed: 42).users(epoch: 3, step: 0)
            #expect(Array(order) == [6, 2, 0, 7, 8, 3, 9, 5, 4, 1])
        }
    }

    @Test func seedAndEpochAloneDecideTheOrder() throws {
        try withSplit(users: 40) { split in
            func order(seed: UInt64, epoch: Int) -> [Int32] {
                Array(BatchSampler(split, batchSize: 40, seed: seed).users(epoch: epoch, step: 0))
            }
            #expect(order(seed: 1, epoch: 2) == order(seed: 1, epoch: 2))
            #expect(order(seed: 1, epoch: 2) != order(seed: 2, epoch: 1))
            #expect(order(seed: 1, epoch: 2) != order(seed: 1, epoch: 3))
            #expect(order(seed: 1, epoch: 0) != split.trainingUsers)
            // Resumed in the middle, after another epoch was asked for.
            let sampler = BatchSampler(split, batchSize: 7, seed: 9)
            let expected = sampler.batch(epoch: 4, step: 3)
            _ = sampler.batch(epoch: 5, step: 0)
            #expect(sampler.batch(epoch: 4, step: 3) == expected)
            #expect(BatchSampler(split, batchSize: 7, seed: 9).batch(epoch: 4, step: 3) == expected)
        }
    }

    /// The order is part of what makes a run repeatable: it must not change between releases.
    @Test func theOrderStaysTheSameBetweenReleases() throws {
        try withSplit(users: 8) { split in
            #expect(Array(BatchSampler(split, batchSize: 8, seed: 42).users(epoch: 1, step: 0)) == [6, 1, 3, 7, 5, 2, 0, 4])
        }
    }
}
