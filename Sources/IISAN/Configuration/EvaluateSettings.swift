/// The section `evaluate`.
public struct EvaluateSettings: Sendable, Equatable {
    /// List lengths k of HR@k and NDCG@k.
    public var cutoffs = [5, 10, 20]
    /// Users shown as examples in the report.
    public var examples = 6
    /// A JSON file with a known best, `{"ceiling": {"hitRate10", "ndcg10"}}`, as a generated world's `world.json`.
    public var ceiling: String?

    /// The defaults.
    public init() {}
}

extension EvaluateSettings: SettingsSection {
    static var settings: [Setting<EvaluateSettings>] {
        [
            .value("cutoffs", \.cutoffs, "List lengths k of HR@k and NDCG@k."),
            .value("examples", \.examples, "Users shown as examples in the report."),
            .optional("ceiling", \.ceiling, "A generated world's world.json: the best that can be reached, for the report."),
        ]
    }
}
