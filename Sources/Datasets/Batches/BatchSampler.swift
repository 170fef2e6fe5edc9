import Files
import Synchronization

/// The training batches of a split: every training user once per epoch, in an order that only seed and epoch decide. Where whole histories
/// are seen in windows, a user comes once for each of an epoch's windows.
///
/// A run that continues needs to know only the epoch and the step. Safe to use from several threads.
public final class BatchSampler: Sendable {
    /// What the batches are made of.
    package let split: Split
    /// Users per batch; the last batch of an epoch may have fewer, or one more: for a user alone there are no items of others to compare with, so
    /// one who is left over joins the batch before.
    package let batchSize: Int
    /// How many items are drawn for every batch, evenly over those of the training sequences.
    package let drawnCount: Int
    /// Decides the order of users, and what is drawn.
    package let seed: UInt64
    // The users of an epoch, as places in the split's, before they are brought into order.
    private let entries: [Int32]
    // What is drawn from; empty where nothing is drawn.
    private let trainedItems: [Int32]
    // The order of the epoch last asked for.
    private let order = Mutex<(epoch: Int, users: [Int32])?>(nil)

    /// Makes a sampler.
    ///
    /// - Parameters:
    ///   - batchSize: users per batch, at least 1; 64 in the papers.
    ///   - seed: the same seed gives the same batches.
    public convenience init(_ split: Split, batchSize: Int = 64, seed: UInt64) {
        self.init(split, batchSize: batchSize, drawnCount: 0, seed: seed)
    }

    /// Makes a sampler whose batches have items beside the users' own.
    package init(_ split: Split, batchSize: Int, drawnCount: Int, seed: UInt64) {
        precondition(batchSize >= 1 && drawnCount >= 0, "batchSize is \(batchSize), drawnCount \(drawnCount)")
        self.drawnCount = drawnCount
        self.split = split
        self.batchSize = batchSize
        self.seed = seed
        entries = split.usersOfAnEpoch
        trainedItems = drawnCount > 0 ? split.trainedItems : []
    }

    /// How many batches an epoch has.
    package var stepCount: Int {
        let (whole, rest) = entries.count.quotientAndRemainder(dividingBy: batchSize)
        return rest == 0 || (rest == 1 && whole > 0 && batchSize > 1) ? whole : whole + 1
    }

    /// The batch of a step of an epoch, both from 0.
    package func batch(epoch: Int, step: Int) -> TrainingBatch {
        batch(epoch: epoch, step: step) { 0..<$0 }
    }

    /// The batch of some of a step's users, counted from the step's first; with what is drawn for all.
    package func batch(epoch: Int, step: Int, part: (Int) -> Range<Int>) -> TrainingBatch {
        let users = users(epoch: epoch, step: step)
        let part = part(users.count)
        let own = users[users.startIndex + part.lowerBound..<users.startIndex + part.upperBound]
        let ages = split.options.history == .whole ? windowAges(epoch: epoch, own) : nil
        return TrainingBatch(split, keptUsers: own, drawn: drawn(epoch: epoch, step: step), ages: ages)
    }

    /// How many training items are newer than the window that each of an epoch's users has: every window is as likely, and seed, epoch and
    /// place in the epoch decide.
    private func windowAges(epoch: Int, _ users: ArraySlice<Int32>) -> [Int] {
        var epochs = SplitMix64(seed: ~seed, number: epoch)
        let seed = epochs.next()
        return zip(users.indices, users).map { place, user in
            var windows = SplitMix64(seed: seed, number: place)
            return windows.next(below: split.windowCount(of: Int(user)))
        }
    }

    /// What is drawn for a step of an epoch: it depends on seed, epoch and step alone.
    private func drawn(epoch: Int, step: Int) -> [Int32] {
        guard drawnCount > 0 else { return [] }
        var steps = SplitMix64(seed: seed, number: epoch)
        var items = SplitMix64(seed: steps.next(), number: step)
        return (0..<drawnCount).map { _ in trainedItems[items.next(below: trainedItems.count)] }
    }

    /// The users of a step of an epoch, as places in ``Split/users``.
    package func users(epoch: Int, step: Int) -> ArraySlice<Int32> {
        precondition(step >= 0 && step < stepCount, "step \(step) of \(stepCount)")
        let users = order(of: epoch)
        return users[step * batchSize..<(step + 1 == stepCount ? users.count : (step + 1) * batchSize)]
    }

    private func order(of epoch: Int) -> [Int32] {
        order.withLock { order in
            if let order, order.epoch == epoch { return order.users }
            var users = entries
            var generator = SplitMix64(seed: seed, number: epoch)
            generator.shuffle(&users)
            order = (epoch, users)
            return users
        }
    }
}
