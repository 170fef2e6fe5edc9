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
