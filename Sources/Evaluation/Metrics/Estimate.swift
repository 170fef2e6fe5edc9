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
