import Files

/// The metrics of a group of users.
public struct RankingSummary: Codable, Equatable, Sendable {
    /// The metrics of one list length.
    public struct Cutoff: Codable, Equatable, Sendable {
        /// The list length.
        public var k: Int
        /// HR@k with Wilson's interval.
        public var hitRate: Estimate
        /// NDCG@k with a bootstrap interval.
        public var ndcg: Estimate
    }

    /// How many users.
    public var users: Int
    /// The metrics, by ascending list length.
    public var cutoffs: [Cutoff]
    /// MRR over the whole ranking with a bootstrap interval.
    public var reciprocalRank: Estimate
    /// Users whose target has the same score as some other item.
    public var tiedTargets: Int
    /// Users whose target masking removed; they count as misses.
    public var unreachableTargets: Int

    /// Summarises the ranks of some users.
    ///
    /// - Parameters:
    ///   - ranks: one per user.
    ///   - cutoffs: the list lengths k, each at least 1.
    ///   - resamples: bootstrap resamples; 0 leaves the intervals of NDCG and MRR out, for a quick look in training.
    ///   - seed: of the bootstrap.
    ///   - stop: as of ``Bootstrap``.
    public init(
        of ranks: [TargetRank], cutoffs: [Int] = [5, 10, 20], resamples: Int = 1000, seed: UInt64 = 1, stop: StopToken? = nil
    ) {
        precondition(cutoffs.allSatisfy { $0 >= 1 }, "list lengths are at least 1")
        users = ranks.count
        self.cutoffs = Set(cutoffs).sorted().map { cutoff in
            let hits = ranks.reduce(0) { $0 + Int(Metric.hitRate(cutoff).value(of: $1)) }
            return Cutoff(
                k: cutoff, hitRate: WilsonInterval.estimate(hits: hits, of: ranks.count),
                ndcg: Bootstrap.mean(
                    of: ranks.map(Metric.ndcg(cutoff).value), resamples: resamples, seed: seed, stop: stop))
        }
        reciprocalRank = Bootstrap.mean(
            of: ranks.map(Metric.reciprocalRank.value), resamples: resamples, seed: seed, stop: stop)
        tiedTargets = ranks.count { $0.ties > 0 }
        unreachableTargets = ranks.count { !$0.isReachable }
    }

    /// The metrics of a list length; nil when it was not among the cutoffs.
    public subscript(cutoff k: Int) -> Cutoff? { cutoffs.first { $0.k == k } }
}
