import Datasets
import Files
import Metrics
import TestModels
import TestSupport
import Testing
import Torch

@testable import Ranking

/// Counting ranks in one pass against comparisons of whole tensors.
@Suite(.oneAtATime) struct RankerTests {
    private func batch(cases: Int, items: Int, using generator: inout SeededGenerator) -> EvaluationBatch {
        let histories = (0..<cases).map { _ in
            (0..<Int.random(in: 0...12, using: &generator)).map { _ in Int32.random(in: 0..<Int32(items), using: &generator) }
        }
        // One target in five is among the items that are left out.
        let targets = histories.map { history in
            Int.random(in: 0..<5, using: &generator) == 0 && !history.isEmpty
                ? history[0] : Int32.random(in: 0..<Int32(items), using: &generator)
        }
        return EvaluationBatch(histories: histories, targets: targets, inputLength: 10)
    }

    /// Few values make many ties; the second form of scores has nearly none.
    @Test(arguments: [3, 1_000_000]) func countsAsComparisonsDo(_ values: Int) throws {
        var generator = SeededGenerator(seed: 21)
        for (cases, items) in [(1, 1), (1, 40), (37, 53), (64, 1000), (5, 4096)] {
            let batch = batch(cases: cases, items: items, using: &generator)
            let scores = Tensor((0..<cases * items).map { _ in Float(Int.random(in: 0..<values, using: &generator)) })
                .reshaped([cases, items])
            let question = Ranker.Question(batch, 0..<cases, on: .cpu)
            let counted = question.counted(scores)
            #expect(counted == question.compared(scores.clone()))
            // And as one would count by hand.
            let all = scores.floats()
            for place in 0..<cases {
                let masked = Set(zip(batch.maskedUsers, batch.maskedItems).filter { $0.0 == Int64(place) }.map(\.1))
                let row = all[place * items..<(place + 1) * items]
                let target = Int64(batch.targets[place])
                let others = row.enumerated().filter { !masked.contains(Int64($0.offset)) && Int64($0.offset) != target }
                let score = row[row.startIndex + Int(target)]
                #expect(counted[place] == Int64(others.count { $0.element >= score }))
                #expect(counted[cases + place] == Int64(others.count { $0.element == score }))
            }
        }
    }

    /// Where one block of scores ends and the next begins does not show.
    @Test func blocksDoNotShow() throws {
        var generator = SeededGenerator(seed: 22)
        RandomState.seed(9)
        let batch = batch(cases: 101, items: 64, using: &generator)
        // Small whole numbers: products are exact whatever their order.
        let users = Tensor((0..<101 * 8).map { _ in Float(Int.random(in: -3...3, using: &generator)) }).reshaped([101, 8])
        let items = Tensor((0..<64 * 8).map { _ in Float(Int.random(in: -3...3, using: &generator)) }).reshaped([64, 8])
        let whole = try Ranker(budget: 1 << 20, isCold: { $0 == 1 }).ranks(of: batch, users: users, items: items)
        for budget in [1, 64 * 4 * 7, 64 * 4 * 100] {
            #expect(try Ranker(budget: budget, isCold: { $0 == 1 }).ranks(of: batch, users: users, items: items) == whole)
        }
    }

    @Test func threadsDoNotChangeARank() throws {
        var generator = SeededGenerator(seed: 23)
        let batch = batch(cases: 70, items: 500, using: &generator)
        RandomState.seed(10)
        let scores = Tensor.randomNormal([70, 500])
        let question = Ranker.Question(batch, 0..<70, on: .cpu)
        let one = withThreads(1) { question.counted(scores) }
        for threads in [2, 3, 8] {
            #expect(withThreads(threads) { question.counted(scores) } == one)
        }
    }

    /// Scores of a catalogue that no machine has the memory for are an error with a remedy, not a trap.
    @Test(arguments: [Device.cpu, .standIn]) func memoryThatRunsOutIsAnError(_ device: Device) throws {
        let batch = EvaluationBatch(histories: [[0], [1]], targets: [2, 2], inputLength: 10)
        let items = Tensor.zeros([1, 4], on: device).expanded([1 << 44, 4])
        let error = #expect(throws: UserError.self) {
            try withTensorErrors {
                try Ranker(budget: 1 << 20, isCold: { _ in false })
                    .ranks(of: batch, users: .ones([2, 4], on: device), items: items)
            }
        }
        #expect(error?.problem.contains("LibTorch") == true && error?.remedy?.contains("memory") == true)
    }

    @Test(arguments: [Float.nan, .infinity, -.infinity]) func oddScoresAreErrors(_ value: Float) throws {
        let batch = EvaluationBatch(histories: [[0], [1]], targets: [2, 2], inputLength: 10)
        let users = Tensor([1, 1] as [Float]).reshaped([2, 1])
        let items = Tensor([1, value, 3] as [Float]).reshaped([3, 1])
        #expect(throws: UserError.self) {
            try Ranker(budget: 1 << 20, isCold: { _ in false }).ranks(of: batch, users: users, items: items)
        }
        let question = Ranker.Question(batch, 0..<2, on: .cpu)
        let scores = users.matmul(items.transposed(0, 1))
        #expect(question.compared(scores) == [-1, -1, -1, -1])
    }
}

extension Ranker.Question {
    /// The counts in one pass, as on the processor.
    fileprivate func counted(_ scores: Tensor) -> [Int64] {
        scores.countingRanks(of: targets, maskedRows: maskedCases, maskedItems: maskedItems).array(of: Int64.self)
    }

    /// The counts in the plain form.
    fileprivate func compared(_ scores: Tensor) -> [Int64] {
        scores.comparingRanks(of: targets, maskedRows: maskedCases, maskedItems: maskedItems).array(of: Int64.self)
    }
}
