import Files
import Metrics

/// What a study found: `study.json`.
public struct StudyResult: Sendable, Codable, Equatable {
    /// The version of the form that this program writes.
    public static let currentVersion = 1

    /// The version of this form.
    public var formatVersion = StudyResult.currentVersion
    /// The verb.
    public var kind: StudyKind
    /// The name of the dataset; nil where no run came to an end.
    public var dataset: String?
    /// The content hash of the dataset.
    public var datasetHash: String?
    /// The machine.
    public var environment: RunEnvironment?
    /// The variant that the others are compared with.
    public var reference: String
    /// The variants, in the order of the table.
    public var variants: [Variant]
    /// Each variant against the reference on HR@10 and NDCG@10; the probabilities are corrected for all of them together.
    public var comparisons: [MethodComparison]
    /// The best that can be reached, where known.
    public var ceiling: Ceiling?
    /// The weights of TPME.
    public var weights: TPME.Weights

    /// A known best.
    public struct Ceiling: Sendable, Codable, Equatable {
        /// HR@10, 0 to 1.
        public var hitRate: Double
        /// NDCG@10, 0 to 1.
        public var ndcg: Double
    }

    /// Whether every run came to an end.
    public var isWhole: Bool { variants.allSatisfy { $0.failures.isEmpty } }

    /// A variant by its name.
    public subscript(name: String) -> Variant? { variants.first { $0.name == name } }
}

extension StudyResult {
    /// One variant: its runs and what they come to.
    public struct Variant: Sendable, Codable, Equatable {
        /// Its name.
        public var name: String
        /// The method, with the modality where it reads one of two.
        public var method: String
        /// Its settings, as `train.method=lora`.
        public var settings: [String]
        /// What a reader should know.
        public var note: String?
        /// What an ablation changes, and to what.
        public var axis: String?
        /// How many numbers the encoders hold, by modality; of a study of encoders.
        public var encoders: [Encoder]?
        /// Its finished runs.
        public var runs: [Run]
        /// Its failed runs, with their errors.
        public var failures: [Failure]
        /// On the test targets; nil where no run was ranked.
        public var ranking: Ranking?
        /// On the validation targets.
        public var validation: Ranking?
        /// What training takes; nil for a method that is not trained.
        public var cost: RunCost?
        /// TPME over the variants that have a cost.
        public var tpme: TPME.Value?
    }

    /// An encoder of a variant.
    public struct Encoder: Sendable, Codable, Equatable {
        /// `text` or `image`.
        public var modality: String
        /// Its name.
        public var name: String
        /// How many numbers it holds.
        public var parameters: Int
    }

    /// One run.
    public struct Run: Sendable, Codable, Equatable {
        /// The seed.
        public var seed: UInt64
        /// The folder, from the study's.
        public var folder: String
        /// The epoch with the best validation; nil for a method that is not trained.
        public var bestEpoch: Int?
        /// HR@10 on the test targets.
        public var hitRate: Double
        /// NDCG@10 on the test targets.
        public var ndcg: Double
        /// HR@10 on the validation targets.
        public var validationHitRate: Double
        /// What it took.
        public var cost: RunCost?
        /// The gates after the best epoch.
        public var gates: [RunResult.TowerGates]
        /// The towers' shares of the scores.
        public var shares: [RunResult.TowerShare]
    }

    /// A run that failed.
    public struct Failure: Sendable, Codable, Equatable {
        /// The run's name, as in `lora/seed-42`.
        public var run: String
        /// The error.
        public var reason: String
    }

    /// How the runs of a variant rank.
    public struct Ranking: Sendable, Codable, Equatable {
        /// HR@10 by seed, with the interval over seeds.
        public var hitRate: SeedSummary
        /// NDCG@10 by seed, with the interval over seeds.
        public var ndcg: SeedSummary
        /// HR@10, the mean over seeds, with its bootstrap interval over users.
        public var usersHitRate: Estimate
        /// NDCG@10 likewise.
        public var usersNDCG: Estimate
        /// Users whose target is in some training interaction, and their HR@10 and NDCG@10.
        public var warm: Group
        /// Users whose target is in none.
        public var cold: Group
        /// Targets that share their score with another item, the mean over seeds.
        public var tiedTargets: Double
        /// By history length and by the target's popularity.
        public var breakdowns: [Breakdown]
    }

    /// Some of the users.
    public struct Group: Sendable, Codable, Equatable {
        /// How many.
        public var users: Int
        /// HR@10, the mean over seeds, with its bootstrap interval over users; nil without users.
        public var hitRate: Estimate?
        /// NDCG@10 likewise.
        public var ndcg: Estimate?
    }
}
