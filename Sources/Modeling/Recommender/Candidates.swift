package import Datasets
import Torch

/// The items that the rows of a step are distinguished from, and the cross entropies over them.
///
/// For row r of user b with output x and target t, with logits z_i = x · e_i - log q_i:
/// loss = -z_t + log(exp z_t + Σ over candidates i ∉ own(b) c_i exp z_i).
/// The target counts once, whatever its c; the other items of the user's own sequence, own(b), are no negatives.
package struct Candidates: Sendable, Equatable {
    /// The candidates, ascending, each once, as catalogue indices [candidates].
    package var items: [Int64]
    /// c: how often each counts [candidates].
    package var counts: [Float]
    /// q: the share of each, whose logarithm is taken off its logit [candidates].
    package var shares: [Float]
    /// The input item of each row, a place in ``items`` [rows].
    package var inputs: [Int64]
    /// The next item of each row, a place in ``items`` [rows].
    package var targets: [Int64]
    /// The user of each row [rows].
    package var users: [Int64]
    /// How many users there are.
    package var userCount: Int
    /// With ``ownItems`` the pairs (user, item of the user's own sequence), ordered by user [pairs].
    package var ownUsers: [Int64]
    /// The items of the pairs, places in ``items`` [pairs].
    package var ownItems: [Int64]

    /// Names candidates.
    package init(
        items: [Int64], counts: [Float], shares: [Float], inputs: [Int64], targets: [Int64], users: [Int64], userCount: Int,
        ownUsers: [Int64], ownItems: [Int64]
    ) {
        self.items = items
        self.counts = counts
        self.shares = shares
        self.inputs = inputs
        self.targets = targets
        self.users = users
        self.userCount = userCount
        self.ownUsers = ownUsers
        self.ownItems = ownItems
    }

    /// The items of a batch, as often as its sequences hold them.
    package init(of batch: TrainingBatch, shares: [Float]) {
        self.init(
            items: batch.items, counts: batch.counts, shares: shares, inputs: batch.inputs, targets: batch.targets,
            users: batch.users, userCount: batch.userCount, ownUsers: batch.ownUsers, ownItems: batch.ownItems)
    }
}

extension Candidates {
    /// Added to the logit of a candidate that is left out.
    package static let leftOut = CandidateRows.leftOut
}
