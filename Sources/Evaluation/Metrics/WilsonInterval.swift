/// Wilson's score interval of a proportion; unlike the normal one it stays within 0...1 and is right for few hits.
public enum WilsonInterval {
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
    public static func estimate(hits: Int, of users: Int) -> Estimate {
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
