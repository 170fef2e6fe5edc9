import Files
public import Foundation

/// `iisan compare`: methods against each other.
public struct CompareStudy: Sendable {
    /// What every study says.
    package var options = StudyOptions()
    /// What is compared; nil for every method that the base's encoders allow.
    package var variants: [StudyVariant]?

    /// Reads a study's file.
    ///
    /// - Throws: ``UserError`` that names file, line and setting.
    public init(file: URL) throws { try self.init(file) }

    init() {}

    /// Plans it.
    ///
    /// - Parameters:
    ///   - methods: variants by name or method; empty for all.
    ///   - measuredSteps: variants whose encoders run live are only timed, on so many steps.
    public func plan(_ file: URL, methods: [String] = [], measuredSteps: Int? = nil) throws -> Study {
        var chosen = try variants ?? Self.allMethods(of: Configuration(URL(filePath: options.base), overrides: options.set))
        let plain = try Study(options, variants: chosen, file: file)
        func settings(of variant: StudyVariant) -> TrainSettings? {
            plain.runs.first { $0.variant == variant.name }?.configuration.train
        }
        if !methods.isEmpty {
            let known = Set(chosen.map(\.name) + chosen.compactMap { settings(of: $0)?.model.method.rawValue })
            for name in methods where !known.contains(name) {
                throw UserError(
                    "there is no variant or method \"\(name)\"", at: "--methods",
                    remedy: Suggestion.sentence(for: name, in: known))
            }
            chosen.removeAll {
                !methods.contains($0.name) && !methods.contains(settings(of: $0)?.model.method.rawValue ?? "")
            }
        }
        if let measuredSteps {
            for index in chosen.indices where settings(of: chosen[index])?.model.isLive == true {
                chosen[index].measuredSteps = measuredSteps
                chosen[index].isTrained = false
            }
        }
        var options = options
        if let reference = options.reference, !chosen.contains(where: { $0.name == reference }) { options.reference = nil }
        return try Study(options, variants: chosen, file: file)
    }

    /// Every method that the encoders allow, and IISAN on one modality alone where there are several.
    static func allMethods(of base: Configuration) throws -> [StudyVariant] {
        let shapes = try base.encoderShapes()
        let several = shapes.count > 1
        let methods = Method.allCases.filter { method in
            if method.readsModalities, shapes.isEmpty { return false }
            // Where the encoders differ IISAN is Versa; with one modality the two are the same.
            return method != .iisanVersa || (several && !SideNetworkOptions().isVersa(shapes))
        }
        var variants = methods.map { StudyVariant($0.rawValue, set: ["train.method=\($0.rawValue)"]) }
        if several, let place = variants.firstIndex(where: { $0.name == Method.iisan.rawValue }) {
            let single = shapes.modalities.map {
                StudyVariant("iisan-\($0.name)", set: ["train.method=iisan", "train.modality=\($0.name)"])
            }
            variants.insert(contentsOf: single, at: place + 1)
        }
        return variants
    }
}

extension CompareStudy: PlannedStudy {
    package static var verb: String { "compare" }
    package static var abstract: String { "Train methods with several seeds and set quality and cost side by side." }
    package static var discussion: String {
        """
        Runs that are there already, with the same settings and data, are kept: a study that was stopped or killed continues with \
        the same command. Each run has a process of its own. Writes study.json and report.html into the study's folder.

          iisan compare study.yaml
          iisan compare study.yaml --methods iisan,lora --measure-steps 20
        """
    }

    package func plan(_ file: URL) throws -> Study { try plan(file, methods: [], measuredSteps: nil) }

    static var settings: [Setting<CompareStudy>] {
        StudyOptions.settings(of: \.options) + [
            .sections("variants", \.variants, "What is compared; left out, every method that the base's encoders allow.")
        ]
    }
}
