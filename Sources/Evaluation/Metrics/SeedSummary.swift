/// A metric of one method over the seeds it was trained with.
///
/// The interval says how far another set of seeds may lie, for the same users; the interval over users is ``Bootstrap``'s.
public struct SeedSummary: Codable, Equatable, Sendable {
    /// The metric of each seed's run, in the order given.
    public var values: [Double]
    /// The mean over the seeds with its 95 % interval: mean ± t s / √n, t the 97.5 % point of Student's distribution with n - 1 degrees of
    /// freedom. One seed has no interval.
    public var mean: Estimate
    /// s, the standard deviation between seeds (divided by n - 1); nil for one seed.
    public var deviation: Double?
    /// s / √n, the standard error of the mean; nil for one seed.
    public var standardError: Double?

    /// Summarises the runs of a method.
    ///
    /// - Parameter values: the metric of each seed's run, at least one.
    public init(_ values: [Double]) {
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
    public func pValue(against other: SeedSummary) -> Double? {
        guard let first = standardError, let second = other.standardError else { return nil }
        let difference = mean.value - other.mean.value
        let error = (first * first + second * second).squareRoot()
        guard error > 0 else { return difference == 0 ? 1 : 0 }
        let (a, b) = (first / error, second / error)
        let degrees = 1 / (a * a * a * a / Double(values.count - 1) + b * b * b * b / Double(other.values.count - 1))
        return StudentT.twoSided(difference / error, degrees: degrees)
    }
}
