import Files
import Foundation
import Modeling

/// `iisan ablate`: what each part of IISAN is worth. One part at a time is changed, and set beside the base.
public struct AblateStudy: Sendable {
    /// What every study says.
    public var options = StudyOptions()
    /// The parts; nil for all that apply to the base.
    public var axes: [AblationAxis]?
    /// The widths of ``AblationAxis/bottleneck``.
    public var bottlenecks = [16, 32, 64, 128]
    /// Live encoders, whose numbers are those of cached states, are only timed on so many steps; nil trains them.
    public var measuredSteps: Int? = 5

    /// The name of the variant that is the base itself.
    public static let baseName = "base"

    /// Reads a study's file.
    ///
    /// - Throws: ``UserError`` that names file, line and setting.
    public init(file: URL) throws { try self.init(file) }

    init() {}

    /// Plans it.
    ///
    /// - Throws: ``UserError`` when the base is not IISAN, or an axis that is named does not apply to it.
    public func plan(_ file: URL) throws -> Study {
        let base = try Configuration(URL(filePath: options.base), overrides: options.set)
        guard [.iisan, .iisanVersa].contains(base.train.model.method) else {
            throw UserError(
                "an ablation is of iisan, and the base trains \(base.train.model.method.rawValue)", at: file.path,
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
            (changed.train.textLayers, changed.train.imageLayers) = (base.train.textLayers, base.train.imageLayers)
        }
        return changed == base
    }

    private func refusal(of axis: AblationAxis, _ base: Configuration, _ file: URL) throws -> UserError {
        guard axis == .layers else {
            return UserError(
                "\(axis.rawValue) needs both modalities and the inter tower, and the base has not both",
                at: "\(file.path): axes")
        }
        let depths = try base.encoderDepths()
        let wanted = depths.sorted { $0.key < $1.key }.map { "encode.\($0).layers: \(Array(0...$1).yaml)" }
        return UserError(
            "layers needs every hidden state of the encoders, and the base's stores keep some", at: "\(file.path): axes",
            remedy: "Keep all: \(wanted.joined(separator: ", ")).")
    }
}

extension AblateStudy: StudySection {
    static var kind: StudyKind { .ablate }

    static var settings: [Setting<AblateStudy>] {
        StudyOptions.settings(of: \.options) + [
            .optional("axes", \.axes, "The parts that are changed, one at a time; left out, all that apply."),
            .value("bottlenecks", \.bottlenecks, "The widths of the axis bottleneck."),
            .optional("measure_steps", \.measuredSteps, "Live encoders are only timed on so many steps; null trains them."),
        ]
    }
}
