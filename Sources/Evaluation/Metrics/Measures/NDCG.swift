import Foundation

/// NDCG@k, the discounted gain of the list by that of the ideal one: 1 / log2(rank + 1) if rank <= k, else 0.
///
/// The ideal is 1 with one target, so nothing is divided by.
///
/// Järvelin and Kekäläinen, "Cumulated Gain-Based Evaluation of IR Techniques", ACM TOIS 20(4), 2002.
package struct NDCG: RankMeasure {
    /// The measure.
    package init() {}
    package var name: String { "NDCG" }
    package func value(rank: Int, cutoff: Int?) -> Double { rank <= cutoff ?? .max ? 1 / log2(Double(rank) + 1) : 0 }
}

extension Metric {
    /// NDCG@k.
    package static func ndcg(_ cutoff: Int) -> Metric { Metric(NDCG(), at: cutoff) }
}
