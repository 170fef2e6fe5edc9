import Encoders
import Encoding
import Files
import Foundation
import Torch
import Yams

/// An encoder of a study of scale.
public struct ScaleEncoder: Sendable, Equatable {
    /// Its directory, or its name in the hub's cache.
    public var encoder = ""
    /// Its name in tables and folders; nil for the directory's.
    public var name: String?
    /// The layers whose states are kept; nil spreads seven over its depth.
    public var layers: [Int]?
    /// How token states become one; nil for the family's own.
    public var pooling: Pooling?
    /// What a reader should know, as in `random weights`.
    public var note: String?
    /// Where it is written, for messages.
    public var place = ""

    init() {}

    /// Its name in tables and folders.
    var shownName: String { name ?? URL(filePath: encoder).lastPathComponent }

    /// How many numbers it holds, told by the headers of its weights.
    func parameterCount(_ modality: EncoderModality, of base: Configuration) throws -> Int {
        let directory = try EncoderDirectory(Pipeline(base).encoderDirectory(encoder), for: modality)
        return try EncoderPlan(directory, dtype: .float32).parts.reduce(0) { $0 + $1.count }
    }

    /// The settings that put it in the place of the base's encoder of its modality.
    ///
    /// - Parameter states: the folder of the study's stores.
    func overrides(_ modality: EncoderModality, states: URL) -> [String] {
        let key = "encode.\(modality.rawValue)"
        let store = states.appending(path: "\(modality.rawValue)-\(shownName)").path
        return [
            "\(key).encoder=\(encoder.yaml)", "\(key).store=\(store.yaml)", "\(key).layers=\(layers?.yaml ?? "")",
            "\(key).pooling=\(pooling?.yaml ?? "")", "train.\(modality.rawValue)_layers=",
        ]
    }
}

extension ScaleEncoder: ListedSection {
    static var settings: [Setting<ScaleEncoder>] {
        [
            .value("encoder", \.encoder, "Its directory, or its name in the hub's cache."),
            .optional("name", \.name, "Its name in tables and folders; left out, the directory's."),
            .optional("layers", \.layers, "The kept layers; left out, seven are spread evenly."),
            .optional("pooling", \.pooling, "first, mean or last; left out, what the family uses."),
            .optional("note", \.note, "What a reader should know, as in: random weights."),
        ]
    }

    /// A directory alone is enough.
    static func readListed(_ node: Node, _ place: SettingsPlace) throws -> ScaleEncoder {
        guard node.scalar != nil else { return try read(node, place) }
        var encoder = ScaleEncoder()
        encoder.encoder = try place.naming { try String.read(node) }
        return encoder
    }
}
