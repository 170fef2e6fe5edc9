import Encoding
import Files
import Foundation
import Modeling

/// A part of IISAN that an ablation changes while all else stays.
public enum AblationAxis: String, Sendable, Codable, CaseIterable {
    /// The towers: within the modalities, across them, or both.
    case intraInter = "intra_inter"
    /// The kept layers: all, every second one, the first half, the last half, the last alone.
    case layers
    /// The gates, on or off.
    case gates
    /// The dimension transformation of the inter tower, on the wider side or on both.
    case transformation
    /// The width inside a block.
    case bottleneck
    /// ReLU or GELU.
    case activation
    /// States from the store, or encoders that run in every step.
    case cached
}

extension AblationAxis: SettingValue {}

extension AblationAxis {
    /// The values that it takes, as variants; the base's own value is among them.
    ///
    /// - Parameter bottlenecks: the widths to try.
    /// - Returns: nil where the axis does not apply to the base.
    /// - Throws: ``UserError`` when an encoder cannot be read.
    func variants(of base: Configuration, bottlenecks: [Int]) throws -> [StudyVariant]? {
        let both = base.readModalities.count == 2
        func side(_ name: String, _ value: String, _ set: [String]) -> StudyVariant {
            StudyVariant(name, set: set.map { "train.side_networks.\($0)" }, note: value, axis: title)
        }
        switch self {
        case .intraInter:
            guard both else { return nil }
            return [
                side("intra-only", "intra only", ["intra=true", "inter=false"]),
                side("inter-only", "inter only", ["intra=false", "inter=true"]),
                side("intra-and-inter", "both", ["intra=true", "inter=true"]),
            ]
        case .layers: return try layerVariants(of: base)
        case .gates: return [side("gates-on", "on", ["gated=true"]), side("gates-off", "off", ["gated=false"])]
        case .transformation:
            guard both, base.train.model.sideNetworks.inter else { return nil }
            return [
                side("transform-wider", "the wider side", ["transformation=wider"]),
                side("transform-both", "both sides", ["transformation=both"]),
            ]
        case .bottleneck: return bottlenecks.map { side("bottleneck-\($0)", "\($0) wide", ["bottleneck=\($0)"]) }
        case .activation: return ["relu", "gelu"].map { side($0, $0, ["activation=\($0)"]) }
        case .cached:
            return [("cached", "states from the store", true), ("live", "encoders in every step", false)].map {
                StudyVariant($0, set: ["train.cached=\($2)"], note: $1, axis: title)
            }
        }
    }

    /// What the axis is called in tables.
    var title: String {
        switch self {
        case .intraInter: "towers"
        case .layers: "kept layers"
        case .gates: "gates"
        case .transformation: "transformation"
        case .bottleneck: "bottleneck"
        case .activation: "activation"
        case .cached: "encoders"
        }
    }

    private func layerVariants(of base: Configuration) throws -> [StudyVariant]? {
        let depths = try base.encoderDepths()
        guard try base.storedLayers().allSatisfy({ key, stored in stored == Array(0...(depths[key] ?? 0)) }) else { return nil }
        let choices: [(name: String, value: String, isKept: (_ layer: Int, _ depth: Int) -> Bool)] = [
            ("layers-all", "all", { _, _ in true }),
            ("layers-even", "every second", { layer, _ in layer % 2 == 0 }),
            ("layers-first-half", "the first half", { layer, depth in layer <= depth / 2 }),
            ("layers-last-half", "the last half", { layer, depth in layer >= (depth + 1) / 2 }),
            ("layers-last", "the last alone", { $0 == $1 }),
        ]
        return choices.map { name, value, isKept in
            let set = depths.sorted { $0.key < $1.key }.map { modality, depth in
                "train.\(modality)_layers=\((0...depth).filter { isKept($0, depth) }.yaml)"
            }
            return StudyVariant(name, set: set, note: value, axis: title)
        }
    }
}
