/// Diversity@k, how unlike the items of one list are: the mean over users, and over the pairs i, j of a user's list, of
/// 1 - cos(v_i, v_j), where v are the item vectors that the model ranks with.
///
/// 0 for a list of equals, 1 where items have nothing to do with each other, up to 2 for opposites. Each model measures with its own
/// vectors: it tells how alike a list looks to the model that made it. Lists of one item are left out; popularity has no vectors and so
/// no diversity. A vector of zeros has the cosine 0 with every other.
///
/// Smyth and McClave, "Similarity vs. Diversity", ICCBR 2001; Ziegler et al., "Improving Recommendation Lists Through Topic
/// Diversification", WWW 2005, whose intra-list similarity is 1 less this.
///
/// With unit vectors û the cosines of a list's n (n - 1) ordered pairs add up to |Σ û|² - Σ |û|², so that a list costs k x width
/// additions, not k² x width.
package struct IntraListDiversity: ListMeasure {
    /// The measure.
    package init() {}
    package var name: String { "Diversity" }
    package var unit: MetricUnit { .number }
    package var readsVectors: Bool { true }

    package func estimate(of lists: RecommendedLists, cutoff: Int, by bootstrap: BootstrapOptions) -> Estimate? {
        guard let vectors = lists.catalogue.vectors else { return nil }
        let width = vectors.width
        var sum = [Double](repeating: 0, count: width)
        let values = lists.means(of: cutoff) { list in
            guard list.count > 1 else { return nil }
            for place in 0..<width { sum[place] = 0 }
            var own = 0.0
            for item in list {
                let start = Int(item) * width
                for place in 0..<width {
                    let value = Double(vectors.values[start + place])
                    sum[place] += value
                    own += value * value
                }
            }
            let cosines = sum.reduce(0) { $0 + $1 * $1 } - own
            return 1 - cosines / Double(list.count * (list.count - 1))
        }
        return values.isEmpty ? nil : bootstrap.mean(of: values)
    }
}

extension Metric {
    /// Diversity@k.
    package static func diversity(_ cutoff: Int) -> Metric { Metric(IntraListDiversity(), at: cutoff) }
}
