/// Miscalibration@k, how far lists are from users' own mixture of popular and rare items: ½ Σ over groups g of |r_g - t_g|.
///
/// Items are divided into five groups by falling number of training interactions, each with about a fifth of all of them: few items in the first,
/// most of the catalogue, with those that training never saw, in the last. t_g is the group's share of the training interactions and r_g
/// its share of all recommended items. 0 where lists are as users choose; near 0.8 where everyone gets the same few.
///
/// After Steck, "Calibrated Recommendations", RecSys 2018, with groups of popularity and over all users together.
package struct Miscalibration: ListMeasure {
    /// The number of groups.
    package static let groupCount = 5

    /// The measure.
    package init() {}
    package var name: String { "Miscalibration" }

    package func estimate(of lists: RecommendedLists, cutoff: Int, by bootstrap: BootstrapOptions) -> Estimate? {
        let shares = lists.catalogue.trainingShares.map(Double.init)
        let total = shares.reduce(0, +)
        guard total > 0 else { return nil }
        // Equal counts in the catalogue's order, so that the groups are always the same.
        let falling = shares.indices.sorted { (shares[$1], $0) < (shares[$0], $1) }
        var groups = [Int](repeating: 0, count: shares.count)
        var trained = [Double](repeating: 0, count: Self.groupCount)
        var before = 0.0
        for item in falling {
            let group = min(Self.groupCount - 1, Int(before / total * Double(Self.groupCount)))
            groups[item] = group
            trained[group] += shares[item] / total
            before += shares[item]
        }
        var recommended = [Double](repeating: 0, count: Self.groupCount)
        for user in 0..<lists.userCount {
            for item in lists.top(cutoff, of: user) { recommended[groups[Int(item)]] += 1 }
        }
        let count = recommended.reduce(0, +)
        guard count > 0 else { return nil }
        return Estimate(zip(recommended, trained).reduce(0) { $0 + abs($1.0 / count - $1.1) } / 2)
    }
}

extension Metric {
    /// Miscalibration@k.
    package static func miscalibration(_ cutoff: Int) -> Metric { Metric(Miscalibration(), at: cutoff) }
}
