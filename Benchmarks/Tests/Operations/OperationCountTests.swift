import Datasets
import Foundation
import Operations
import Testing

/// Operations counted by hand.
struct OperationCountTests {
    @Test func aBatchHasDistinctItemsRowsAndPairs() throws {
        // Rows 7 -> 5, 5 -> 7 of one user, 5 -> 9 of another.
        let shape = try shape(of: [[7, 5, 7], [5, 9]])
        #expect(shape.batches == 1)
        #expect(shape.items == 3)
        #expect(shape.rows == 3)
        // The first user's rows see one and two rows, the second user's one.
        #expect(shape.pairs == 1 + 2 + 1)
        #expect(shape.scores == 9)
    }

    @Test func batchesAddUp() throws {
        var sum = try shape(of: [[7, 5, 7], [5, 9]])
        sum += try shape(of: [[1, 2]])
        #expect(sum.batches == 2)
        #expect(sum.items == 5)
        #expect(sum.rows == 4)
        #expect(sum.pairs == 5)
        // Rows of one batch are not scored against items of another.
        #expect(sum.scores == 9 + 2)
    }

    /// One item, every size another prime, so that a wrong factor shows.
    private var small: ModelShape {
        var model = ModelShape()
        (model.textLayers, model.textWidth, model.imageLayers, model.imageWidth) = (2, 11, 2, 11)
        (model.bottleneck, model.vector, model.userBlocks) = (3, 5, 1)
        return model
    }

    @Test func sideBlocksAreTwoProductsThreeTimesInThreeTowers() {
        let count = OperationCount(items(1), small, heads: .asWritten)
        // Down 11 -> 3 and up 3 -> 11: 33 multiply-adds each; 2 blocks in each of 3 towers; forward and two gradients.
        #expect(count.sideBlocks == 2 * (33 + 33) * 2 * 3 * 3)
        #expect(count.fusion == 2 * 15 * 5 * 3)
        #expect(count.userEncoder == 0)
        #expect(count.scores == 0)
    }

    @Test func headsAreCountedByItemOrByBatch() {
        // As written: 11 -> 11 -> 5 for every item.
        #expect(OperationCount(items(4), small, heads: .asWritten).heads == 4 * 2 * (121 + 55) * 3 * 3)
        // Folded: [5 x 11] x [11 x 11] once, then 11 -> 5 for every item.
        #expect(OperationCount(items(4), small, heads: .folded).heads == 2 * (5 * 121 + 4 * 55) * 3 * 3)
        var two = items(4)
        two.batches = 2
        #expect(OperationCount(two, small, heads: .folded).heads == 2 * (2 * 5 * 121 + 4 * 55) * 3 * 3)
    }

    @Test func userEncoderIsCountedByRowAndPair() {
        var shape = BatchShape()
        (shape.rows, shape.pairs, shape.scores) = (2, 3, 14)
        let count = OperationCount(shape, small, heads: .asWritten)
        // Queries, keys, values, outputs 5 -> 5; feed-forward 5 -> 20 -> 5; scores and mixing of each pair over 5 numbers.
        #expect(count.userEncoder == 2 * (2 * (4 * 25 + 100 + 100) + 3 * (5 + 5)) * 3)
        #expect(count.scores == 2 * 14 * 5 * 3)
    }

    @Test func narrowerModalityDecidesInVersa() {
        var model = small
        (model.imageLayers, model.imageWidth) = (1, 7)
        let count = OperationCount(items(1), model, heads: .asWritten)
        let blocks = 2 * 2 * (2 * 11 * 3 + 1 * 7 * 3 + 1 * 7 * 3) * 3
        // One dimension transformation 11 -> 7, without a gradient for the states.
        #expect(count.sideBlocks == blocks + 2 * 11 * 7 * 2)
        // Text 11 -> 5 -> 5, image 7 -> 5 -> 5, inter 7 -> 7 -> 5.
        #expect(count.heads == 2 * (55 + 25 + 35 + 25 + 49 + 35) * 3)
    }

    @Test func anEpochIsTheSumOfItsBatches() throws {
        // Of three users the last would join the two before.
        try withSplit([[1, 2, 3], [4, 5], [1, 6, 1], [7, 9]]) { split in
            let epoch = BatchShape(BatchSampler(split, batchSize: 2, seed: 1))
            #expect(epoch.batches == 2)
            #expect(epoch.rows == 2 + 1 + 2 + 1)
            #expect(epoch.pairs == 3 + 1 + 3 + 1)
            // Together or apart, the second 1 is another's item or not: 8 items if the two that hold it share a batch, else 9.
            #expect([8, 9].contains(epoch.items))
        }
    }

    @Test func partsAddUp() throws {
        let count = OperationCount(try shape(of: [[7, 5, 7], [5, 9]]), heads: .folded)
        #expect(count.total == count.sideBlocks + count.heads + count.fusion + count.userEncoder + count.scores)
        #expect(count.total > 0)
    }

    /// What a batch of these training sequences has.
    private func shape(of sequences: [[Int32]]) throws -> BatchShape {
        try withSplit(sequences) { BatchShape(TrainingBatch($0, keptUsers: sequences.indices.map(Int32.init))) }
    }

    private func withSplit<Result>(_ sequences: [[Int32]], _ body: (Split) throws -> Result) throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appending(path: "operations-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        // The two targets come after what trains.
        let contents = DatasetContents(
            name: "small", source: "test", items: (0..<10).map { .init(id: "i\($0)", title: "") },
            histories: sequences.enumerated().map { ("u\($0)", $1 + [0, 8]) })
        return try body(Split(contents.write(to: folder), SplitOptions(minimumItems: 4)))
    }

    private func items(_ count: Int) -> BatchShape {
        var shape = BatchShape()
        (shape.batches, shape.items) = (1, count)
        return shape
    }
}
