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
    public func rowLosses(
        _ vectors: Tensor, logShares: Tensor, logCounts: Tensor, users: Tensor, targets: Tensor, ownUsers: Tensor,
        ownItems: Tensor
    ) -> Tensor {
        Self.rowLossesOperator(
            .tensor(self), .tensor(vectors), .tensor(logCounts - logShares), .tensor(logCounts), .tensor(users),
            .tensor(targets),
            .tensor(ownUsers), .tensor(ownItems))
    }
}
