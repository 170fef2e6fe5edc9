import Catalogue
import Files
package import Foundation
import Modeling
import Ranking

/// `iisan ablate`: what each part of IISAN is worth. One part at a time is changed, and set beside the base.
package struct AblateStudy: Sendable {
    /// What every study says.
    package var options = StudyOptions()
    /// The parts; nil for all that apply to the base.
    package var axes: [AblationAxis]?
    /// The widths of ``AblationAxis/bottleneck``.
    package var bottlenecks = [16, 32, 64, 128]
    /// Live encoders, whose numbers are those of cached states, are only timed on so many steps; nil trains them.
    package var measuredSteps: Int? = 5

    /// The name of the variant that is the base itself.
    package static let baseName = "base"

    /// Reads a study's file.
    ///
    /// - Throws: ``UserError`` that names file, line and setting.
    package init(file: URL) throws { try self.init(file) }

    init() {}

    /// Plans it.
    ///
    /// - Throws: ``UserError`` when the base is not IISAN, or an axis that is named does not apply to it.
    package func plan(_ file: URL) throws -> Study {
        let base = try Configuration(URL(filePath: options.base), overrides: options.set)
        guard [.iisan, .iisanVersa].contains(base.train.model.method) else {
            throw UserError(
                "an ablation needs a base with the method iisan, and the base has \(base.train.model.method.rawValue)",
                at: file.path,
                remedy: "Name another base, or set train.method: iisan.")
        }
        var ours: [String] = []
        var variants: [StudyVariant] = []
        for axis in axes ?? AblationAxis.allCases {
            guard let all = try axis.variants(of: base, bottlenecks: bottlenecks) else {
                if axes != nil { throw try refusal(of: axis, base, file) }
                continue
            }
            for var variant in all {
                if axis == .cached, base.train.model.cached, let measuredSteps {
                    (variant.measuredSteps, variant.isTrained) = (measuredSteps, false)
                }
                if try isBase(variant, base) {
                    ours.append("\(axis.title): \(variant.note ?? "")")
                } else {
                    variants.append(variant)
                }
            }
        }
        let note = ours.isEmpty ? nil : ours.joined(separator: "; ")
        return try Study(options, variants: [StudyVariant(Self.baseName, note: note)] + variants, file: file)
    }

    /// Whether a variant changes nothing.
    private func isBase(_ variant: StudyVariant, _ base: Configuration) throws -> Bool {
        var changed = try Configuration(URL(filePath: options.base), overrides: options.set + variant.set)
        if try changed.storedLayers(kept: true) == base.storedLayers(kept: true) {
            changed.train.layers = base.train.layers
        }
        return changed == base
    }

    private func refusal(of axis: AblationAxis, _ base: Configuration, _ file: URL) throws -> UserError {
        guard axis == .layers else {
            return UserError(
                "\(axis.rawValue) needs several modalities and the inter tower, and the base has not both",
                at: "\(file.path): axes")
        }
        let depths = try base.encoderDepths()
        let wanted = depths.map { "\(Configuration.place(of: $0)).layers: \(Array(0...$1).yaml)" }
        return UserError(
            "layers needs every hidden state of the encoders, and the base's stores keep only some of them",
            at: "\(file.path): axes",
            remedy: "Keep all: \(wanted.joined(separator: ", ")).")
    }
}

extension AblateStudy: PlannedStudy {
    package static var verb: String { "ablate" }
    package static var abstract: String { "Change one part of IISAN at a time and set it beside the base." }
    package static var discussion: String {
        """
        Towers, kept layers, gates, dimension transformation, bottleneck, activation, cached or live encoders. A study that was \
        stopped continues with the same command.

          iisan ablate study.yaml
        """
    }

