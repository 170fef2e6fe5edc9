public import Files

/// The rank of one user's target among all items that could be recommended to that user.
public struct TargetRank: Sendable, Equatable {
    /// 1 plus the number of other items whose score is not below the target's: ties count against us.
    package var rank: Int
    /// How many other items have exactly the target's score.
    package var ties: Int
    /// Whether the target could be recommended at all; false when masking the user's earlier items removed it. Such a target counts
    /// as a miss.
    package var isReachable: Bool
    /// Whether the target is in no training interaction.
    package var isCold: Bool

    /// Describes one user's target.
    ///
    /// - Parameters:
    ///   - rank: from 1, ties counted against us.
    ///   - ties: other items with the target's score.
    ///   - isReachable: whether masking left the target in.
    ///   - isCold: whether training never saw the target.
    package init(rank: Int, ties: Int = 0, isReachable: Bool = true, isCold: Bool = false) {
        precondition(rank >= 1 && ties >= 0, "rank \(rank) with \(ties) ties")
        self.rank = rank
        self.ties = ties
        self.isReachable = isReachable
        self.isCold = isCold
    }
}

/// The metrics of a group of users.
public struct RankingSummary: Equatable, Sendable {
    /// How many users.
    package var users: Int
    /// The metrics, in the order in which they were asked for: of hits with Wilson's interval, else with a bootstrap interval.
    public var metrics: MetricEstimates
    /// Users whose target has the same score as some other item.
    package var tiedTargets: Int
    /// Users whose target masking removed; they count as misses.
    package var unreachableTargets: Int

    /// Summarises the ranks of some users.
    ///
    /// - Parameters:
    ///   - ranks: one per user.
    ///   - lists: the top of the same users' rankings; nil leaves metrics of lists out.
    ///   - metrics: what is asked for.
    ///   - resamples: bootstrap resamples; 0 leaves the bootstrap's intervals out, for a quick look in training.
    ///   - seed: of the bootstrap.
    ///   - stop: as of ``Bootstrap``.
    public init(
        of ranks: [TargetRank], lists: RecommendedLists? = nil, metrics: [Metric] = Metric.usual(), resamples: Int = 1000,
        seed: UInt64 = 1, stop: StopToken? = nil
    ) {
        precondition(lists.map { $0.userCount == ranks.count } ?? true, "a list per user")
        users = ranks.count
        self.metrics = MetricEstimates(
            metrics, of: [ranks], lists: lists, by: BootstrapOptions(resamples: resamples, seed: seed, stop: stop))
        tiedTargets = ranks.count { $0.ties > 0 }
        unreachableTargets = ranks.count { !$0.isReachable }
    }

    /// A metric's estimate; nil when it was not asked for.
    package subscript(metric: Metric) -> Estimate? { metrics[metric] }
}

/// Files have beside the list of all metrics `cutoffs` (HR and NDCG by ascending list length) and `reciprocalRank`, which were
/// all that older versions knew and are read where there is no list.
extension RankingSummary: Codable {
    private enum Keys: CodingKey { case users, metrics, cutoffs, reciprocalRank, tiedTargets, unreachableTargets }

    private struct Cutoff: Codable {
        var k: Int
        var hitRate, ndcg: Estimate?
    }

    /// Reads a summary; one of an older release has pairs of HR and NDCG by list length in place of the list of metrics.
    public init(from decoder: any Decoder) throws {
        let keys = try decoder.container(keyedBy: Keys.self)
        users = try keys.decode(Int.self, forKey: .users)
        tiedTargets = try keys.decode(Int.self, forKey: .tiedTargets)
        unreachableTargets = try keys.decode(Int.self, forKey: .unreachableTargets)
        if let metrics = try keys.decodeIfPresent(MetricEstimates.self, forKey: .metrics) {
            self.metrics = metrics
            return
        }
        metrics = MetricEstimates()
        let cutoffs = try keys.decode([Cutoff].self, forKey: .cutoffs)
        guard cutoffs.allSatisfy({ $0.k >= 1 }) else {
            throw DecodingError.dataCorruptedError(
                forKey: .cutoffs, in: keys, debugDescription: "a list length below 1")
        }
        for cutoff in cutoffs { metrics[.hitRate(cutoff.k)] = cutoff.hitRate }
        for cutoff in cutoffs { metrics[.ndcg(cutoff.k)] = cutoff.ndcg }
        metrics[.reciprocalRank] = try keys.decodeIfPresent(Estimate.self, forKey: .reciprocalRank)
    }

    /// Writes the list of metrics, and beside it the pairs that older programs read.
    public func encode(to encoder: any Encoder) throws {
        var keys = encoder.container(keyedBy: Keys.self)
        try keys.encode(users, forKey: .users)
        try keys.encode(metrics, forKey: .metrics)
        try keys.encode(tiedTargets, forKey: .tiedTargets)
        try keys.encode(unreachableTargets, forKey: .unreachableTargets)
        let lengths = Set(metrics.metrics.compactMap { $0.measure is HitRate || $0.measure is NDCG ? $0.cutoff : nil })
        try keys.encode(
            lengths.sorted().map { Cutoff(k: $0, hitRate: metrics[.hitRate($0)], ndcg: metrics[.ndcg($0)]) },
            forKey: .cutoffs)
        try keys.encodeIfPresent(metrics[.reciprocalRank], forKey: .reciprocalRank)
    }
}
