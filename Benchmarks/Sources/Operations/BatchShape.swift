import Datasets

/// What decides how much a training step computes: counts of one batch, or the sums of many.
package struct BatchShape: Codable, Equatable, Sendable {
    /// Batches, each of which multiplies small matrices once however many items there are.
    package var batches = 0
    /// Distinct items of each batch.
    package var items = 0
    /// Rows of each batch: places of histories that have a next item.
    package var rows = 0
    /// Pairs of a row and one of the same user that is not after it: what causal attention looks at.
    package var pairs = 0
    /// Rows times distinct items of each batch: the scores of the loss.
    package var scores = 0

    /// Nothing.
    package init() {}

    /// Counts a batch.
    package init(_ batch: TrainingBatch) {
        batches = 1
        items = batch.items.count
        rows = batch.rowCount
        // A user's rows follow each other, so the n-th of them sees n.
        var seen = 0
        for row in batch.users.indices {
            seen = row > 0 && batch.users[row] == batch.users[row - 1] ? seen + 1 : 1
            pairs += seen
        }
        scores = rows * items
    }

    /// Counts all batches of an epoch.
    package init(_ sampler: BatchSampler, epoch: Int = 0) {
        for step in 0..<sampler.stepCount { self += BatchShape(sampler.batch(epoch: epoch, step: step)) }
    }

    /// Adds what another batch has.
    package static func += (sum: inout BatchShape, other: BatchShape) {
        sum.batches += other.batches
        sum.items += other.items
        sum.rows += other.rows
        sum.pairs += other.pairs
        sum.scores += other.scores
    }
}
