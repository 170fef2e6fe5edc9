extension Tensor {
    private static let rowLossesOperator = Operator("row_losses", namespace: "iisan")

    /// Cross entropies over items, each row's without the items of its user but the target, in one pass over the logits.
    ///
    /// With logits l_i = x v_i - log share_i, this tensor's rows x and a target t:
    /// log(exp(l_t) + Σ exp(l_i + log n_i) over the items that are not the user's own) - l_t. Float32 on the processor.
    ///
    /// - Parameters:
    ///   - vectors: v [items, width].
    ///   - logShares: log share [items].
    ///   - logCounts: log n [items].
    ///   - users: the user of each row [rows].
    ///   - targets: the place of each row's target among the items [rows].
    ///   - ownUsers: with `ownItems` the pairs (user, own item), ordered by user [pairs].
    /// - Returns: [rows].
    package func rowLosses(
        _ vectors: Tensor, logShares: Tensor, logCounts: Tensor, users: Tensor, targets: Tensor, ownUsers: Tensor,
        ownItems: Tensor
    ) -> Tensor {
        Self.rowLossesOperator(
            .tensor(self), .tensor(vectors), .tensor(logCounts - logShares), .tensor(logCounts), .tensor(users),
            .tensor(targets),
            .tensor(ownUsers), .tensor(ownItems))
    }
}

extension Tensor {
    private static let countRanksOperator = Operator("count_ranks", namespace: "iisan")

    /// How many other scores of a row are at least as large as its target's, and how many are equal to it; each score is read once.
    ///
    /// This tensor holds the scores: float32 [rows, items] on the processor.
    ///
    /// - Parameters:
    ///   - targets: the item of each row, int64 [rows].
    ///   - maskedRows: with `maskedItems` the pairs (row, item) that are left out, ordered by row, each once, int64 [pairs].
    /// - Returns: int64 [2, rows]; -1 in rows with a score that is not finite.
    package func countingRanks(of targets: Tensor, maskedRows: Tensor, maskedItems: Tensor) -> Tensor {
        Self.countRanksOperator(.tensor(self), .tensor(targets), .tensor(maskedRows), .tensor(maskedItems))
    }
}
