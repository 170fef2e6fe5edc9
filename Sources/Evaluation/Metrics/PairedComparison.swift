import Files

/// Whether one run ranks better than another for the same users.
public struct PairedComparison: Codable, Equatable, Sendable {
    /// The metric compared, as in `NDCG@10`.
    public var metric: String
    /// How many users.
    public var users: Int
    /// The first run's mean.
    public var first: Double
    /// The second run's mean.
    public var second: Double
    /// The mean of first minus second with its bootstrap interval over users.
    public var difference: Estimate
    /// Users for whom the first run is better.
    public var wins: Int
    /// Users for whom the second run is better.
    public var losses: Int
    /// Two-sided sign-flip test: how often random signs of the users' differences give a mean difference at least this large;
    /// (1 + count) / (1 + flips), so never 0.
    public var pValue: Double

    /// Compares two runs.
    ///
    /// - Parameters:
    ///   - first: one run's ranks, one per user.
    ///   - second: the other run's ranks of the same users in the same order.
    ///   - metric: what is compared.
    ///   - resamples: bootstrap resamples of the interval.
    ///   - flips: random sign assignments of the test.
    ///   - seed: of both.
    /// - Throws: ``UserError`` when the runs have different numbers of users or none.
    public init(
        of first: [TargetRank], with second: [TargetRank], metric: Metric, resamples: Int = 1000, flips: Int = 10_000,
        seed: UInt64 = 1
    ) throws {
        try self.init(ofMeans: [first], with: [second], metric: metric, resamples: resamples, flips: flips, seed: seed)
    }

    /// Compares two methods by the means of their runs: a user's value is the mean over the method's runs, so the methods need not have
    /// the same number of runs.
    ///
    /// Interval and test are over users, for these trained models; what other seeds would give is ``SeedSummary/pValue(against:)``'s.
    ///
    /// - Parameters:
    ///   - first: one method's runs, each with one rank per user.
    ///   - second: the other method's runs, over the same users in the same order.
    ///   - metric: what is compared.
    ///   - resamples: bootstrap resamples of the interval.
    ///   - flips: random sign assignments of the test.
    ///   - seed: of both.
    /// - Throws: ``UserError`` when the runs have different numbers of users or none, or a method has no run.
    public init(
        ofMeans first: [[TargetRank]], with second: [[TargetRank]], metric: Metric, resamples: Int = 1000,
        flips: Int = 10_000, seed: UInt64 = 1
    ) throws {
        let counts = (first + second).map(\.count)
        guard !first.isEmpty, !second.isEmpty else {
            throw UserError("a method without runs cannot be compared", remedy: "Evaluate a run of each method.")
        }
        let users = counts[0]
        guard users > 0, counts.allSatisfy({ $0 == users }) else {
            throw UserError(
                "runs over \(counts.map(String.init).joined(separator: " and ")) users cannot be compared user by user",
                remedy: "Evaluate the runs on the same dataset and split.")
        }
        let (ours, theirs) = (metric.means(of: first), metric.means(of: second))
        let differences = zip(ours, theirs).map { $0 - $1 }
        self.metric = metric.name
        self.users = users
        self.first = ours.reduce(0, +) / Double(users)
        self.second = theirs.reduce(0, +) / Double(users)
        difference = Bootstrap.mean(of: differences, resamples: resamples, seed: seed)
        wins = differences.count { $0 > 0 }
        losses = differences.count { $0 < 0 }
        pValue = Self.pValue(of: differences.filter { $0 != 0 }, flips: flips, seed: seed)
    }

    /// The sign-flip test; users without a difference change nothing and are left out by the caller.
    private static func pValue(of differences: [Double], flips: Int, seed: UInt64) -> Double {
        guard !differences.isEmpty else { return 1 }
        // The order of a sum changes its last bits; sums that differ by less are the same here.
        let observed = abs(differences.reduce(0, +))
        let slack = 1e-9 * differences.reduce(0) { $0 + abs($1) }
        var generator = SplitMix64(seed: seed)
        var atLeast = 0
        for _ in 0..<flips {
            var sum = 0.0
            var signs: UInt64 = 0
            for (index, difference) in differences.enumerated() {
                if index % 64 == 0 { signs = generator.next() }
                sum += signs & 1 == 0 ? difference : -difference
                signs >>= 1
            }
            if abs(sum) >= observed - slack { atLeast += 1 }
        }
        return Double(1 + atLeast) / Double(1 + flips)
    }
}
