import Datasets
import Files
import Metrics
import Torch

/// Where targets stand among all items of the catalogue, by counting greater scores: nothing is sorted.
public enum Ranker {
    /// The ranks of a batch's targets.
    ///
    /// rank = 1 + how many other items, not masked, score at least what the target scores: ties count against us.
    ///
    /// - Parameters:
    ///   - scores: [cases, items]; overwritten.
    ///   - isCold: whether training never saw an item.
    /// - Throws: `UserError` when a score is not a number, which a model has that diverged.
    public static func ranks(
        of batch: EvaluationBatch, scores: Tensor, isCold: (Int) -> Bool
    ) throws -> [TargetRank] {
        let device = scores.device
        let target = scores.gathering(Tensor(batch.targets, on: device).unsqueezed(1), along: 1)  // [cases, 1]
        guard scores.sum().isFinite().item() != 0 else {
            throw UserError(
                "the model gives scores that are not finite", remedy: "Training has diverged: lower the learning rates.")
        }
        scores.put(
            Tensor(-Float.infinity, on: device),
            at: [Tensor(batch.maskedUsers, on: device), Tensor(batch.maskedItems, on: device)])
        // A reachable target is among its own equals and must not count itself; an unreachable one was masked.
        let itself = Tensor(batch.unreachable.map { $0 ? 0 : 1 } as [Int64], on: device)
        let atLeast = (scores .>= target).sum(along: 1) - itself
        let equal = (scores .== target).sum(along: 1) - itself
        let (ranks, ties) = (atLeast.array(of: Int64.self), equal.array(of: Int64.self))
        return ranks.indices.map { index in
            TargetRank(
                rank: Int(ranks[index]) + 1, ties: Int(ties[index]), isReachable: !batch.unreachable[index],
                isCold: isCold(Int(batch.targets[index])))
        }
    }
}
