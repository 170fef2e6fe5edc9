import Datasets
import TestSupport
import Testing

struct TrainingBatchTests {
    @Test func packsByHand() throws {
        // Training sequences: [3, 1, 3] and [1, 2].
        try withDataset(items: 6, [[3, 1, 3, 4, 5], [1, 2, 0, 0]]) { dataset in
            let split = try Split(dataset, SplitOptions(minimumItems: 4, maximumItems: 7))
            #expect(split.options.inputLength == 4)
            let batch = TrainingBatch(split, keptUsers: [0, 1])
            #expect(batch.userCount == 2)
            #expect(batch.items == [1, 2, 3])
            #expect(batch.counts == [2, 1, 2])
            #expect(batch.popularity == [0.4, 0.2, 0.4])
            #expect(batch.inputs == [2, 0, 0])
            #expect(batch.targets == [0, 2, 1])
            #expect(batch.users == [0, 0, 1])
            #expect(batch.positions == [2, 3, 3])
            #expect(batch.ownUsers == [0, 0, 1, 1])
            #expect(batch.ownItems == [2, 0, 0, 1])
            #expect(batch.rowCount == 3 && batch.slotCount == 5)
        }
    }

    /// The padded form, written down slot by slot: [B, L + 1] item indices, 0 elements where there is no item.
    private func padded(_ split: Split, _ users: ArraySlice<Int32>) -> [[Int32?]] {
        let width = split.options.inputLength + 1
        return users.map { user in
            let sequence = Array(split.trainingSequence(of: Int(user)).suffix(width)).map(Optional.init)
            return [Int32?](repeating: nil, count: width - sequence.count) + sequence
        }
    }

    @Test func agreesWithThePaddedForm() throws {
        var generator = SeededGenerator(seed: 8)
        for _ in 0..<25 {
            let items = Int.random(in: 3...40, using: &generator)
            let histories = (0..<50).map { _ in
                (0..<Int.random(in: 3...30, using: &generator)).map { _ in Int32.random(in: 0..<Int32(items), using: &generator)
                }
            }
            let times = histories.map { $0.indices.map { Int64($0) } }
            try withDataset(items: items, histories, timestamps: times) { dataset in
                // The timestamp rule also gives users without training items.
                var options = SplitOptions(kind: Bool.random(using: &generator) ? .leaveLastTwo : .timestamp)
                options.maximumItems = Int.random(in: 4...16, using: &generator)
                let split = try Split(dataset, options)
                let sampler = BatchSampler(split, batchSize: 16, seed: 1)
                for step in 0..<sampler.stepCount {
                    let batch = sampler.batch(epoch: 0, step: step)
                    let slots = padded(split, sampler.users(epoch: 0, step: step))
                    compare(batch, slots, split)
                }
            }
        }
    }

    private func compare(_ batch: TrainingBatch, _ slots: [[Int32?]], _ split: Split) {
        let all = slots.joined().compactMap { $0 }
        #expect(batch.items == Set(all).sorted().map(Int64.init))
        #expect(batch.counts == batch.items.map { item in Float(all.count { Int64($0) == item }) })
        #expect(batch.popularity == batch.items.map { split.popularity[Int($0)] })
        #expect(batch.slotCount == all.count)
        var rows: [[Int64]] = []
        var pairs: Set<[Int64]> = []
        for (user, row) in slots.enumerated() {
            for position in 0..<row.count - 1 {
                guard let input = row[position], let target = row[position + 1] else { continue }
                rows.append([Int64(input), Int64(target), Int64(user), Int64(position)])
            }
            for item in row.compactMap({ $0 }) { pairs.insert([Int64(user), Int64(item)]) }
        }
        let packed = batch.inputs.indices.map {
            [batch.items[Int(batch.inputs[$0])], batch.items[Int(batch.targets[$0])], batch.users[$0], batch.positions[$0]]
        }
        #expect(packed == rows)
        let own = batch.ownUsers.indices.map { [batch.ownUsers[$0], batch.items[Int(batch.ownItems[$0])]] }
        #expect(own.count == pairs.count && Set(own) == pairs)
        #expect(batch.ownUsers == batch.ownUsers.sorted())
    }
}
