import Files

/// How a run was evaluated and what came out: everything a reader needs to compare it with another, or to repeat it.
public struct EvaluationCard: Codable, Equatable, Sendable {
    /// How the evaluation was done; stated by whoever ranked.
    public struct Procedure: Codable, Equatable, Sendable {
        /// The split's name, as in `test`.
        public var split: String
        /// The split's rule, as in `leave one out: the last interaction of each user with at least 5`.
        public var splitRule: String
        /// How many of a user's last interactions are seen when ranking.
        public var historyKept: Int
        /// Which items are not ranked, as in `the user's own earlier items`.
        public var maskingRule: String
        /// What equal scores count as, as in `against us: every tied item ranks before the target`.
        public var tieRule: String
        /// How many items are ranked.
        public var catalogueSize: Int
        /// The dataset's content hash.
        public var datasetHash: String
        /// Bootstrap resamples of the intervals.
        public var resamples: Int
        /// The bootstrap's seed.
        public var seed: UInt64

        /// States how the evaluation was done.
        public init(
            split: String, splitRule: String, historyKept: Int, maskingRule: String, tieRule: String, catalogueSize: Int,
            datasetHash: String, resamples: Int = 1000, seed: UInt64 = 1
        ) {
            self.split = split
            self.splitRule = splitRule
            self.historyKept = historyKept
            self.maskingRule = maskingRule
            self.tieRule = tieRule
            self.catalogueSize = catalogueSize
            self.datasetHash = datasetHash
            self.resamples = resamples
            self.seed = seed
        }
    }

    /// The version of this form.
    public var formatVersion = 1
    /// How the evaluation was done.
    public var procedure: Procedure
    /// The confidence of all intervals.
    public var confidence = 0.95
    /// The metrics over all users.
    public var all: RankingSummary
    /// Over the users whose target is in some training interaction.
    public var warm: RankingSummary
    /// Over the users whose target is in none.
    public var cold: RankingSummary

    /// Makes the card of some ranks.
    ///
    /// - Parameters:
    ///   - ranks: one per user.
    ///   - procedure: how they came to be.
    ///   - cutoffs: the list lengths k.
    ///   - stop: as of ``Bootstrap``.
    public init(of ranks: [TargetRank], procedure: Procedure, cutoffs: [Int] = [5, 10, 20], stop: StopToken? = nil) {
        self.procedure = procedure
        func summary(_ ranks: [TargetRank]) -> RankingSummary {
            RankingSummary(of: ranks, cutoffs: cutoffs, resamples: procedure.resamples, seed: procedure.seed, stop: stop)
        }
        all = summary(ranks)
        warm = summary(ranks.filter { !$0.isCold })
        cold = summary(ranks.filter(\.isCold))
    }
}
