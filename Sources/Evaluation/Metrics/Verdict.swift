/// What a comparison of two methods comes to.
public enum Verdict: String, Codable, Sendable {
    /// The first method is better.
    case better
    /// The first method is worse.
    case worse
    /// Chance makes a difference like this one more often than once in twenty comparisons.
    case withinNoise = "within noise"

    /// The probability below which a difference is called one.
    public static let level = 0.05
}
