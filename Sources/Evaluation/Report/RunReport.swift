import Foundation
package import Metrics

/// What a run, or a comparison of runs, is shown as: values only; `html`, `curvesSVG`, `markdownTable` and `csvTable` draw them.
///
/// Every part but the title may be empty and is then left out. Texts may be anything: they are escaped where they are drawn.
package struct RunReport: Sendable {
    /// One compared method: a row of the table.
    package struct Method: Sendable {
        /// The method's name.
        package var name: String
        /// The metrics on the test targets: a column each.
        package var metrics: MetricEstimates
        /// What training takes; nil where it is not known or nothing is trained.
        package var cost: RunCost?
        /// What a reader has to know of this row.
        package var note: String

        /// Describes a method.
        package init(name: String, metrics: MetricEstimates = [:], cost: RunCost? = nil, note: String = "") {
            self.name = name
            self.metrics = metrics
            self.cost = cost
            self.note = note
        }
    }

    /// The best that can be reached at all on this data, where it is known (made-up worlds).
    package struct Ceiling: Sendable {
        /// What it is, as in `the world's own preferences`.
        package var name: String
        /// The metrics of which it is known.
        package var metrics: MetricEstimates

        /// Describes a ceiling.
        package init(name: String, metrics: MetricEstimates) {
            self.name = name
            self.metrics = metrics
        }
    }

    /// The heading.
    package var title: String
    /// A line under the heading: dataset, date, machine.
    package var subtitle: String
    /// The compared methods.
    package var methods: [Method] = []
    /// The name of the method that this report is about; its numbers are shown on top.
    package var subject: String?
    /// The best that can be reached, where known.
    package var ceiling: Ceiling?
    /// How TPME weighs time, parameters and memory.
    package var tpmeWeights = TPME.Weights()
    /// The subject against the others, or the others against it.
    package var comparisons: [MethodComparison] = []
    /// The learning curves; those of one name look the same.
    package var curves: [Curve] = []
    /// The learned gates.
    package var gates: Gates?
    /// How much of the subject's scores each tower or part decides.
    package var shares: [RunResult.TowerShare] = []
    /// The share of recommended items that each part of the subject's score adds most to.
    package var leads: [RunResult.TowerShare] = []
    /// The weights of the parts of the subject's score; nil for a score of one part.
    package var score: ScoreWeights?
    /// The subject's ranking by groups of users.
    package var breakdowns: [Breakdown] = []
    /// How the subject was evaluated.
    package var card: EvaluationCard?
    /// Users with their recommendations.
    package var examples: [Example] = []
    /// The effective configuration, as text.
    package var configuration: String = ""
    /// The environment, label and value: machine, versions, seeds.
    package var environment: [(label: String, value: String)] = []

    /// Starts a report with only its heading.
    package init(title: String, subtitle: String = "") {
        self.title = title
        self.subtitle = subtitle
    }
}
