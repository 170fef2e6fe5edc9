public import Files
import Foundation

/// A measure of one user's ranking with one target; the metric of a run is its mean over the users.
package enum Metric: Sendable, Equatable, Hashable {
    /// HR@k: 1 when rank <= k, else 0. With one target it equals Recall@k.
    case hitRate(Int)
    /// NDCG@k: 1 / log2(rank + 1) when rank <= k, else 0. The ideal is 1 with one target, so nothing is divided by.
    case ndcg(Int)
    /// MRR: 1 / rank.
    case reciprocalRank

    /// The name as tables show it: `HR@10`, `NDCG@10`, `MRR`.
    package var name: String {
        switch self {
        case .hitRate(let cutoff): "HR@\(cutoff)"
        case .ndcg(let cutoff): "NDCG@\(cutoff)"
        case .reciprocalRank: "MRR"
        }
    }

    /// The metric of one user, 0 to 1; 0 for a target that cannot be reached.
    package func value(of target: TargetRank) -> Double {
        guard target.isReachable else { return 0 }
        switch self {
        case .hitRate(let cutoff): return target.rank <= cutoff ? 1 : 0
        case .ndcg(let cutoff): return target.rank <= cutoff ? 1 / log2(Double(target.rank) + 1) : 0
        case .reciprocalRank: return 1 / Double(target.rank)
        }
    }

    /// The metric of a run: its mean over the users, 0 where there are none.
    func mean(of ranks: [TargetRank]) -> Double {
        ranks.isEmpty ? 0 : ranks.reduce(0) { $0 + value(of: $1) } / Double(ranks.count)
    }

    /// Each user's metric, the mean over runs of the same users.
    func means(of runs: [[TargetRank]]) -> [Double] {
        guard let users = runs.first?.indices else { return [] }
        return users.map { user in runs.reduce(0) { $0 + value(of: $1[user]) } / Double(runs.count) }
    }
}

/// Where one user's target stood among all items that could be recommended to that user.
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
public struct RankingSummary: Codable, Equatable, Sendable {
    /// The metrics of one list length.
    public struct Cutoff: Codable, Equatable, Sendable {
        /// The list length.
        package var k: Int
        /// HR@k with Wilson's interval.
        public var hitRate: Estimate
        /// NDCG@k with a bootstrap interval.
        public var ndcg: Estimate
    }

    /// How many users.
    package var users: Int
    /// The metrics, by ascending list length.
    public var cutoffs: [Cutoff]
    /// MRR over the whole ranking with a bootstrap interval.
    package var reciprocalRank: Estimate
    /// Users whose target has the same score as some other item.
    package var tiedTargets: Int
    /// Users whose target masking removed; they count as misses.
    package var unreachableTargets: Int

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
    package subscript(cutoff k: Int) -> Cutoff? { cutoffs.first { $0.k == k } }
}