    static var settings: [Setting<AblateStudy>] {
        StudyOptions.settings(of: \.options) + [
            .optional("axes", \.axes, "The parts that are changed, one at a time; left out, all that apply."),
            .value("bottlenecks", \.bottlenecks, "The widths of the axis bottleneck."),
            .optional("measure_steps", \.measuredSteps, "Live encoders are only timed on so many steps; null trains them."),
        ]
    }
}

/// A part of IISAN that an ablation changes while all else stays.
package enum AblationAxis: String, Sendable, Codable, CaseIterable {
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
    /// The parts of the score: without one of them, and the network alone.
    case score
}

extension AblationAxis: SettingValue {}

extension AblationAxis {
    /// The values that it takes, as variants; the base's own value is among them.
    ///
    /// - Parameter bottlenecks: the widths to try.
    /// - Returns: nil where the axis does not apply to the base.
    /// - Throws: ``UserError`` when an encoder cannot be read.
    func variants(of base: Configuration, bottlenecks: [Int]) throws -> [StudyVariant]? {
        let several = base.readModalities.count > 1
        func side(_ name: String, _ value: String, _ set: [String]) -> StudyVariant {
            StudyVariant(name, set: set.map { "train.side_networks.\($0)" }, note: value, axis: title)
        }
        switch self {
        case .intraInter:
            guard several else { return nil }
            return [
                side("intra-only", "intra only", ["intra=true", "inter=false"]),
                side("inter-only", "inter only", ["intra=false", "inter=true"]),
                side("intra-and-inter", "both", ["intra=true", "inter=true"]),
            ]
        case .layers: return try layerVariants(of: base)
        case .gates: return [side("gates-on", "on", ["gated=true"]), side("gates-off", "off", ["gated=false"])]
        case .transformation:
            guard several, base.train.model.sideNetworks.inter else { return nil }
            return [
                side("transform-wider", "the wider side", ["transformation=wider"]),
                side("transform-both", "both sides", ["transformation=both"]),
            ]
        case .bottleneck: return bottlenecks.map { side("bottleneck-\($0)", "\($0) wide", ["bottleneck=\($0)"]) }
        case .score: return scoreVariants(of: base)
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
        case .score: "score"
        }
    }

    private func scoreVariants(of base: Configuration) -> [StudyVariant]? {
        let kinds = base.train.scoreKinds
        guard kinds.count > 1 else { return nil }
        func variant(_ name: String, _ value: String, _ kinds: [ScoreOptions.Kind]) -> StudyVariant {
            StudyVariant(name, set: ["train.score.parts=\(kinds.yaml)"], note: value, axis: title)
        }
        let others = kinds.filter { $0 != .network }
        let without =
            others.count < 2
            ? []
            : others.map { left in
                variant("score-without-\(left.rawValue)", "without \(left.rawValue)", kinds.filter { $0 != left })
            }
        return [variant("score-all", "all parts", kinds)] + without + [
            variant("score-network", "the network alone", [.network])
        ]
    }

    private func layerVariants(of base: Configuration) throws -> [StudyVariant]? {
        let depths = try base.encoderDepths()
        guard try base.storedLayers().allSatisfy({ $0.value == Array(0...(depths[$0.modality] ?? 0)) }) else { return nil }
        let choices: [(name: String, value: String, isKept: (_ layer: Int, _ depth: Int) -> Bool)] = [
            ("layers-all", "all", { _, _ in true }),
            ("layers-even", "every second", { layer, _ in layer % 2 == 0 }),
            ("layers-first-half", "the first half", { layer, depth in layer <= depth / 2 }),
            ("layers-last-half", "the last half", { layer, depth in layer >= (depth + 1) / 2 }),
            ("layers-last", "the last alone", { $0 == $1 }),
        ]
        return choices.map { name, value, isKept in
            let set = depths.map { modality, depth in
                "\(Configuration.layersPlace(of: modality))=\((0...depth).filter { isKept($0, depth) }.yaml)"
            }
            return StudyVariant(name, set: set, note: value, axis: title)
        }
    }
}
