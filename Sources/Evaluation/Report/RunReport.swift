import Foundation
import Metrics

/// What a run, or a comparison of runs, is shown as: values only; `html`, `curvesSVG`, `markdownTable` and `csvTable` draw them.
///
/// Every part but the title may be empty and is then left out. Texts may be anything: they are escaped where they are drawn.
public struct RunReport: Sendable {
    /// One compared method: a row of the table.
    public struct Method: Sendable {
        /// The method's name.
        public var name: String
        /// HR@10, 0...1.
        public var hitRate: Estimate?
        /// NDCG@10, 0...1.
        public var ndcg: Estimate?
        /// What training takes; nil where it is not known or nothing is trained.
        public var cost: RunCost?
        /// What a reader has to know of this row.
        public var note: String

        /// Describes a method.
        public init(name: String, hitRate: Estimate? = nil, ndcg: Estimate? = nil, cost: RunCost? = nil, note: String = "") {
            self.name = name
            self.hitRate = hitRate
            self.ndcg = ndcg
            self.cost = cost
            self.note = note
        }
    }

    /// The best that can be reached at all on this data, where it is known (made-up worlds).
    public struct Ceiling: Sendable {
        /// What it is, as in `the world's own preferences`.
        public var name: String
        /// Its HR@10.
        public var hitRate: Double
        /// Its NDCG@10.
        public var ndcg: Double

        /// Describes a ceiling.
        public init(name: String, hitRate: Double, ndcg: Double) {
            self.name = name
            self.hitRate = hitRate
            self.ndcg = ndcg
        }
    }

    /// The learning curve of one run.
    public struct Curve: Sendable {
        /// One epoch; what was not measured is nil.
        public struct Epoch: Sendable {
            /// The epoch's number.
            public var number: Int
            /// Mean training loss.
            public var loss: Double?
            /// HR@10 on the validation targets, 0...1.
            public var hitRate: Double?

            /// Describes an epoch.
            public init(_ number: Int, loss: Double? = nil, hitRate: Double? = nil) {
                self.number = number
                self.loss = loss
                self.hitRate = hitRate
            }
        }

        /// The run's name.
        public var name: String
        /// The epochs in order.
        public var epochs: [Epoch]

        /// Describes a curve.
        public init(name: String, epochs: [Epoch]) {
            self.name = name
            self.epochs = epochs
        }
    }

    /// The learned gates: how much each side block takes from its encoder layer.
    public struct Gates: Sendable {
        /// The gates of one tower.
        public struct Tower: Sendable {
            /// The tower's name, as in `text`.
            public var name: String
            /// The encoder layer of each block, as in `0`, `2` or, for the inter tower, `2 | 2`.
            public var layers: [String]
            /// sigmoid(theta / 0.1) of each block, 0...1.
            public var values: [Double]

            /// Describes a tower.
            public init(name: String, layers: [String], values: [Double]) {
                precondition(layers.count == values.count, "\(layers.count) layers, \(values.count) gates")
                self.name = name
                self.layers = layers
                self.values = values
            }
        }

        /// The towers, from top to bottom.
        public var towers: [Tower]

        /// Describes the gates.
        public init(towers: [Tower]) { self.towers = towers }

        /// The means of several runs' gates; nil where there are none, or they have not the same towers and blocks.
        public init?(meanOf runs: [Gates]) {
            guard let first = runs.first, !first.towers.isEmpty else { return nil }
            let shape = first.towers.map { [$0.name] + $0.layers }
            guard runs.allSatisfy({ run in run.towers.map { [$0.name] + $0.layers } == shape }) else { return nil }
            towers = first.towers.indices.map { tower in
                let values = first.towers[tower].values.indices.map { block in
                    runs.reduce(0) { $0 + $1.towers[tower].values[block] } / Double(runs.count)
                }
                return Tower(name: shape[tower][0], layers: first.towers[tower].layers, values: values)
            }
        }
    }

    /// The heading.
    public var title: String
    /// A line under the heading: dataset, date, machine.
    public var subtitle: String
    /// The compared methods.
    public var methods: [Method] = []
    /// The name of the method that this report is about; its numbers are shown on top.
    public var subject: String?
    /// The best that can be reached, where known.
    public var ceiling: Ceiling?
    /// How TPME weighs time, parameters and memory.
    public var tpmeWeights = TPME.Weights()
    /// The subject against the others, or the others against it.
    public var comparisons: [MethodComparison] = []
    /// The learning curves; those of one name look the same.
    public var curves: [Curve] = []
    /// The learned gates.
    public var gates: Gates?
    /// How much of the subject's scores each tower decides.
    public var shares: [RunResult.TowerShare] = []
    /// The subject's ranking by groups of users.
    public var breakdowns: [Breakdown] = []
    /// How the subject was evaluated.
    public var card: EvaluationCard?
    /// Users with their recommendations.
    public var examples: [Example] = []
    /// The effective configuration, as text.
    public var configuration: String = ""
    /// The environment, label and value: machine, versions, seeds.
    public var environment: [(label: String, value: String)] = []

    /// Starts a report with nothing but its heading.
    public init(title: String, subtitle: String = "") {
        self.title = title
        self.subtitle = subtitle
    }
}
