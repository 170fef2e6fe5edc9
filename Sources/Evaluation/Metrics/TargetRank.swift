/// Where one user's target stood among all items that could be recommended to that user.
public struct TargetRank: Sendable, Equatable {
    /// 1 plus the number of other items whose score is not below the target's: ties count against us.
    public var rank: Int
    /// How many other items have exactly the target's score.
    public var ties: Int
    /// Whether the target could be recommended at all; false when masking the user's earlier items removed it. Such a target counts
    /// as a miss.
    public var isReachable: Bool
    /// Whether the target is in no training interaction.
    public var isCold: Bool

    /// Describes one user's target.
    ///
    /// - Parameters:
    ///   - rank: from 1, ties counted against us.
    ///   - ties: other items with the target's score.
    ///   - isReachable: whether masking left the target in.
    ///   - isCold: whether training never saw the target.
    public init(rank: Int, ties: Int = 0, isReachable: Bool = true, isCold: Bool = false) {
        precondition(rank >= 1 && ties >= 0, "rank \(rank) with \(ties) ties")
        self.rank = rank
        self.ties = ties
        self.isReachable = isReachable
        self.isCold = isCold
    }
}
