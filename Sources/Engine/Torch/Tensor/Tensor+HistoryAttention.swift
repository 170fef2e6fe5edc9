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
    public func historyAttention(starts: Tensor, heads: Int, mask: Tensor? = nil) -> Tensor {
        Self.historyAttentionOperator(.tensor(self), .tensor(starts), .int(heads), .tensor(mask))
    }
}
