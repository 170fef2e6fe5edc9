/// Coverage@k, the share of the catalogue that is in someone's list: |∪ over users of the top k| / |items|.
///
/// It grows with the number of users, so it compares methods over the same users only. It has no interval: a resample of users has fewer
/// different ones and covers less, which is not what chance does to it.
///
/// Ge, Delgado-Battenfeld and Jannach, "Beyond Accuracy: Evaluating Recommender Systems by Coverage and Serendipity", RecSys 2010.
///
/// Costs users x k looks at a table of the catalogue's length.
package struct Coverage: ListMeasure {
    /// The measure.
    package init() {}
    package var name: String { "Coverage" }

    package func estimate(of lists: RecommendedLists, cutoff: Int, by bootstrap: BootstrapOptions) -> Estimate? {
        let catalogue = lists.catalogue.itemCount
        guard lists.userCount > 0, catalogue > 0 else { return nil }
        var isCovered = [Bool](repeating: false, count: catalogue)
        for user in 0..<lists.userCount {
            for item in lists.top(cutoff, of: user) { isCovered[Int(item)] = true }
        }
        return Estimate(Double(isCovered.count { $0 }) / Double(catalogue))
    }
}

extension Metric {
    /// Coverage@k.
    package static func coverage(_ cutoff: Int) -> Metric { Metric(Coverage(), at: cutoff) }
}
