import Datasets
import Files
import Foundation
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

extension Int64: SettingValue {
    static func read(_ node: Node) throws -> Int64 { Int64(try Int.read(node)) }
    var yaml: String { "\(self)" }
}
