public import Metrics

/// What a validation found: some metrics over the validation targets, of which the first decides which epoch is best.
public struct Validation: Sendable, Equatable {
    /// The metrics, at least one; intervals are not computed while training.
    public var metrics: MetricEstimates

    /// Makes a result.
    ///
    /// - Parameter metrics: at least one, the deciding one first.
    public init(_ metrics: MetricEstimates) {
        precondition(!metrics.isEmpty, "a validation without a metric")
        self.metrics = metrics
    }

    /// The names of the metrics, the deciding one first, as `HR@10`.
    public var names: [String] { metrics.metrics.map(\.name) }

    /// A metric by its name; nil where it was not computed.
    public subscript(name: String) -> Double? { metrics.entries.first { $0.metric.name == name }?.value.value }

    /// The metric that decides which epoch is best; greater is better.
    package var score: Double { metrics.entries[0].value.value }
}

/// In files HR@10 and NDCG@10 also are under `hitRate` and `ndcg`, which were all that older versions knew.
extension Validation: Codable {
    private enum Keys: CodingKey { case metrics, hitRate, ndcg }

    private static let pair = PairedKeys(Keys.hitRate, .ndcg, all: .metrics)

    /// Reads what this version or an older one has written.
    public init(from decoder: any Decoder) throws {
        let keys = try decoder.container(keyedBy: Keys.self)
        metrics = try Self.pair.decodeValues(from: keys)
        guard !metrics.isEmpty else {
            throw DecodingError.keyNotFound(
                Keys.hitRate, .init(codingPath: decoder.codingPath, debugDescription: "a validation without a metric"))
        }
    }

    /// Writes all metrics, and HR@10 and NDCG@10 under their own keys too.
    public func encode(to encoder: any Encoder) throws {
        var keys = encoder.container(keyedBy: Keys.self)
        try Self.pair.encodeValues(metrics, to: &keys)
    }
}
