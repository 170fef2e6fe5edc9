/// The section `evaluate`.
public struct EvaluateSettings: Sendable, Equatable {
    /// List lengths k of HR@k and NDCG@k.
    public var cutoffs = [5, 10, 20]
    /// Users shown as examples in the report.
    public var examples = 6

    /// The defaults.
    public init() {}
}

extension EvaluateSettings: SettingsSection {
    static var settings: [Setting<EvaluateSettings>] {
        [
            .value("cutoffs", \.cutoffs, "List lengths k of HR@k and NDCG@k."),
            .value("examples", \.examples, "Users shown as examples in the report."),
        ]
    }
}
