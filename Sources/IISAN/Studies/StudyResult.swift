import Files
package import Metrics

/// What a study found: `study.json`.
public struct StudyResult: Sendable, Codable, Equatable {
    /// The version of the form that this program writes.
    package static let currentVersion = 1

    /// The version of this form.
    package var formatVersion = StudyResult.currentVersion
    /// The verb.
    package var kind: StudyKind
    /// The name of the dataset; nil where no run came to an end.
    package var dataset: String?
    /// The content hash of the dataset.
    package var datasetHash: String?
    /// The machine.
    package var environment: RunEnvironment?
    /// The variant that the others are compared with.
    package var reference: String
    /// The variants, in the order of the table.
    package var variants: [Variant]
    /// Each variant against the reference, on each metric of ranks; the probabilities are corrected for all of them together.
    package var comparisons: [MethodComparison]
    /// The best that can be reached, where known.
    package var ceiling: Ceiling?
    /// The weights of TPME.
    package var weights: TPME.Weights
    /// The variant that a search has chosen by validation.
    package var chosen: String?
    /// The name of the metric that it has chosen by; nil for HR@10.
    package var selectedBy: String?

    /// A known best.
    package struct Ceiling: Sendable, Equatable {
        /// The metrics of which it is known.
        package var metrics: MetricEstimates
    }

    /// Whether every run came to an end.
    package var isWhole: Bool { variants.allSatisfy { $0.failures.isEmpty } }

    /// A variant by its name.
    package subscript(name: String) -> Variant? { variants.first { $0.name == name } }
}

extension StudyResult {
    /// One variant: its runs and their results.
    package struct Variant: Sendable, Codable, Equatable {
        /// Its name.
        package var name: String
        /// The method, with the modality where it reads one of two.
        package var method: String
        /// Its settings, as `train.method=lora`.
        package var settings: [String]
        /// What a reader should know.
        package var note: String?
        /// What an ablation changes, and to what.
        package var axis: String?
        /// Its encoders, in a study of scale.
        package var encoders: [Encoder]?
        /// How the items were changed, in a study of robustness; nil for the items as they are.
        package var change: Change?
        /// The encoders' layers that its blocks are at.
        package var layers: PerModality<[Int]>?
        /// Its finished runs.
        package var runs: [Run]
        /// Its failed runs, with their errors.
        package var failures: [Failure]
        /// On the test targets; nil where no run was ranked.
        package var ranking: Ranking?
        /// On the validation targets.
        package var validation: Ranking?
        /// What training takes; nil for a method that is not trained.
        package var cost: RunCost?
        /// TPME over the variants that have a cost.
        package var tpme: TPME.Value?
    }

    /// An encoder of a variant.
    package struct Encoder: Sendable, Codable, Equatable {
        /// What it reads.
        package var modality: Modality
        /// Its name.
        package var name: String
        /// How many numbers it holds.
        package var parameters: Int
    }

    /// One run.
    package struct Run: Sendable, Equatable {
        /// The seed.
        package var seed: UInt64
        /// The folder, from the study's.
        package var folder: String
        /// The epoch with the best validation; nil for a method that is not trained.
        package var bestEpoch: Int?
        /// The metrics on the test targets; none where they are not to be known.
        package var test: MetricEstimates
        /// The metrics on the validation targets.
        package var validation: MetricEstimates = [:]
        /// What it took.
        package var cost: RunCost?
        /// The gates after the best epoch.
        package var gates: [RunResult.TowerGates]
        /// The towers' shares of the scores.
        package var shares: [RunResult.TowerShare]
    }

    /// A change of the items.
    package struct Change: Sendable, Codable, Equatable {
        /// Its name, as in `titles-missing`.
        package var name: String
        /// The share of the items that are changed.
        package var rate: Double
        /// How many items were changed.
        package var items: Int
        /// How many users' targets have another rank than with the states that were cached before the change.
        package var movedUsers: Int
    }

    /// A run that failed.
    package struct Failure: Sendable, Codable, Equatable {
        /// The run's name, as in `lora/seed-42`.
        package var run: String
        /// The error.
        package var reason: String
    }

    /// How the runs of a variant rank.
    package struct Ranking: Sendable, Equatable {
        /// The metrics by seed, with the intervals over seeds.
        package var seeds: PerMetric<SeedSummary>
        /// The metrics, means over seeds: of ranks with the bootstrap's intervals over users; of lists as the card of one run has them,
        /// and without an interval where there are several.
        package var users: MetricEstimates
        /// Users whose target is in some training interaction, and their metrics of ranks.
        package var warm: Group
        /// Users whose target is in none.
        package var cold: Group
        /// Targets that share their score with another item, the mean over seeds.
        package var tiedTargets: Double
        /// By history length and by the target's popularity; empty on the validation targets.
        package var breakdowns: [Breakdown]
    }

    /// Some of the users.
    package struct Group: Sendable, Equatable {
        /// How many.
        package var users: Int
        /// The metrics of ranks, means over seeds, with their bootstrap intervals over users; none without users.
        package var metrics: MetricEstimates = [:]
    }
}
