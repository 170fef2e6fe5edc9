import Files

/// Percentile bootstrap over users.
public enum Bootstrap {
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
    public static func mean(
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
