import Files
import Foundation

/// A measure with the length of the lists it looks at, as in `HR@10`: what a run is evaluated by.
///
/// What is measured is a ``Measure``'s, which are in `Measures`. Two metrics of one name are the same metric, so that a metric can
/// be the key of what was found (``PerMetric``) and outlive the program that computed it.
public struct Metric: Sendable {
    /// The name as tables show it: `HR@10`, `NDCG@10`, `MRR`.
    public let name: String
    /// What is measured.
    package let measure: any Measure
    /// The list length k; nil for the whole ranking.
    package let cutoff: Int?
    /// The measure, where it is of ranks.
    private let ofRank: (any RankMeasure)?

    /// Names a metric.
    ///
    /// - Parameters:
    ///   - measure: what is measured.
    ///   - cutoff: the list length, at least 1; nil for the whole ranking, where the measure allows it.
    package init(_ measure: any Measure, at cutoff: Int?) {
        precondition(cutoff.map { $0 >= 1 } ?? true, "a list of \(cutoff ?? 0) items")
        name = cutoff.map { "\(measure.name)@\($0)" } ?? measure.name
        self.measure = measure
        self.cutoff = cutoff
        ofRank = measure as? any RankMeasure
    }

    /// What its numbers are.
    package var unit: MetricUnit { measure.unit }

    /// Whether it counts hits: each user's value is 0 or 1.
    package var isHit: Bool { ofRank?.isHit == true }

    /// Whether it is a mean over users of what each one's target has: only such metrics are compared user by user, broken down by
    /// groups of users, and looked at while training.
    package var isOfRanks: Bool { ofRank != nil }
}

extension Metric: Hashable {
    /// Whether two have the same name.
    public static func == (a: Metric, b: Metric) -> Bool { a.name == b.name }
    /// Hashes the name.
    public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

extension Metric {
    /// The measures that settings can name. A new measure is a file with its type, and a line here.
    package static let measures: [any Measure] = [
        HitRate(), Recall(), NDCG(), ReciprocalRank(), Coverage(), Novelty(), IntraListDiversity(),
        ColdShare(), Miscalibration(),
    ]

    /// The metrics of a run that asks for no others: HR and NDCG at some list lengths, by ascending length, and MRR.
    public static func usual(_ cutoffs: [Int] = [5, 10, 20]) -> [Metric] {
        let cutoffs = Set(cutoffs).sorted()
        return cutoffs.map(hitRate) + cutoffs.map(ndcg) + [.reciprocalRank]
    }

    /// What lists are like beyond the targets: a winner that recommends ten items to everyone is seen here.
    package static let beyondAccuracy: [Metric] = [
        .coverage(10), .novelty(10), .diversity(10), .coldShare(10), .miscalibration(10),
    ]

    /// The metrics of the papers' tables: what tables, charts and comparisons show where a run asks for no others.
    public static let papers: [Metric] = [.hitRate(10), .ndcg(10)]

    /// The metric of a name, as `HR@10`; upper and lower case are the same.
    ///
    /// - Throws: ``UserError`` that says what is expected.
    public static func named(_ name: String) throws -> Metric {
        let parts = name.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let measure = measures.first(where: { $0.name.lowercased() == parts[0].lowercased() }) else {
            throw UserError(
                "there is no metric \(name.quoted)", remedy: Suggestion.sentence(for: parts[0], in: measures.map(\.name)))
        }
        let example = "\(measure.name)@10"
        guard parts.count == 2 else {
            if measure.needsCutoff {
                throw UserError("\(name.quoted) has no list length", remedy: "Write it with one: \(example).")
            }
            return Metric(measure, at: nil)
        }
        guard let cutoff = Int(parts[1]), (1...1_000_000_000).contains(cutoff) else {
            throw UserError(
                "the list length of \(name.quoted) is no whole number of at least 1", remedy: "Write it as \(example).")
        }
        return Metric(measure, at: cutoff)
    }

    /// The metric of a name that a file has; one that this program does not know keeps name and unit, and cannot be computed.
    static func read(_ name: String, unit: MetricUnit) -> Metric {
        (try? named(name)) ?? Metric(UnknownMeasure(name: name, unit: unit), at: nil)
    }
}

extension Metric {
    /// The metric of one user: that of the target's rank, 0 for a target that cannot be reached.
    package func value(of target: TargetRank) -> Double {
        guard let ofRank else { preconditionFailure("\(name) is not of ranks") }
        return target.isReachable ? ofRank.value(rank: target.rank, cutoff: cutoff) : 0
    }

    /// The metric of a run: its mean over the users, 0 where there are none.
    package func mean(of ranks: [TargetRank]) -> Double {
        ranks.isEmpty ? 0 : ranks.reduce(0) { $0 + value(of: $1) } / Double(ranks.count)
    }

    /// Each user's metric, the mean over runs of the same users.
    package func means(of runs: [[TargetRank]]) -> [Double] {
        guard let users = runs.first?.indices else { return [] }
        return users.map { user in runs.reduce(0) { $0 + value(of: $1[user]) } / Double(runs.count) }
    }

    /// The metric with its interval over users: Wilson's where it counts the hits of one run, else the bootstrap's.
    func estimate(of runs: [[TargetRank]], by bootstrap: BootstrapOptions) -> Estimate {
        if runs.count == 1, isHit {
            return WilsonInterval.estimate(hits: runs[0].count { value(of: $0) == 1 }, of: runs[0].count)
        }
        return bootstrap.mean(of: means(of: runs))
    }
}
