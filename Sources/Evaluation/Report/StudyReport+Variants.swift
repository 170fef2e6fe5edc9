package import Metrics

extension StudyReport {
    /// One thing that a study tried: a row of its table.
    package struct Variant: Sendable {
        /// The variant's name; curves and comparisons refer to it.
        package var name: String
        /// What it belongs to, as in `kept layers`; neighbours of the same group are under one heading. Empty for no group.
        package var group: String
        /// Its runs, one per seed.
        package var runs: [Run]
        /// The metrics on the test targets over the users' means over seeds, with the intervals over users.
        package var metrics: MetricEstimates
        /// What training takes; nil where it is not known or nothing is trained.
        package var cost: RunCost?
        /// The settings in which it differs from the others, name and value.
        package var settings: [(label: String, value: String)] = []
        /// What a reader has to know, as in `early stop with patience 3`, `random weights`, or why it failed.
        package var note: String
        /// The gates, as means over seeds; see ``RunReport/Gates/init(meanOf:)``.
        package var gates: RunReport.Gates?
        /// How much of the scores each tower decides.
        package var shares: [RunResult.TowerShare] = []
        /// The ranking by groups of users.
        package var breakdowns: [Breakdown] = []
        /// Its encoders, in a study of scale.
        package var encoders: Encoders?
        /// How the items were changed, in a study of robustness; nil for the items as they are.
        package var change: Change?

        /// Describes a variant.
        package init(
            name: String, group: String = "", runs: [Run] = [], metrics: MetricEstimates = [:], cost: RunCost? = nil,
            note: String = ""
        ) {
            self.name = name
            self.group = group
            self.runs = runs
            self.metrics = metrics
            self.cost = cost
            self.note = note
        }

        /// A metric of the runs on the test targets, over seeds; nil where no run has it.
        package func summary(_ metric: Metric) -> SeedSummary? { Self.summary(runs.compactMap { $0.test[metric]?.value }) }

        /// A metric of the runs on the validation targets, over seeds; nil where no run has it.
        package func validationSummary(_ metric: Metric) -> SeedSummary? {
            Self.summary(runs.compactMap { $0.validation[metric]?.value })
        }

        private static func summary(_ values: [Double]) -> SeedSummary? { values.isEmpty ? nil : SeedSummary(values) }

        /// A metric as charts show it: with the interval over users where there is one.
        func shown(_ metric: Metric) -> Estimate? { metrics[metric] ?? summary(metric)?.mean }

        /// What it was measured by.
        var measured: [Metric] {
            [Metric](measuredBy: [metrics.metrics] + runs.flatMap { [$0.test.metrics, $0.validation.metrics] })
        }
    }

    /// One run of a variant; what was not measured is nil.
    package struct Run: Sendable {
        /// The run's seed.
        package var seed: UInt64
        /// The metrics on the test targets.
        package var test: MetricEstimates
        /// The metrics on the validation targets.
        package var validation: MetricEstimates
        /// What it took.
        package var cost: RunCost?

        /// Describes a run.
        package init(
            seed: UInt64, test: MetricEstimates = [:], validation: MetricEstimates = [:], cost: RunCost? = nil
        ) {
            self.seed = seed
            self.test = test
            self.validation = validation
            self.cost = cost
        }
    }

    /// The two encoders of a variant.
    package struct Encoders: Sendable {
        /// An encoder and its size.
        package struct Encoder: Sendable, Hashable {
            /// The encoder's name, as in `MiniLM-L6`, or `MiniLM-L6, random weights`.
            package var name: String
            /// How many parameters it has.
            package var parameters: Int

            /// Describes an encoder.
            package init(name: String, parameters: Int) {
                self.name = name
                self.parameters = parameters
            }
        }

        /// The text encoder.
        package var text: Encoder
        /// The image encoder.
        package var image: Encoder

        /// Describes a pair.
        package init(text: Encoder, image: Encoder) {
            self.text = text
            self.image = image
        }
    }

    /// A change of the items.
    package struct Change: Sendable, Hashable {
        /// Its name, as in `titles-missing`.
        package var name: String
        /// The share of items that are changed, or how strongly, 0...1.
        package var rate: Double

        /// Describes a change.
        package init(name: String, rate: Double) {
            self.name = name
            self.rate = rate
        }
    }
}

extension StudyReport {
    /// The variants' rankings by groups of users.
    var breakdownSection: Markup {
        let charts = [Breakdown.Kind.historyLength, .targetPopularity].flatMap { kind in
            let metrics = [Metric](measuredBy: variants.flatMap(\.breakdowns).filter { $0.kind == kind }.map(\.metrics))
            return metrics.map { lines($0, kind) }
        }
        return Page.section("Groups of users", lead: RunReport.breakdownLead, Page.charts(charts))
    }

    /// One line per variant with the groups that most variants have; with whiskers where they are few enough to be distinguished.
    private func lines(_ metric: Metric, _ kind: Breakdown.Kind) -> Markup? {
        let all = variants.compactMap { variant in
            variant.breakdowns.first { $0.kind == kind && !$0.groups.isEmpty }.map { (variant.name, $0.groups) }
        }
        guard let groups = all.first?.1 else { return nil }
        let names = groups.map(\.axisLabel)
        let series = all.map { name, groups in
            LineChart.Series(
                name: name,
                points: groups.compactMap { group in
                    names.firstIndex(of: group.axisLabel).map { place in
                        var point = LineChart.Point(Double(place), percentOf: group.metrics[metric] ?? Estimate(.nan))
                        if all.count > 4 { point.interval = nil }
                        return point
                    }
                })
        }
        return LineChart(
            title: "\(metric.heading), by \(kind.rawValue)", xLabel: kind.axisLabel, series: series,
            bottom: .categories(names), marksAll: true
        ).svg()
    }

    /// The gates of each variant that has some.
    var gateSection: Markup {
        let maps: [Markup] = variants.compactMap { variant in
            guard let map = variant.gates?.map, !map.text.isEmpty else { return nil }
            return "<h3 class=\"map\"><bdi>\(variant.name)</bdi></h3>\n\(map)"
        }
        return Page.section("Gates", lead: RunReport.gateLead(of: variants.map(\.gates)) + " Means over seeds.", "\(maps)")
    }

    /// The shares of the score of each variant that has several towers.
    var shareSection: Markup { RunReport.shareSection(variants.map { ($0.name, $0.shares) }) }
}
