/// HR@k, the share of users whose target is in their list: 1 if rank <= k, else 0.
///
/// Deshpande and Karypis, "Item-Based Top-N Recommendation Algorithms", ACM TOIS 22(1), 2004.
package struct HitRate: RankMeasure {
    /// The measure.
    package init() {}
    package var name: String { "HR" }
    package var isHit: Bool { true }
    package func value(rank: Int, cutoff: Int?) -> Double { rank <= cutoff ?? .max ? 1 : 0 }
}

extension Metric {
    /// HR@k.
    package static func hitRate(_ cutoff: Int) -> Metric { Metric(HitRate(), at: cutoff) }
}
