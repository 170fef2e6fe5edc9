/// Linear maps in a row without an activation between them, multiplied out: for heads y = W₂ (W₁ x + b₁) + b₂, and a map F after them, the
/// maps F W₂ W₁ and the biases F (W₂ b₁ + b₂).
///
/// Each head has its own columns of F. The large product with W₁ is bfloat16 where that is in force, with sums and results in float32; all
/// else is float32.
package enum JoinedMaps {
    private static let joinedMapsOperator = Operator("joined_maps", namespace: "iisan")

    /// Multiplies out heads on the processor.
    ///
    /// - Parameters:
    ///   - fusion: F [outputs, sum of the heads' outputs]; nil for heads alone.
    ///   - heads: `first` W₁ [middle, width] and `second` W₂ [columns, middle], with biases, float32.
    /// - Returns: the map of each head [outputs, width], and all biases [heads, outputs].
    package static func of(
        _ heads: [(first: (weight: Tensor, bias: Tensor), second: (weight: Tensor, bias: Tensor))], before fusion: Tensor?
    ) -> (weights: [Tensor], biases: Tensor) {
        let results = joinedMapsOperator.all(
            .tensor(fusion), .tensors(heads.map(\.second.weight)), .tensors(heads.map(\.second.bias)),
            .tensors(heads.map(\.first.weight)), .tensors(heads.map(\.first.bias)), capacity: heads.count + 1
        ).compactMap { $0 }
        return (Array(results.prefix(heads.count)), results.last ?? Tensor.missing())
    }
}

extension Tensor {
    private static let historyAttentionOperator = Operator("history_attention", namespace: "iisan")

    /// Causal attention within histories of different lengths that stand one after the other: no padding, no row of another history.
    ///
    /// This tensor holds queries, keys and values side by side: float32 [rows, 3 · width] on the processor.
    ///
    /// - Parameters:
    ///   - starts: where each history's rows start, and the number of all at the end, int64 [histories + 1].
    ///   - mask: what the probabilities are multiplied with [heads, pairs], for the pairs (row, row not after it) of each history in
    ///     turn; nil without dropout.
    /// - Returns: [rows, width].
    package func historyAttention(starts: Tensor, heads: Int, mask: Tensor? = nil) -> Tensor {
        Self.historyAttentionOperator(.tensor(self), .tensor(starts), .int(heads), .tensor(mask))
    }
}

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
