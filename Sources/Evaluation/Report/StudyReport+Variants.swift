import Metrics

extension StudyReport {
    /// One thing that a study tried: a row of its table.
    public struct Variant: Sendable {
        /// The variant's name; curves and comparisons refer to it.
        public var name: String
        /// What it belongs to, as in `kept layers`; neighbours of the same group stand under one heading. Empty for no group.
        public var group: String
        /// Its runs, one per seed.
        public var runs: [Run]
        /// HR@10 on the test targets over the users' means over seeds, 0...1, with the interval over users.
        public var hitRate: Estimate?
        /// NDCG@10 on the test targets over the users' means over seeds, 0...1, with the interval over users.
        public var ndcg: Estimate?
        /// What training takes; nil where it is not known or nothing is trained.
        public var cost: RunCost?
        /// The settings in which it differs from the others, name and value.
        public var settings: [(label: String, value: String)] = []
        /// What a reader has to know, as in `early stop with patience 3`, `random weights`, or why it failed.
        public var note: String
        /// The gates, as means over seeds; see ``RunReport/Gates/init(meanOf:)``.
        public var gates: RunReport.Gates?
        /// How much of the scores each tower decides.
        public var shares: [RunResult.TowerShare] = []
        /// The ranking by groups of users.
        public var breakdowns: [Breakdown] = []
        /// Its encoders, in a study of scale.
        public var encoders: Encoders?
        /// How the items were changed, in a study of robustness; nil for the items as they are.
        public var change: Change?

        /// Describes a variant.
        public init(
            name: String, group: String = "", runs: [Run] = [], hitRate: Estimate? = nil, ndcg: Estimate? = nil,
            cost: RunCost? = nil, note: String = ""
        ) {
            self.name = name
            self.group = group
            self.runs = runs
            self.hitRate = hitRate
            self.ndcg = ndcg
            self.cost = cost
            self.note = note
        }

        /// A metric of the runs over seeds; nil where no run has it.
        public func summary(_ metric: KeyPath<Run, Double?>) -> SeedSummary? {
            let values = runs.compactMap { $0[keyPath: metric] }
            return values.isEmpty ? nil : SeedSummary(values)
        }

        /// HR@10 as charts show it: with the interval over users where there is one.
        var shownHitRate: Estimate? { hitRate ?? summary(\.hitRate)?.mean }
        /// NDCG@10 as charts show it: with the interval over users where there is one.
        var shownNDCG: Estimate? { ndcg ?? summary(\.ndcg)?.mean }
    }

    /// One run of a variant; what was not measured is nil.
    public struct Run: Sendable {
        /// The run's seed.
        public var seed: UInt64
        /// HR@10 on the test targets, 0...1.
        public var hitRate: Double?
        /// NDCG@10 on the test targets, 0...1.
        public var ndcg: Double?
        /// HR@10 on the validation targets, 0...1.
        public var validationHitRate: Double?
        /// NDCG@10 on the validation targets, 0...1.
        public var validationNDCG: Double?
        /// What it took.
        public var cost: RunCost?

        /// Describes a run.
        public init(
            seed: UInt64, hitRate: Double? = nil, ndcg: Double? = nil, validationHitRate: Double? = nil,
            validationNDCG: Double? = nil, cost: RunCost? = nil
        ) {
            self.seed = seed
            self.hitRate = hitRate
            self.ndcg = ndcg
            self.validationHitRate = validationHitRate
            self.validationNDCG = validationNDCG
            self.cost = cost
        }

        /// Describes a run by its result.
        public init(_ result: RunResult) {
            let (test, validation) = (result.test?.all[cutoff: 10], result.validation?.all[cutoff: 10])
            self.init(
                seed: result.seed, hitRate: test?.hitRate.value, ndcg: test?.ndcg.value,
                validationHitRate: validation?.hitRate.value, validationNDCG: validation?.ndcg.value, cost: result.cost)
        }
    }

    /// The two encoders of a variant.
    public struct Encoders: Sendable {
        /// An encoder and its size.
        public struct Encoder: Sendable, Hashable {
            /// The encoder's name, as in `MiniLM-L6`, or `MiniLM-L6, random weights`.
            public var name: String
            /// How many parameters it has.
            public var parameters: Int

            /// Describes an encoder.
            public init(name: String, parameters: Int) {
                self.name = name
                self.parameters = parameters
            }
        }

        /// The text encoder.
        public var text: Encoder
        /// The image encoder.
        public var image: Encoder

        /// Describes a pair.
        public init(text: Encoder, image: Encoder) {
            self.text = text
            self.image = image
        }
    }

    /// A change of the items.
    public struct Change: Sendable, Hashable {
        /// Its name, as in `titles-missing`.
        public var name: String
        /// The share of items that are changed, or how strongly, 0...1.
        public var rate: Double

        /// Describes a change.
        public init(name: String, rate: Double) {
            self.name = name
            self.rate = rate
        }
    }
}

extension StudyReport {
    /// The variants' rankings by groups of users.
    var breakdownSection: Markup {
        let charts = [Breakdown.Kind.historyLength, .targetPopularity].flatMap { kind in
            [
                lines("HR@10, %, by \(kind.rawValue)", kind, \.hitRate), lines("NDCG@10, %, by \(kind.rawValue)", kind, \.ndcg),
            ]
        }
        return Page.section("Groups of users", lead: RunReport.breakdownLead, Page.charts(charts))
    }

    /// One line per variant with the groups that most variants have; with whiskers where they are few enough to be told apart.
    private func lines(_ title: String, _ kind: Breakdown.Kind, _ metric: KeyPath<Breakdown.Group, Estimate>) -> Markup? {
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
                        var point = LineChart.Point(Double(place), percentOf: group[keyPath: metric])
                        if all.count > 4 { point.interval = nil }
                        return point
                    }
                })
        }
        return LineChart(
            title: title, xLabel: kind.axisLabel, series: series, bottom: .categories(names), marksAll: true
        ).svg()
    }

    /// The gates of each variant that has some.
    var gateSection: Markup {
        let maps: [Markup] = variants.compactMap { variant in
            guard let map = variant.gates?.map, !map.text.isEmpty else { return nil }
            return "<h3 class=\"map\"><bdi>\(variant.name)</bdi></h3>\n\(map)"
        }
        return Page.section("Gates", lead: RunReport.gateLead + " Means over seeds.", "\(maps)")
    }

    /// The shares of the score of each variant that has several towers.
    var shareSection: Markup { RunReport.shareSection(variants.map { ($0.name, $0.shares) }) }
}
