package import Datasets
package import Encoders
package import Catalogue
package import Files
import Foundation
package import HiddenStates
package import Metrics
import Yams

/// The section `data`.
public struct DataSettings: Sendable, Equatable {
    /// The dataset directory.
    public var dataset = "dataset"
    /// How the dataset is made of raw files; nil when it is there already.
    public var source: ImportSettings?
    /// How histories are divided.
    public var split = SplitOptions()

    /// The defaults.
    public init() {}
}

extension DataSettings: SettingsSection {
    static var settings: [Setting<DataSettings>] {
        [
            .value("dataset", \.dataset, "The dataset directory."),
            .optionalSection(
                "import", \.source, "The raw files it is made of; leave this out when the dataset is there already."),
            .section("split", \.split, "How histories are divided into training, validation and test."),
        ]
    }
}

extension SplitOptions: SettingsSection {
    init() { self.init(kind: .leaveLastTwo) }

    static var settings: [Setting<SplitOptions>] {
        [
            .value("kind", \.kind, "leave-last-two (the papers) or timestamp."),
            .value("minimum_items", \.minimumItems, "Users with fewer interactions are left out."),
            .value("maximum_items", \.maximumItems, "At most this many of a user's last interactions are kept."),
            .value(
                "history", \.history,
                "Whether the last interactions are kept, as in the papers, or the whole history, which trains in windows."),
            .optional("validation_time", \.validationTime, "timestamp: where validation starts, in the dataset's unit."),
            .optional("test_time", \.testTime, "timestamp: where test starts, in the dataset's unit."),
            .value(
                "validation_quantile", \.validationQuantile,
                "timestamp, without a time: share of interactions before validation."),
            .value("test_quantile", \.testQuantile, "timestamp, without a time: share of interactions before test."),
        ]
    }
}

extension SplitOptions.Kind: SettingValue {}
extension SplitOptions.History: SettingValue {}

extension Int64: SettingValue {
    static func read(_ node: Node) throws -> Int64 { Int64(try Int.read(node)) }
    var yaml: String { "\(self)" }
}

/// The section `encode`: the frozen encoders and their stores.
public struct EncodeSettings: Sendable, Equatable {
    /// The modalities' encoders.
    package var modalities: PerModality<ModalitySettings> = [:]
    /// The type of stored states.
    public var dtype = StateType.float16
    /// The type of the encoders' matrix products.
    public var precision = EncodingOptions.Precision.float32

    /// Copies of stores on a disk of this machine's own; nil without.
    package var cache: CacheSettings?

    /// The captions of pictures; nil without.
    package var captions: CaptionSettings?

    /// The memory that encoders may use; nil: four fifths of what the machine has free.
    public var memory: ByteCount?

    /// The defaults.
    public init() {}

    /// The encoder of titles; nil without that modality.
    public var text: ModalitySettings? {
        get { modalities[.text] }
        set { modalities[.text] = newValue }
    }

    /// The encoder of pictures; nil without that modality.
    public var image: ModalitySettings? {
        get { modalities[.image] }
        set { modalities[.image] = newValue }
    }
}

extension EncodeSettings: SettingsSection {
    static var settings: [Setting<EncodeSettings>] {
        [
            .optionalSection("text", \.text, "The encoder of titles; leave it out to do without titles."),
            .optionalSection("image", \.image, "The encoder of pictures; leave it out to do without pictures."),
            .modalities(
                "more", \.more,
                "More modalities by name, as caption: {input: states, store: states/caption}; input: title, picture or states."),
            .optionalSection(
                "captions", \.captions, "Texts that a model writes about pictures (iisan caption); leave it out to do without."),
            .optionalSection(
                "cache", \.cache,
                "Where stores that lie on a network are copied to before they are read; leave it out to do without."),
            .value("dtype", \.dtype, "Stored states: float16, bfloat16 or float32."),
            .value("precision", \.precision, "The encoders' matrix products: float32 or bfloat16."),
            .optional(
                "memory", \.memory,
                "Memory to use, as 8GB; an encoder that is too large for it is read block by block. Left out, what is free."),
        ]
    }
}

/// The section `encode.cache`: where stores are copied to before a training reads them.
package struct CacheSettings: Sendable, Equatable {
    /// A folder on a disk of this machine's own.
    package var folder = ""
    /// Bytes that all copies together may take.
    package var limit = ByteCount(100_000_000_000)

    /// The defaults.
    package init() {}
}

extension CacheSettings: SettingsSection {
    static var settings: [Setting<CacheSettings>] {
        [
            .value("folder", \.folder, "A folder on a disk of this machine's own, as /scratch/iisan."),
            .value("limit", \.limit, "What all copies together may take, as 100GB; the oldest go when it is not enough."),
        ]
    }

    /// What is missing, with the key.
    func problems() -> Problems {
        var problems = Problems()
        problems.require(!folder.isEmpty, "is empty", at: "folder", remedy: "Name a folder on a disk of this machine's own.")
        return problems
    }
}

extension StateType: SettingValue {}
extension Pooling: SettingValue {}
extension EncodingOptions.DamagedPictures: SettingValue {}
extension EncodingOptions.Precision: SettingValue {}

extension Metric: SettingValue {
    static func read(_ node: Node) throws -> Metric { try named(try String.read(node)) }
    var yaml: String { name }
}

/// The section `evaluate`.
public struct EvaluateSettings: Sendable, Equatable {
    /// List lengths k of HR@k and NDCG@k, where ``metrics`` names no others.
    public var cutoffs = [5, 10, 20]
    /// What runs are evaluated by; nil: HR and NDCG at the ``cutoffs`` and MRR, of which tables show HR@10 and NDCG@10.
    package var metrics: [Metric]?
    /// Users shown as examples in the report.
    public var examples = 6
    /// A JSON file with a known best, `{"ceiling": {"hitRate10", "ndcg10"}}`, as a generated world's `world.json`.
    public var ceiling: String?

    /// The defaults.
    public init() {}
}

extension EvaluateSettings {
    /// The metrics of the evaluation card.
    package var cardMetrics: [Metric] { metrics ?? Metric.usual(cutoffs) + Metric.beyondAccuracy }

    /// The metrics of tables, charts and comparisons.
    package var tableMetrics: [Metric] { metrics ?? Metric.papers }
}

extension EvaluateSettings: SettingsSection {
    static var settings: [Setting<EvaluateSettings>] {
        [
            .value("cutoffs", \.cutoffs, "List lengths k of HR@k and NDCG@k, where metrics are left out."),
            .optional(
                "metrics", \.metrics,
                "What runs are evaluated by, as [HR@10, MRR, Coverage@10]; left out, HR and NDCG at the cutoffs, and MRR."),
            .value("examples", \.examples, "Users shown as examples in the report."),
            .optional("ceiling", \.ceiling, "A generated world's world.json: the best that can be reached, for the report."),
        ]
    }
}
