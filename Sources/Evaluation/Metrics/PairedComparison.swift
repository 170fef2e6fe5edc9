import Files
import Foundation

/// Whether one run ranks better than another for the same users.
package struct PairedComparison: Codable, Equatable, Sendable {
    /// The metric compared, as in `NDCG@10`.
    package var metric: String
    /// How many users.
    package var users: Int
    /// The first run's mean.
    package var first: Double
    /// The second run's mean.
    package var second: Double
    /// The mean of first minus second with its bootstrap interval over users.
    package var difference: Estimate
    /// Users for whom the first run is better.
    package var wins: Int
    /// Users for whom the second run is better.
    package var losses: Int
    /// Two-sided sign-flip test: how often random signs of the users' differences give a mean difference at least this large;
    /// (1 + count) / (1 + flips), so never 0.
    package var pValue: Double

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
    package init(
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
    package init(
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

/// Holm's correction of a family of tests: among many comparisons some look significant by chance alone.
///
/// With p_(1) <= ... <= p_(n): p'_(i) = max over j <= i of min(1, (n - j + 1) p_(j)). The chance that any comparison is wrongly called a
/// difference is then at most the level, whatever the tests have to do with each other.
package enum HolmCorrection {
    /// The corrected probabilities, in the order given.
    package static func corrected(_ pValues: [Double]) -> [Double] {
        var corrected = pValues
        var most = 0.0
        for (place, index) in pValues.indices.sorted(by: { pValues[$0] < pValues[$1] }).enumerated() {
            most = max(most, min(1, Double(pValues.count - place) * pValues[index]))
            corrected[index] = most
        }
        return corrected
    }
}

/// Student's t distribution: what a mean of few values from a normal distribution is off by, in standard errors.
enum StudentT {
    /// The probability that |t| is at least as large: I_x(v / 2, 1 / 2) with x = v / (v + t²).
    ///
    /// - Parameters:
    ///   - t: in standard errors; may be infinite.
    ///   - degrees: degrees of freedom v, above 0, not necessarily whole.
    static func twoSided(_ t: Double, degrees: Double) -> Double {
        precondition(degrees > 0, "\(degrees) degrees of freedom")
        return t.isInfinite ? 0 : incompleteBeta(degrees / (degrees + t * t), degrees / 2, 0.5)
    }

    /// The t that |t| stays below with 95 % probability: 12.706 for one degree of freedom, 1.960 for very many.
    static func reach(degrees: Double) -> Double {
        var low = 0.0
        var high = 1.0
        while twoSided(high, degrees: degrees) > 0.05 { high *= 2 }
        for _ in 0..<60 {
            let middle = (low + high) / 2
            if twoSided(middle, degrees: degrees) > 0.05 { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }

    /// The regularised incomplete beta function I_x(a, b), by its continued fraction (Abramowitz and Stegun, 26.5.8).
    static func incompleteBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
        if x <= 0 { return 0 }
        if x >= 1 { return 1 }
        // The fraction converges fast on this side only; I_x(a, b) = 1 - I_(1-x)(b, a) gives the other.
        if x > (a + 1) / (a + b + 2) { return 1 - incompleteBeta(1 - x, b, a) }
        let front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x)) / a
        return front * fraction(x, a, b)
    }

    /// 1 / (1 + d_1 / (1 + d_2 / (1 + ...))), by Lentz's method.
    private static func fraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
        let least = 1e-300
        func kept(_ value: Double) -> Double { abs(value) < least ? least : value }
        var numerator = 1.0
        var denominator = 1 / kept(1 - (a + b) * x / (a + 1))
        var value = denominator
        for step in 1...500 {
            let m = Double(step)
            for term in [
                m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
                -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
            ] {
                denominator = 1 / kept(1 + term * denominator)
                numerator = kept(1 + term / numerator)
                value *= numerator * denominator
            }
            if abs(numerator * denominator - 1) < 1e-15 { break }
        }
        return value
    }
}

/// The result of comparing two methods.
package enum Verdict: String, Codable, Sendable {
    /// The first method is better.
    case better
    /// The first method is worse.
    case worse
    /// Chance makes a difference like this one more often than once in twenty comparisons.
    case withinNoise = "within noise"

    /// The probability below which a difference is called one.
    package static let level = 0.05
}
