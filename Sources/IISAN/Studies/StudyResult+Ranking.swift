import Metrics

extension StudyResult.Ranking {
    /// Sums up the runs of a variant.
    ///
    /// - Parameter tables: one per seed, of the same users; at least one.
    /// - Throws: ``UserError`` when the tables are not of the same users and targets.
    public init(of tables: [RankTable]) throws {
        func seeds(_ metric: Metric) -> SeedSummary {
            SeedSummary(tables.map { $0.mean(metric) })
        }
        hitRate = seeds(.hitRate(10))
        ndcg = seeds(.ndcg(10))
        breakdowns = try [.historyLength, .targetPopularity].map { try Breakdown(of: tables, by: $0) }
        let all = tables[0].rows.indices
        usersHitRate = Self.estimate(.hitRate(10), tables, all)
        usersNDCG = Self.estimate(.ndcg(10), tables, all)
        func group(isCold: Bool) -> StudyResult.Group {
            let users = all.filter { tables[0].rows[$0].rank.isCold == isCold }
            guard !users.isEmpty else { return StudyResult.Group(users: 0) }
            return StudyResult.Group(
                users: users.count, hitRate: Self.estimate(.hitRate(10), tables, users),
                ndcg: Self.estimate(.ndcg(10), tables, users))
        }
        warm = group(isCold: false)
        cold = group(isCold: true)
        tiedTargets = Self.mean(tables.map { table in Double(table.rows.count { $0.rank.ties > 0 }) })
    }

    /// The mean over seeds and users, with the bootstrap's interval over users.
    private static func estimate(_ metric: Metric, _ tables: [RankTable], _ users: some Sequence<Int>) -> Estimate {
        Bootstrap.mean(of: users.map { user in mean(tables.map { metric.value(of: $0.rows[user].rank) }) })
    }

    private static func mean(_ values: [Double]) -> Double {
        values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)
    }
}
