package import Files

/// The ranking of groups of users apart: what a mean over all of them hides.
package struct Breakdown: Codable, Equatable, Sendable {
    /// What the users are grouped by.
    package enum Kind: String, Codable, Sendable {
        /// How many earlier items the user has.
        case historyLength = "history length"
        /// How many training interactions the target has; targets without any, cold ones, are a group of their own.
        case targetPopularity = "target popularity"
    }

    /// Users with similar cases.
    package struct Group: Equatable, Sendable {
        /// The least number in it: earlier items, or training interactions.
        package var least: Int
        /// The greatest number in it.
        package var most: Int
        /// How many users it has, at least one.
        package var users: Int
        /// The metrics: of hits of one run with Wilson's interval, else with the bootstrap's over users.
        package var metrics: MetricEstimates

        /// The numbers as an axis shows them: `7`, `8 to 12`.
        package var label: String { least == most ? "\(least)" : "\(least) to \(most)" }
    }

    /// What the users are grouped by.
    package var kind: Kind
    /// The groups by ascending number, none empty.
    package var groups: [Group]

    /// Breaks down a method's ranks.
    ///
    /// The groups depend on users and targets only, so that methods over the same users have the same ones.
    ///
    /// - Parameters:
    ///   - tables: the method's runs, one per seed, over the same users; a user's value is the mean over them.
    ///   - kind: what the users are grouped by.
    ///   - metrics: what is asked for; only metrics of ranks can be broken down, others are left out.
    ///   - most: how many groups there are at most, cold targets apart: they have about the same number of users, and are fewer where
    ///     many users share a number.
    ///   - resamples: bootstrap resamples; 0 gives no bootstrap intervals.
    ///   - seed: of the bootstrap.
    ///   - stop: as of ``Bootstrap``.
    /// - Throws: ``UserError`` when the tables are not of the same users and targets.
    package init(
        of tables: [RankTable], by kind: Kind, metrics: [Metric] = Metric.papers, most: Int = 5, resamples: Int = 1000,
        seed: UInt64 = 1, stop: StopToken? = nil
    ) throws {
        precondition(most >= 1, "\(most) groups")
        self.kind = kind
        groups = []
        guard let first = tables.first else { return }
        guard tables.allSatisfy({ $0.hasCases(of: first) }) else {
            throw UserError(
                "the runs of a breakdown are not over the same users and targets",
                remedy: "Evaluate them on the same dataset and split.")
        }
        let numbers = first.rows.map { kind == .historyLength ? $0.historyLength : $0.targetCount }
        let starts = Self.starts(of: numbers, kind: kind, most: most)
        let bootstrap = BootstrapOptions(resamples: resamples, seed: seed, stop: stop)
        groups = starts.indices.map { place in
            let end = place + 1 < starts.count ? starts[place + 1] : nil
            let users = numbers.indices.filter { user in
                numbers[user] >= starts[place] && end.map { numbers[user] < $0 } ?? true
            }
            let runs = tables.map { table in users.map { table.rows[$0].rank } }
            return Group(
                least: users.map { numbers[$0] }.min() ?? 0, most: users.map { numbers[$0] }.max() ?? 0, users: users.count,
                metrics: MetricEstimates(metrics.filter(\.isOfRanks), of: runs, by: bootstrap))
        }
    }

    /// The least number of each group: 0 for cold targets, then the numbers at the quantiles.
    private static func starts(of numbers: [Int], kind: Kind, most: Int) -> [Int] {
        let isCold = { (number: Int) in kind == .targetPopularity && number == 0 }
        let sorted = numbers.filter { !isCold($0) }.sorted()
        var starts = Set(sorted.isEmpty ? [] : (0..<most).map { sorted[sorted.count * $0 / most] })
        if numbers.contains(where: isCold) { starts.insert(0) }
        return starts.sorted()
    }
}

extension Breakdown.Group: Codable {
    private enum Keys: CodingKey { case least, most, users, metrics, hitRate, ndcg }

    private static let pair = PairedKeys(Keys.hitRate, .ndcg, all: .metrics)

    package init(from decoder: any Decoder) throws {
        let keys = try decoder.container(keyedBy: Keys.self)
        self.init(
            least: try keys.decode(Int.self, forKey: .least), most: try keys.decode(Int.self, forKey: .most),
            users: try keys.decode(Int.self, forKey: .users), metrics: try Self.pair.decode(from: keys))
    }

    package func encode(to encoder: any Encoder) throws {
        var keys = encoder.container(keyedBy: Keys.self)
        try keys.encode(least, forKey: .least)
        try keys.encode(most, forKey: .most)
        try keys.encode(users, forKey: .users)
        try Self.pair.encode(metrics, to: &keys)
    }
}
