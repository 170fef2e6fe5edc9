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

    /// A kept user and the items that an epoch sees of it.
    private struct Window: Equatable {
        var user: Int
        var items: [Int32]
    }

    /// The windows of an epoch, in its order.
    private func windows(_ sampler: BatchSampler, epoch: Int) -> [Window] {
        var found: [Window] = []
        for step in 0..<sampler.stepCount {
            let batch = sampler.batch(epoch: epoch, step: step)
            for (user, kept) in sampler.users(epoch: epoch, step: step).enumerated() {
                let rows = batch.users.indices.filter { batch.users[$0] == Int64(user) }
                let places = rows.map { batch.inputs[$0] } + [batch.targets[rows.last!]]
                found.append(Window(user: Int(kept), items: places.map { Int32(batch.items[Int($0)]) }))
            }
        }
        return found
    }

    /// A whole history is seen in windows, as many in an epoch as have a row for each item but the oldest: each as often, whatever the batch;
    /// what batches hold on average are the shares that losses correct for.
    @Test func wholeHistoriesAreSeenInWindows() throws {
        let histories = (0..<7).map { (user: Int) -> [Int32] in
            let count = 5 + 4 * user
            return (0..<count).map { (place: Int) -> Int32 in Int32((3 * place + user) % 23) }
        }
        var options = SplitOptions(maximumItems: 7)
        options.history = .whole
        let split = try withDataset(items: 23, histories) { try Split($0, options) }
        #expect(split.trainingInteractions == histories.reduce(0) { $0 + $1.count - 2 })
        let sampler = BatchSampler(split, batchSize: 3, seed: 5)
        #expect(windows(sampler, epoch: 3) == windows(BatchSampler(split, batchSize: 1, seed: 5), epoch: 3))
        var seen = [[Int]](repeating: [], count: 7)
        var held = [Double](repeating: 0, count: 23)
        let epochs = 800
        for epoch in 0..<epochs {
            let found = windows(sampler, epoch: epoch)
            #expect(histories.indices.map { user in found.filter { $0.user == user }.count } == [1, 2, 3, 4, 5, 6, 7])
            for window in found {
                let (history, items) = (histories[window.user], window.items)
                #expect(items.count == min(5, history.count - 2))
                let last = history.count - 2 - items.count
                let start = (0...last).first { Array(history.dropFirst($0).prefix(items.count)) == items }
                seen[window.user].append(try #require(start))
                for item in items { held[Int(item)] += 1 }
            }
        }
        for (user, starts) in seen.enumerated() {
            let count = max(1, histories[user].count - 6)
            #expect(split.windowCount(of: user) == count)
            let usual = Double(starts.count) / Double(count)
            for start in 0..<count {
                let times = starts.filter { $0 == start }.count
                #expect(abs(Double(times) - usual) < 0.4 * usual)
            }
        }
        let total = held.reduce(0, +)
        for (share, count) in zip(split.batchShares, held) { #expect(abs(Double(share) - count / total) < 0.002) }
        #expect(split.batchShares != split.popularity)
    }

    /// The order is part of what makes a run repeatable: it must not change between releases.
    @Test func theOrderStaysTheSameBetweenReleases() throws {
        try withSplit(users: 8) { split in
            #expect(Array(BatchSampler(split, batchSize: 8, seed: 42).users(epoch: 1, step: 0)) == [6, 1, 3, 7, 5, 2, 0, 4])
        }
    }
}
