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
    public func countingRanks(of targets: Tensor, maskedRows: Tensor, maskedItems: Tensor) -> Tensor {
        Self.countRanksOperator(.tensor(self), .tensor(targets), .tensor(maskedRows), .tensor(maskedItems))
    }
}
