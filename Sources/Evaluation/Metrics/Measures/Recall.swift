/// Recall@k, the relevant items in the list by all relevant items: |list ∩ relevant| / |relevant|.
///
/// A user has one relevant item here, the target, so that it is 1 if rank <= k, else 0, and equal to ``HitRate``; it is there under the
/// name that many papers use.
///
/// Herlocker et al., "Evaluating Collaborative Filtering Recommender Systems", ACM TOIS 22(1), 2004.
package struct Recall: RankMeasure {
    /// The measure.
    package init() {}
    package var name: String { "Recall" }
    package var isHit: Bool { true }
    package func value(rank: Int, cutoff: Int?) -> Double { rank <= cutoff ?? .max ? 1 : 0 }
}

extension Metric {
    /// Recall@k.
    package static func recall(_ cutoff: Int) -> Metric { Metric(Recall(), at: cutoff) }
}
