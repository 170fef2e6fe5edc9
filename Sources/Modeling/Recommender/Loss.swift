package import Datasets
package import Torch

/// Which candidates a row's target is compared with, and how.
///
/// A loss says which items the rows of a step are distinguished from; the recommender computes their vectors, and the loss of each row
/// follows from them.
package protocol Loss: Sendable {
    /// The items whose vectors a step needs, and what counts for each.
    func candidates(for batch: TrainingBatch) -> Candidates

    /// The losses of the rows [rows].
    ///
    /// - Parameters:
    ///   - candidates: what ``candidates(for:)`` gave.
    ///   - outputs: the user encoder's outputs, float32 [rows, width].
    ///   - vectors: the candidates' vectors, float32 [candidates, width].
    func rowLosses(_ candidates: Candidates, outputs: Tensor, vectors: Tensor) -> Tensor
}

extension Loss {
    /// The cross entropies of the softmax over the candidates; see ``Candidates``.
    package func rowLosses(_ candidates: Candidates, outputs: Tensor, vectors: Tensor) -> Tensor {
        candidates.crossEntropies(outputs, vectors)
    }
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

/// The softmax over the whole catalogue: every item once, without a correction; c_i = q_i = 1.
///
/// Each step computes the vectors of all items.
package struct FullSoftmaxLoss: Loss {
    /// The size of the catalogue.
    package let itemCount: Int

    /// Makes the loss of a catalogue.
    package init(itemCount: Int) { self.itemCount = itemCount }

    /// All items.
    package func candidates(for batch: TrainingBatch) -> Candidates {
        func catalogue(_ places: [Int64]) -> [Int64] { places.map { batch.items[Int($0)] } }
        let once = [Float](repeating: 1, count: itemCount)
        return Candidates(
            items: (0..<Int64(itemCount)).map { $0 }, counts: once, shares: once, inputs: catalogue(batch.inputs),
            targets: catalogue(batch.targets), users: batch.users, userCount: batch.userCount, ownUsers: batch.ownUsers,
            ownItems: catalogue(batch.ownItems))
    }
}

/// The items of the batch and some that were drawn evenly over the catalogue, with the logarithm of how likely each was taken off.
///
/// c_i is how many of the S slots and N draws hold item i, and q_i = (S p_i + N / |I|) / (S + N) with p_i its share of the training
/// interactions. The batch's items are hard to tell from the target, the drawn ones let items that are never popular count too.
package struct MixedLoss: Loss {
    /// The size of the catalogue, |I|.
    package let itemCount: Int

    /// Makes the loss of a catalogue.
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
    /// The debiased softmax over the batch's items and 2,048 drawn ones; over the whole catalogue where that is small.
    case mixed
    /// The softmax over the whole catalogue.
    case full

    /// Items of a catalogue that is small: its softmax costs no more than drawing.
    package static let smallCatalogue = 4096

    /// How many items are drawn for every batch.
    package func drawnCount(itemCount: Int) -> Int { self == .mixed && itemCount > Self.smallCatalogue ? 2048 : 0 }

    /// The loss of a catalogue of some size.
    package func loss(itemCount: Int) -> any Loss {
        switch self {
        case .inBatch: InBatchLoss()
        case .inBatchUncorrected: UncorrectedInBatchLoss()
        case .mixed where itemCount > Self.smallCatalogue: MixedLoss(itemCount: itemCount)
        case .mixed, .full: FullSoftmaxLoss(itemCount: itemCount)
        }
    }
}
