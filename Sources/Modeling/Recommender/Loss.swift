package import Datasets

/// Which candidates a row's target is compared with, and how.
///
/// A loss says which items the rows of a step are distinguished from; the recommender computes their vectors, and the loss of each row
/// is the cross entropy over them (``Candidates``).
package protocol Loss: Sendable {
    /// The items whose vectors a step needs, and what counts for each.
    func candidates(for batch: TrainingBatch) -> Candidates
}

/// The papers' loss: negatives are the items of the batch, as often as they occur in it, less the logarithm of their popularity.
///
/// c_i is how many slots of the batch hold item i, q_i its share of the training interactions.
package struct InBatchLoss: Loss {
    /// Makes the loss.
    package init() {}

    /// The batch's items.
    package func candidates(for batch: TrainingBatch) -> Candidates { Candidates(of: batch, shares: batch.popularity) }
}

/// The same without the correction for popularity: popular items, which are negatives more often, are pushed down; q_i = 1.
package struct UncorrectedInBatchLoss: Loss {
    /// Makes the loss.
    package init() {}

    /// The batch's items.
    package func candidates(for batch: TrainingBatch) -> Candidates {
        Candidates(of: batch, shares: [Float](repeating: 1, count: batch.items.count))
    }
}

/// The softmax over all items that are trained on: every one once, without a correction; c_i = q_i = 1.
///
/// Each step computes the vectors of all of them. An item without a training interaction is never a target. As a negative it would teach
/// nothing but that what is new is wrong.
package struct FullSoftmaxLoss: Loss {
    /// The items, ascending.
    package let items: [Int64]
    // Where each stands among them, by its catalogue index; -1 for one that is not among them.
    private let places: [Int64]

    /// Makes the loss over some items, ascending.
    package init(items: [Int64]) {
        self.items = items
        var places = [Int64](repeating: -1, count: Int(items.last ?? -1) + 1)
        for (place, item) in items.enumerated() { places[Int(item)] = Int64(place) }
        self.places = places
    }

    /// All items.
    package func candidates(for batch: TrainingBatch) -> Candidates {
        let found = batch.items.map { places[Int($0)] }
        precondition(!found.contains(-1), "a batch has an item that is not trained on")
        func among(_ places: [Int64]) -> [Int64] { places.map { found[Int($0)] } }
        let once = [Float](repeating: 1, count: items.count)
        return Candidates(
            items: items, counts: once, shares: once, inputs: among(batch.inputs), targets: among(batch.targets),
            users: batch.users, userCount: batch.userCount, ownUsers: batch.ownUsers, ownItems: among(batch.ownItems))
    }
}

/// The items of the batch and some that were drawn evenly over all that are trained on, with the logarithm of how likely each was taken off.
///
/// c_i is how many of the S slots and N draws hold item i, and q_i = (S p_i + N / |I|) / (S + N) with p_i its share of the training
/// interactions. The batch's items are hard to tell from the target, the drawn ones let items that are never popular count too.
package struct MixedLoss: Loss {
    /// How many items are trained on, |I|.
    package let itemCount: Int

    /// Makes the loss of so many items.
    package init(itemCount: Int) { self.itemCount = itemCount }

    /// The batch's items and draws.
    package func candidates(for batch: TrainingBatch) -> Candidates {
        let (slots, drawn) = (Float(batch.slotCount), Float(batch.drawnCount))
        return Candidates(
            of: batch,
            shares: batch.popularity.map { (slots * $0 + drawn / Float(itemCount)) / (slots + drawn) })
    }
}

/// The losses by the names that settings use.
public enum LossChoice: String, Sendable, Codable, CaseIterable {
    /// The papers' debiased softmax over the batch's items.
    case inBatch = "in-batch"
    /// The same without the correction for popularity.
    case inBatchUncorrected = "in-batch-uncorrected"
    /// The debiased softmax over the batch's items and 2,048 drawn ones; over all items that are trained on where these are few.
    case mixed
    /// The softmax over all items that are trained on.
    case full

    /// So few items that the softmax over them costs no more than drawing.
    package static let fewItems = 4096

    /// How many items are drawn for every batch, of so many that are trained on.
    package func drawnCount(itemCount: Int) -> Int { self == .mixed && itemCount > Self.fewItems ? 2048 : 0 }

    /// The loss over some items, ascending: those that some training sequence holds.
    package func loss(over items: [Int32]) -> any Loss {
        switch self {
        case .inBatch: InBatchLoss()
        case .inBatchUncorrected: UncorrectedInBatchLoss()
        case .mixed where items.count > Self.fewItems: MixedLoss(itemCount: items.count)
        case .mixed, .full: FullSoftmaxLoss(items: items.map(Int64.init))
        }
    }
}
