import Metrics

/// What every study says, whatever its kind.
public struct StudyOptions: Sendable, Equatable {
    /// The verb that makes it.
    public var kind = StudyKind.compare
    /// The configuration that all runs share.
    public var base = "config.yaml"
    /// Where runs and results go: `<folder>/<variant>/seed-<seed>`, `study.json`.
    public var folder = "study"
    /// One run of each variant per seed.
    public var seeds: [UInt64] = [42, 43, 44]
    /// Settings of all runs, as `train.patience=10`; they come before the base's.
    public var set: [String] = []
    /// The variant that the others are compared with; nil for the first.
    public var reference: String?
    /// The weights of TPME.
    public var weights = TPME.Weights()

    /// The defaults.
    public init() {}
}

extension StudyOptions {
    /// The settings as part of a study's section.
    static func settings<Section>(of path: WritableKeyPath<Section, StudyOptions>) -> [Setting<Section>] {
        [
            .value("study", path.appending(path: \.kind), "The verb: compare, ablate, scale, robustness or tune."),
            .value("base", path.appending(path: \.base), "The configuration that all runs share."),
            .value("folder", path.appending(path: \.folder), "Where runs and results go."),
            .value("seeds", path.appending(path: \.seeds), "One run of each variant per seed."),
            .overrides("set", path.appending(path: \.set), "Settings of all runs; they come before the base's."),
            .optional(
                "reference", path.appending(path: \.reference), "What the others are compared with; left out, the first."),
            .section("weights", path.appending(path: \.weights), "The weights of TPME; they add up to 1."),
        ]
    }
}

extension TPME.Weights: SettingsSection {
    init() { self.init(time: 0.45) }

    static var settings: [Setting<TPME.Weights>] {
        [
            .value("time", \.time, "Of training time per epoch."),
            .value("parameters", \.parameters, "Of trainable parameters."),
            .value("memory", \.memory, "Of peak memory."),
        ]
    }
}
