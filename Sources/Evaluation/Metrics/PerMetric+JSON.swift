/// A list of objects, each with the metric's name beside the value's own keys: `[{"metric": "HR@10", "value": 0.1, ...}, ...]`; `unit`
/// is there too where it is not a share.
extension PerMetric: Encodable where Value: Encodable {
    /// Writes the list, in the metrics' order.
    public func encode(to encoder: any Encoder) throws {
        var list = encoder.unkeyedContainer()
        for entry in entries { try list.encode(Entry(metric: entry.metric, value: entry.value)) }
    }
}

extension PerMetric: Decodable where Value: Decodable {
    /// Reads the list; a metric that this program does not know keeps its name.
    public init(from decoder: any Decoder) throws {
        var list = try decoder.unkeyedContainer()
        while !list.isAtEnd {
            let entry = try list.decode(Entry<Value>.self)
            self[entry.metric] = entry.value
        }
    }
}

private struct Entry<Value> {
    let metric: Metric
    let value: Value

    enum Keys: CodingKey { case metric, unit }
}

extension Entry: Encodable where Value: Encodable {
    func encode(to encoder: any Encoder) throws {
        try value.encode(to: encoder)
        var keys = encoder.container(keyedBy: Keys.self)
        try keys.encode(metric.name, forKey: .metric)
        if metric.unit != .share { try keys.encode(metric.unit, forKey: .unit) }
    }
}

extension Entry: Decodable where Value: Decodable {
    init(from decoder: any Decoder) throws {
        let keys = try decoder.container(keyedBy: Keys.self)
        metric = .read(
            try keys.decode(String.self, forKey: .metric),
            unit: try keys.decodeIfPresent(MetricUnit.self, forKey: .unit) ?? .share)
        value = try Value(from: decoder)
    }
}

/// The keys that hold what was found for HR@10 and NDCG@10 in files of versions that knew these two alone, as `hitRate` and `ndcg`.
///
/// They are still written, beside the list of all metrics, for whoever reads them; they are read where there is no list.
package struct PairedKeys<Key: CodingKey> {
    let hitRate, ndcg, all: Key

    /// Names the keys.
    ///
    /// - Parameters:
    ///   - hitRate: the key of HR@10.
    ///   - ndcg: the key of NDCG@10.
    ///   - all: the key of the list of all metrics.
    package init(_ hitRate: Key, _ ndcg: Key, all: Key) {
        self.hitRate = hitRate
        self.ndcg = ndcg
        self.all = all
    }

    /// Writes values.
    package func encode<Value: Encodable>(_ values: PerMetric<Value>, to container: inout KeyedEncodingContainer<Key>) throws {
        try container.encode(values, forKey: all)
        try container.encodeIfPresent(values[.hitRate(10)], forKey: hitRate)
        try container.encodeIfPresent(values[.ndcg(10)], forKey: ndcg)
    }

    /// Reads values of this version or an older one.
    package func decode<Value: Decodable>(
        _: Value.Type = Value.self, from container: KeyedDecodingContainer<Key>
    ) throws -> PerMetric<Value> {
        if let values = try container.decodeIfPresent(PerMetric<Value>.self, forKey: all) { return values }
        var values = PerMetric<Value>()
        values[.hitRate(10)] = try container.decodeIfPresent(Value.self, forKey: hitRate)
        values[.ndcg(10)] = try container.decodeIfPresent(Value.self, forKey: ndcg)
        return values
    }

    /// Writes estimates of which the two keys hold the value alone.
    package func encodeValues(_ values: MetricEstimates, to container: inout KeyedEncodingContainer<Key>) throws {
        try container.encode(values, forKey: all)
        try container.encodeIfPresent(values[.hitRate(10)]?.value, forKey: hitRate)
        try container.encodeIfPresent(values[.ndcg(10)]?.value, forKey: ndcg)
    }

    /// Reads estimates of which the two keys hold the value alone.
    package func decodeValues(from container: KeyedDecodingContainer<Key>) throws -> MetricEstimates {
        if let values = try container.decodeIfPresent(MetricEstimates.self, forKey: all) { return values }
        var values = MetricEstimates()
        values[.hitRate(10)] = try container.decodeIfPresent(Double.self, forKey: hitRate).map { Estimate($0) }
        values[.ndcg(10)] = try container.decodeIfPresent(Double.self, forKey: ndcg).map { Estimate($0) }
        return values
    }
}
