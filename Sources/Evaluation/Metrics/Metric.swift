import Foundation

/// A measure of one user's ranking with one target; the metric of a run is its mean over the users.
public enum Metric: Sendable, Equatable, Hashable {
    /// HR@k: 1 when rank <= k, else 0. With one target it equals Recall@k.
    case hitRate(Int)
    /// NDCG@k: 1 / log2(rank + 1) when rank <= k, else 0. The ideal is 1 with one target, so nothing is divided by.
    case ndcg(Int)
    /// MRR: 1 / rank.
    case reciprocalRank

    /// The name as tables show it: `HR@10`, `NDCG@10`, `MRR`.
    public var name: String {
        switch self {
        case .hitRate(let cutoff): "HR@\(cutoff)"
        case .ndcg(let cutoff): "NDCG@\(cutoff)"
        case .reciprocalRank: "MRR"
        }
    }

    /// The metric of one user, 0 to 1; 0 for a target that cannot be reached.
    public func value(of target: TargetRank) -> Double {
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
