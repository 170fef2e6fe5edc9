import Foundation

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

/// MRR, the mean of 1 / rank over the whole ranking; MRR@k is the same with 0 where rank > k.
///
/// Voorhees, "The TREC-8 Question Answering Track Report", TREC 1999.
package struct ReciprocalRank: RankMeasure {
    /// The measure.
    package init() {}
    package var name: String { "MRR" }
    package var needsCutoff: Bool { false }
    package func value(rank: Int, cutoff: Int?) -> Double { rank <= cutoff ?? .max ? 1 / Double(rank) : 0 }
}

extension Metric {
    /// MRR over the whole ranking.
    package static let reciprocalRank = Metric(ReciprocalRank(), at: nil)
}
