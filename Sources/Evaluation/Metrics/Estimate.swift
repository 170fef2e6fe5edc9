package import Files

/// A mean over users with its 95 % confidence interval.
public struct Estimate: Codable, Equatable, Sendable {
    /// The mean.
    public var value: Double
    /// The lower end of the interval; nil when none was computed.
    public var low: Double?
    /// The upper end of the interval; nil when none was computed.
    public var high: Double?

    /// Makes an estimate.
    public init(_ value: Double, low: Double? = nil, high: Double? = nil) {
        self.value = value
        self.low = low
        self.high = high
    }
}

/// Percentile bootstrap over users.
package enum Bootstrap {
    /// The mean of per-user values with its 95 % interval: the 2.5 % and 97.5 % points of the means of resamples of the users, drawn
    /// with replacement.
    ///
    /// Costs `resamples x values.count` draws: for a million users and 1000 resamples some seconds.
    ///
    /// - Parameters:
    ///   - values: one value per user.
    ///   - resamples: how many resamples; 0 gives no interval.
    ///   - seed: the same seed gives the same interval on every platform.
    ///   - stop: where somebody asks to stop, the interval is left out; whoever hands it over throws then.
    package static func mean(
        of values: [Double], resamples: Int = 1000, seed: UInt64 = 1, stop: StopToken? = nil
    ) -> Estimate {
        guard !values.isEmpty else { return Estimate(0) }
        let mean = values.reduce(0, +) / Double(values.count)
        guard resamples > 0 else { return Estimate(mean) }
        var generator = SplitMix64(seed: seed)
        var means: [Double] = []
        means.reserveCapacity(resamples)
        values.withUnsafeBufferPointer { values in
            for _ in 0..<resamples where stop?.isRequested != true {
                var sum = 0.0
                for _ in 0..<values.count { sum += values[generator.next(below: values.count)] }
                means.append(sum / Double(values.count))
            }
        }
        guard means.count == resamples else { return Estimate(mean) }
        means.sort()
        return Estimate(mean, low: quantile(0.025, of: means), high: quantile(0.975, of: means))
    }

    /// The quantile of sorted values, interpolated linearly between neighbours.
    static func quantile(_ share: Double, of sorted: [Double]) -> Double {
        let place = share * Double(sorted.count - 1)
        let below = Int(place)
        let above = min(below + 1, sorted.count - 1)
        return sorted[below] + (sorted[above] - sorted[below]) * (place - Double(below))
    }
}

/// How intervals are drawn by the bootstrap, where a measure has to draw one itself.
package struct BootstrapOptions: Sendable {
    /// How many resamples; 0 gives no interval.
    package var resamples: Int
    /// The random numbers' seed.
    package var seed: UInt64
    /// As of ``Bootstrap``.
    package var stop: StopToken?

    /// States them.
    package init(resamples: Int = 1000, seed: UInt64 = 1, stop: StopToken? = nil) {
        self.resamples = resamples
        self.seed = seed
        self.stop = stop
    }

    /// The mean of per-user values with its interval; see ``Bootstrap/mean(of:resamples:seed:stop:)``.
    package func mean(of values: [Double]) -> Estimate {
        Bootstrap.mean(of: values, resamples: resamples, seed: seed, stop: stop)
    }
}

/// Wilson's score interval of a proportion; unlike the normal one it stays within 0...1 and is right for few hits.
package enum WilsonInterval {
    /// The 97.5 % point of the normal distribution.
    static let z = 1.959963984540054

    /// The 95 % interval of a proportion.
    ///
    /// (p + z²/2n ± z √(p(1-p)/n + z²/4n²)) / (1 + z²/n)
    ///
    /// - Parameters:
    ///   - hits: how many of the users had a hit.
    ///   - users: how many users there are; 0 gives nothing known, 0...1.
    /// - Returns: the proportion with its interval.
    package static func estimate(hits: Int, of users: Int) -> Estimate {
        precondition(hits >= 0 && hits <= users, "\(hits) hits of \(users) users")
        guard users > 0 else { return Estimate(0, low: 0, high: 1) }
        let n = Double(users)
        let p = Double(hits) / n
        let scale = 1 + z * z / n
        let center = (p + z * z / (2 * n)) / scale
        let half = z * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot() / scale
        return Estimate(p, low: hits == 0 ? 0 : max(0, center - half), high: hits == users ? 1 : min(1, center + half))
    }
}

/// A metric of one method over the seeds it was trained with.
///
/// The interval says how far another set of seeds may lie, for the same users; the interval over users is ``Bootstrap``'s.
package struct SeedSummary: Codable, Equatable, Sendable {
    /// The metric of each seed's run, in the order given.
    package var values: [Double]
    /// The mean over the seeds with its 95 % interval: mean ± t s / √n, t the 97.5 % point of Student's distribution with n - 1 degrees of
    /// freedom. One seed has no interval.
    package var mean: Estimate
    /// s, the standard deviation between seeds (divided by n - 1); nil for one seed.
    package var deviation: Double?
    /// s / √n, the standard error of the mean; nil for one seed.
    package var standardError: Double?

    /// Summarises the runs of a method.
    ///
    /// - Parameter values: the metric of each seed's run, at least one.
    package init(_ values: [Double]) {
        precondition(!values.isEmpty, "a summary of no seeds")
        self.values = values
        let count = Double(values.count)
        let mean = values.reduce(0, +) / count
        self.mean = Estimate(mean)
        guard values.count > 1 else { return }
        let deviation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)).squareRoot()
        let error = deviation / count.squareRoot()
        let reach = StudentT.reach(degrees: count - 1) * error
        self.deviation = deviation
        standardError = error
        self.mean = Estimate(mean, low: mean - reach, high: mean + reach)
    }

    /// Welch's test: how probable a difference of means at least as large as this one is, when the seeds alone make it.
    ///
    /// t = (m_1 - m_2) / √(e_1² + e_2²) with (e_1² + e_2²)² / (e_1⁴ / (n_1 - 1) + e_2⁴ / (n_2 - 1)) degrees of freedom, e being standard
    /// errors.
    ///
    /// - Returns: the two-sided probability; nil where one of both has only one seed.
    package func pValue(against other: SeedSummary) -> Double? {
        guard let first = standardError, let second = other.standardError else { return nil }
        let difference = mean.value - other.mean.value
        let error = (first * first + second * second).squareRoot()
        guard error > 0 else { return difference == 0 ? 1 : 0 }
        let (a, b) = (first / error, second / error)
        let degrees = 1 / (a * a * a * a / Double(values.count - 1) + b * b * b * b / Double(other.values.count - 1))
        return StudentT.twoSided(difference / error, degrees: degrees)
    }
}
