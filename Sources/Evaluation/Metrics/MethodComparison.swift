import Files
import Foundation

/// Whether one method ranks better than another, over users and seeds.
///
/// Two things make noise: which users there are (``PairedComparison``) and which seeds the models were trained with
/// (``SeedSummary/pValue(against:)``). A difference has to exceed both; where a method has only one seed the users alone decide.
package struct MethodComparison: Codable, Equatable, Sendable {
    /// The first method's name.
    package var first: String
    /// The second method's name.
    package var second: String
    /// The comparison over users, of the means over seeds.
    package var users: PairedComparison
    /// The metric of the first method by seed.
    package var firstSeeds: SeedSummary
    /// The metric of the second method by seed.
    package var secondSeeds: SeedSummary
    /// How many comparisons were made together; ``pValue`` is corrected for them.
    package var family = 1
    /// The larger of the probabilities over users and over seeds, after Holm's correction.
    package var pValue: Double

    /// Compares two methods on the same users.
    ///
    /// - Parameters:
    ///   - first: the first method's name.
    ///   - firstRuns: its ranks, one table per seed.
    ///   - second: the second method's name.
    ///   - secondRuns: its ranks, one table per seed.
    ///   - metric: what is compared.
    ///   - resamples: bootstrap resamples of the interval over users.
    ///   - flips: random sign assignments of the test over users.
    ///   - seed: of both.
    /// - Throws: ``UserError`` when the tables are not of the same users and targets, or a method has none.
    package init(
        _ first: String, _ firstRuns: [RankTable], with second: String, _ secondRuns: [RankTable], metric: Metric,
        resamples: Int = 1000, flips: Int = 10_000, seed: UInt64 = 1
    ) throws {
        let tables = firstRuns + secondRuns
        guard tables.allSatisfy({ $0.hasCases(of: tables[0]) }) else {
            throw UserError(
                "the runs of \"\(first)\" and \"\(second)\" are not over the same users and targets",
                remedy: "Evaluate them on the same dataset and split.")
        }
        users = try PairedComparison(
            ofMeans: firstRuns.map(\.ranks), with: secondRuns.map(\.ranks), metric: metric, resamples: resamples, flips: flips,
            seed: seed)
        self.first = first
        self.second = second
        firstSeeds = SeedSummary(firstRuns.map { metric.mean(of: $0.ranks) })
        secondSeeds = SeedSummary(secondRuns.map { metric.mean(of: $0.ranks) })
        pValue = 1
        pValue = uncorrected
    }

    /// Corrects comparisons that were made together, by Holm's procedure.
    package static func corrected(_ family: [MethodComparison]) -> [MethodComparison] {
        zip(family, HolmCorrection.corrected(family.map(\.uncorrected))).map { comparison, pValue in
            var comparison = comparison
            comparison.family = family.count
            comparison.pValue = pValue
            return comparison
        }
    }

    private var uncorrected: Double { max(users.pValue, firstSeeds.pValue(against: secondSeeds) ?? 0) }

    /// The verdict.
    package var verdict: Verdict {
        guard pValue < Verdict.level, users.difference.value != 0 else { return .withinNoise }
        return users.difference.value > 0 ? .better : .worse
    }
}

extension MethodComparison {
    /// The comparison in a sentence, as in `iisan is better than id on NDCG@10 by 1.23 points (0.80 to 1.66), p = 0.0002, 3 seeds each`.
    ///
    /// The interval is the bootstrap's over users.
    package var sentence: String {
        let sign = verdict == .worse ? -1.0 : 1
        func points(_ share: Double) -> String { String(format: "%.2f", share * 100 * sign) }
        let difference = users.difference
        let ends = [difference.low, difference.high].compactMap { $0 }.sorted { $0 * sign < $1 * sign }.map(points)
        let amount = points(difference.value) + " points" + (ends.isEmpty ? "" : " (\(ends.joined(separator: " to ")))")
        let facts = [probability, family > 1 ? "corrected for \(family) comparisons" : nil, seeds].compactMap { $0 }
        let claim =
            switch verdict {
            case .better: "\(first) is better than \(second) on \(users.metric) by \(amount)"
            case .worse: "\(first) is worse than \(second) on \(users.metric) by \(amount)"
            case .withinNoise: "\(first) and \(second) are within \(noise) on \(users.metric): a difference of \(amount)"
            }
        return ([claim] + facts).joined(separator: ", ")
    }

    /// What hides the difference, where it is clear over users alone.
    private var noise: String {
        users.pValue < Verdict.level && uncorrected >= Verdict.level ? "the noise between seeds" : "noise"
    }

    /// The probability as text, as in `p = 0.0002`.
    package var probability: String {
        pValue < 0.0001 ? "p < 0.0001" : String(format: "p = %.*f", pValue < 0.01 ? 4 : 2, pValue)
    }

    private var seeds: String {
        let (ours, theirs) = (firstSeeds.values.count, secondSeeds.values.count)
        if ours == theirs { return ours == 1 ? "one seed each" : "\(ours) seeds each" }
        return "\(ours) and \(theirs) seeds"
    }
}
