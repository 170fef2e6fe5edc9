import Foundation

/// How much better one run ranks than another, also where they were evaluated on different users.
package struct RunDifference: Sendable, Codable, Equatable {
    /// The metric compared, as in `HR@10`.
    package var metric: String
    /// The first run's mean over its users.
    package var first: Double
    /// The second run's mean over its users.
    package var second: Double
    /// The first less the second, with its 95 % interval.
    package var difference: Estimate
    /// Whether users were compared one by one: both runs have the same ones with the same targets.
    package var isPaired: Bool

    /// Whether the first run is worse beyond what other users would make of it.
    package var isWorse: Bool { (difference.high ?? difference.value) < 0 }

    /// Compares two runs.
    ///
    /// Of the same cases the interval is the bootstrap's of the users' differences, else that of two independent samples,
    /// d ± 1.96 √(s₁²/n₁ + s₂²/n₂).
    package init(_ first: RankTable, _ second: RankTable, metric: Metric) {
        let (ours, theirs) = (metric.means(of: [first.ranks]), metric.means(of: [second.ranks]))
        func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(max(1, values.count)) }
        (self.metric, self.first, self.second) = (metric.name, mean(ours), mean(theirs))
        isPaired = first.hasCases(of: second)
        if isPaired {
            difference = Bootstrap.mean(of: zip(ours, theirs).map { $0 - $1 })
            return
        }
        func error(_ values: [Double], _ mean: Double) -> Double {
            let count = Double(values.count)
            return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / max(1, count - 1) / max(1, count)
        }
        let value = self.first - self.second
        let reach = 1.96 * (error(ours, self.first) + error(theirs, self.second)).squareRoot()
        difference = Estimate(value, low: value - reach, high: value + reach)
    }
}
