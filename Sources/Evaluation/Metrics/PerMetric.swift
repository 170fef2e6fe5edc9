/// What was found for each of some metrics, in the order in which they were asked for.
public struct PerMetric<Value> {
    /// The metrics and their values; a metric is there once.
    package private(set) var entries: [(metric: Metric, value: Value)] = []

    /// Nothing found yet.
    public init() {}

    /// Finds a value for each metric; one without is left out.
    public init(_ metrics: some Sequence<Metric>, _ value: (Metric) throws -> Value?) rethrows {
        for metric in metrics { self[metric] = try value(metric) }
    }

    /// The value of a metric; nil where it was not asked for. A new metric comes last.
    public subscript(metric: Metric) -> Value? {
        get { entries.first { $0.metric == metric }?.value }
        set {
            let place = entries.firstIndex { $0.metric == metric }
            switch (place, newValue) {
            case (let place?, let value?): entries[place].value = value
            case (nil, let value?): entries.append((metric, value))
            case (let place?, nil): entries.remove(at: place)
            case (nil, nil): break
            }
        }
    }

    /// The metrics, in their order.
    package var metrics: [Metric] { entries.map(\.metric) }

    /// Whether there is none.
    package var isEmpty: Bool { entries.isEmpty }

    /// The same metrics with other values.
    package func mapValues<Other>(_ other: (Value) throws -> Other) rethrows -> PerMetric<Other> {
        var found = PerMetric<Other>()
        for entry in entries { found[entry.metric] = try other(entry.value) }
        return found
    }
}

extension PerMetric: ExpressibleByDictionaryLiteral {
    /// The metrics in the order they are written.
    public init(dictionaryLiteral elements: (Metric, Value)...) {
        for (metric, value) in elements { self[metric] = value }
    }
}

extension PerMetric: Sendable where Value: Sendable {}

extension PerMetric: Equatable where Value: Equatable {
    /// The same metrics in the same order with equal values.
    public static func == (a: PerMetric, b: PerMetric) -> Bool {
        a.entries.elementsEqual(b.entries) { $0.metric == $1.metric && $0.value == $1.value }
    }
}

/// The estimates of some metrics.
public typealias MetricEstimates = PerMetric<Estimate>

extension MetricEstimates {
    /// The estimates of metrics over the runs of one method, or one run, for the same users.
    ///
    /// - Parameters:
    ///   - metrics: what is estimated; metrics of lists are left out where there are no lists.
    ///   - runs: ranks, one per user, of each run.
    ///   - lists: the lists of one run.
    init(_ metrics: [Metric], of runs: [[TargetRank]], lists: RecommendedLists? = nil, by bootstrap: BootstrapOptions) {
        self.init(metrics) { metric in
            if metric.isOfRanks { return metric.estimate(of: runs, by: bootstrap) }
            guard let measure = metric.measure as? any ListMeasure, let lists, let cutoff = metric.cutoff else { return nil }
            return measure.estimate(of: lists, cutoff: cutoff, by: bootstrap)
        }
    }
}

extension [Metric] {
    /// The metrics that some methods were measured by, in the order in which they first appear.
    package init(measuredBy methods: some Sequence<[Metric]>) {
        var seen: Set<Metric> = []
        self = methods.joined().filter { seen.insert($0).inserted }
    }
}
