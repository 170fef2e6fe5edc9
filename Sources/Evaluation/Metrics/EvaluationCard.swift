package import Files
import Foundation

/// How a run was evaluated and the results: everything a reader needs to compare it with another, or to repeat it.
public struct EvaluationCard: Codable, Equatable, Sendable {
    /// How the evaluation was done; stated by whoever ranked.
    package struct Procedure: Codable, Equatable, Sendable {
        /// The split's name, as in `test`.
        package var split: String
        /// The split's rule, as in `leave one out: the last interaction of each user with at least 5`.
        package var splitRule: String
        /// How many of a user's last interactions are seen when ranking.
        package var historyKept: Int
        /// Which items are not ranked, as in `the user's own earlier items`.
        package var maskingRule: String
        /// What equal scores count as, as in `against us: every tied item ranks before the target`.
        package var tieRule: String
        /// How many items are ranked.
        package var catalogueSize: Int
        /// The dataset's content hash.
        package var datasetHash: String
        /// Bootstrap resamples of the intervals.
        package var resamples: Int
        /// The bootstrap's seed.
        package var seed: UInt64

        /// States how the evaluation was done.
        package init(
            split: String, splitRule: String, historyKept: Int, maskingRule: String, tieRule: String, catalogueSize: Int,
            datasetHash: String, resamples: Int = 1000, seed: UInt64 = 1
        ) {
            self.split = split
            self.splitRule = splitRule
            self.historyKept = historyKept
            self.maskingRule = maskingRule
            self.tieRule = tieRule
            self.catalogueSize = catalogueSize
            self.datasetHash = datasetHash
            self.resamples = resamples
            self.seed = seed
        }
    }

    /// The version of this form.
    package var formatVersion = 1
    /// How the evaluation was done.
    package var procedure: Procedure
    /// The confidence of all intervals.
    package var confidence = 0.95
    /// The metrics over all users.
    public var all: RankingSummary
    /// Over the users whose target is in some training interaction.
    package var warm: RankingSummary
    /// Over the users whose target is in none.
    package var cold: RankingSummary

    /// Makes the card of some ranks.
    ///
    /// - Parameters:
    ///   - ranks: one per user.
    ///   - lists: the top of the same users' rankings; nil leaves metrics of lists out.
    ///   - procedure: how they came to be.
    ///   - metrics: what is asked for.
    ///   - stop: as of ``Bootstrap``.
    package init(
        of ranks: [TargetRank], lists: RecommendedLists? = nil, procedure: Procedure, metrics: [Metric] = Metric.usual(),
        stop: StopToken? = nil
    ) {
        self.procedure = procedure
        func summary(_ users: [Int]) -> RankingSummary {
            RankingSummary(
                of: users.map { ranks[$0] }, lists: lists?.of(users), metrics: metrics, resamples: procedure.resamples,
                seed: procedure.seed, stop: stop)
        }
        all = summary(Array(ranks.indices))
        warm = summary(ranks.indices.filter { !ranks[$0].isCold })
        cold = summary(ranks.indices.filter { ranks[$0].isCold })
    }
}

extension EvaluationCard {
    /// The card as lines of label and value, for showing; the metrics are apart in ``metricRows``.
    package var facts: [(label: String, value: String)] {
        [
            ("Split", "\(procedure.split): \(procedure.splitRule)"),
            ("History", "the last \(procedure.historyKept) interactions"),
            ("Catalogue", "\(Self.grouped(procedure.catalogueSize)) items, all ranked"),
            ("Not ranked", procedure.maskingRule),
            ("Ties", "\(procedure.tieRule); \(Self.counted(all.tiedTargets, "target")) tied"),
            ("Users", Self.grouped(all.users)),
            ("Unreachable", "\(Self.counted(all.unreachableTargets, "target")) removed by masking, counted as misses"),
            ("Targets", "\(Self.grouped(warm.users)) warm (in training), \(Self.grouped(cold.users)) cold (not in training)"),
            ("Intervals", intervals),
            ("Dataset", procedure.datasetHash),
        ]
    }

    private var intervals: String {
        let bootstrap = "bootstrap over users (\(procedure.resamples) resamples, seed \(procedure.seed))"
        let hits = all.metrics.metrics.filter(\.isHit).map(\.measure.name)
        let names = hits.indices.filter { !hits[..<$0].contains(hits[$0]) }.map { hits[$0] }
        return names.isEmpty ? "95 %: \(bootstrap)" : "95 %: Wilson for \(names.joined(separator: ", ")), \(bootstrap) else"
    }

    /// One row per metric: its estimates over all, warm and cold users; nil where a group has no users or the metric is not defined.
    package var metricRows: [(metric: Metric, all: Estimate?, warm: Estimate?, cold: Estimate?)] {
        func estimate(_ metric: Metric, _ summary: RankingSummary) -> Estimate? { summary.users == 0 ? nil : summary[metric] }
        return all.metrics.metrics.map { ($0, estimate($0, all), estimate($0, warm), estimate($0, cold)) }
    }

    /// The card for a terminal: facts, then a table of the metrics, at most 96 columns wide.
    public var text: String {
        let facts = facts
        let width = 96 - 2 - (facts.map(\.label.count).max() ?? 0)
        let lines = facts.flatMap { fact in
            Self.wrapped(fact.value, width: width).enumerated().map { [$0.offset == 0 ? fact.label : "", $0.element] }
        }
        let rows = metricRows.map { row in
            [row.metric.name] + [row.all, row.warm, row.cold].map { $0.map { Self.shown($0, row.metric.unit) } ?? "none" }
        }
        return TextTable([.left], lines).text + "\n" + TextTable([.left], [["", "all", "warm", "cold"]] + rows).text
    }

    /// An estimate in its unit, as in `12.34 % (11.90 to 12.79)`.
    static func shown(_ estimate: Estimate, _ unit: MetricUnit) -> String {
        let value = unit.textWithUnit(estimate.value)
        guard let low = estimate.low, let high = estimate.high else { return value }
        return "\(value) (\(unit.text(low)) to \(unit.text(high)))"
    }

    /// A whole number with thin groups of three, as in `1,234,567`.
    static func grouped(_ number: Int) -> String {
        var digits = String(number.magnitude)
        var groups: [String] = []
        while digits.count > 3 {
            groups.insert(String(digits.suffix(3)), at: 0)
            digits.removeLast(3)
        }
        return (number < 0 ? "-" : "") + ([digits] + groups).joined(separator: ",")
    }

    private static func counted(_ count: Int, _ unit: String) -> String { "\(grouped(count)) \(unit)\(count == 1 ? "" : "s")" }

    private static func wrapped(_ text: String, width: Int) -> [String] {
        var lines = [""]
        for word in text.split(separator: " ") {
            let last = lines[lines.count - 1]
            if last.isEmpty {
                lines[lines.count - 1] = String(word)
            } else if last.count + 1 + word.count <= width {
                lines[lines.count - 1] = "\(last) \(word)"
            } else {
                lines.append(String(word))
            }
        }
        return lines
    }
}
