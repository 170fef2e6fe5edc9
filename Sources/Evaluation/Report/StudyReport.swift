import Metrics

/// What a study is shown as: values only; `html`, `curvesSVG`, `markdownTable`, `csvTable` and `runsTable` draw them.
///
/// Every part but the title may be empty and is then left out. Texts may be anything: they are escaped where they are drawn.
public struct StudyReport: Sendable {
    /// What a study asks.
    public enum Kind: String, Sendable {
        /// Which method is better, and what each costs.
        case compare
        /// What each part of a method is worth; ``Variant/group`` is the part.
        case ablate
        /// What larger encoders bring; ``Variant/encoders`` says which.
        case scale
        /// What is lost when items are changed; ``Variant/change`` says how.
        case robustness
        /// Which settings are best on the validation targets.
        case tune
    }

    /// The heading.
    public var title: String
    /// A line under the heading: dataset, date, machine.
    public var subtitle: String
    /// What the study asks.
    public var kind: Kind
    /// What was tried, in the order of the table; for ``Kind/tune`` in the order of the trials.
    public var variants: [Variant] = []
    /// The name of the variant that the others are compared with, or that is chosen; it is marked.
    public var reference: String?
    /// The variants compared with the reference, corrected for their number; see ``MethodComparison/corrected(_:)``.
    public var comparisons: [MethodComparison] = []
    /// The best that can be reached, where known.
    public var ceiling: RunReport.Ceiling?
    /// How TPME weighs time, parameters and memory.
    public var tpmeWeights = TPME.Weights()
    /// The learning curves of all runs, each under its variant's name.
    public var curves: [RunReport.Curve] = []
    /// The study file, as text.
    public var configuration: String = ""
    /// The environment, label and value: machine, versions, commit.
    public var environment: [(label: String, value: String)] = []

    /// Starts a report with nothing but its heading.
    public init(title: String, subtitle: String = "", kind: Kind) {
        self.title = title
        self.subtitle = subtitle
        self.kind = kind
    }

    /// What studies share with runs.
    var parts: MethodParts {
        MethodParts(
            methods: variants.map {
                .init(name: $0.name, hitRate: $0.shownHitRate, ndcg: $0.shownNDCG, cost: $0.cost, note: $0.note)
            }, subject: reference, ceiling: ceiling, weights: tpmeWeights)
    }

    /// The comparison of a variant with the reference in NDCG@10, or in whatever else they were compared.
    func comparison(of variant: Variant) -> MethodComparison? {
        let own = comparisons.filter { $0.first == variant.name && $0.second == reference }
        return own.first { $0.users.metric == Metric.ndcg(10).name } ?? own.first
    }
}
