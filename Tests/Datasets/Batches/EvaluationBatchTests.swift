import Datasets
import TestSupport
import Testing

struct EvaluationBatchTests {
    @Test func packsByHand() throws {
        try withDataset(items: 9, [[3, 1, 3, 4, 1], [5, 6, 7, 8]]) { dataset in
            let split = try Split(dataset, SplitOptions(minimumItems: 4, maximumItems: 6))
            let batches = split.evaluationBatches(.test, size: 8)
            #expect(batches.count == 1)
            let batch = batches[batches.startIndex]
            #expect(batch.userCount == 2)
            #expect(batch.datasetUsers == [0, 1])
            #expect(batch.targets == [1, 8])
            #expect(batch.unreachable == [true, false])
            // L = 3: the last three of [3, 1, 3, 4], and all of [5, 6, 7].
            #expect(batch.inputs == [1, 3, 4, 5, 6, 7])
            #expect(batch.users == [0, 0, 0, 1, 1, 1])
            #expect(batch.positions == [0, 1, 2, 0, 1, 2])
            #expect(batch.maskedUsers == [0, 0, 0, 1, 1, 1])
            #expect(batch.maskedItems == [1, 3, 4, 5, 6, 7])
            let validation = split.evaluationBatches(.validation, size: 1)
            #expect(validation.map(\.targets) == [[4], [7]])
            #expect(validation.map(\.positions) == [[0, 1, 2], [1, 2]])
        }
    }

    @Test func blocksOfAnySizeHoldTheSameCases() throws {
        var generator = SeededGenerator(seed: 10)
        let histories = (0..<37).map { _ in
            (0..<Int.random(in: 5...20, using: &generator)).map { _ in Int32.random(in: 0..<30, using: &generator) }
        }
        try withDataset(items: 30, histories) { dataset in
            let split = try Split(dataset)
            let cases = Array(split.evaluation(.test))
            for size in [1, 5, 36, 37, 100] {
                var start = 0
                for batch in split.evaluationBatches(.test, size: size) {
                    #expect(batch.userCount == min(size, cases.count - start))
                    for index in 0..<batch.userCount {
                        let question = cases[start + index]
                        let rows = batch.users.indices.filter { batch.users[$0] == Int64(index) }
                        #expect(rows.map { batch.inputs[$0] } == question.history.suffix(10).map(Int64.init))
                        #expect(rows.map { batch.positions[$0] } == (10 - rows.count..<10).map(Int64.init))
                        let masked = batch.maskedUsers.indices.filter { batch.maskedUsers[$0] == Int64(index) }
                        #expect(masked.map { batch.maskedItems[$0] } == Set(question.history).sorted().map(Int64.init))
                        #expect(batch.targets[index] == Int64(question.target))
                        #expect(batch.unreachable[index] == question.history.contains(question.target))
                    }
                    start += batch.userCount
                }
                #expect(start == cases.count)
            }
        }
    }
}
