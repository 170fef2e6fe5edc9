import Files
package import Foundation
import Training

/// Variants of a configuration, each trained with each of its seeds, and set side by side.
///
/// ```swift
/// let study = try CompareStudy(file: file).plan(file)
/// let result = try study.run(using: InProcessRunner())
/// ```
public struct Study: Sendable {
    /// The study's file.
    package let file: URL
    /// Where runs and results go.
    package let folder: URL
    /// What every study says.
    package let options: StudyOptions
    /// What is set side by side, in the order of the table.
    package let variants: [StudyVariant]
    /// What the others are compared with.
    package let reference: String
    /// All runs, in the order in which they are made.
    package let runs: [StudyRun]

    /// Plans a study; nothing is made.
    ///
    /// - Parameters:
    ///   - options: base, folder, seeds.
    ///   - variants: at least one.
    ///   - file: the study's file, for messages.
    /// - Throws: ``UserError`` for variants that cannot be configured, have names that are taken or cannot be folders, or are the same.
    package init(_ options: StudyOptions, variants: [StudyVariant], file: URL) throws {
        self.file = file
        self.options = options
        self.variants = variants
        folder = URL(filePath: options.folder)
        guard let first = variants.first else {
            throw UserError("there is nothing to compare", at: file.path, remedy: "Name at least one variant.")
        }
        reference = options.reference ?? first.name
        let names = variants.map(\.name)
        guard names.contains(reference) else {
            throw UserError(
                "there is no variant \"\(reference)\"", at: "\(file.path): reference",
                remedy: Suggestion.sentence(for: reference, in: names))
        }
        var taken: [String: StudyVariant] = [:]
        for variant in variants {
            try variant.check()
            // Some disks do not tell capitals from small letters.
            if let other = taken.updateValue(variant, forKey: variant.name.lowercased()) {
                throw UserError(
                    "the variant \"\(other.name)\" occurs twice", at: variant.place.isEmpty ? file.path : variant.place,
                    remedy: "Give each a name of its own.")
            }
        }
        try Self.checkDecided(options.set, at: "\(file.path): set")
        for variant in variants { try Self.checkDecided(variant.set, at: variant.place.isEmpty ? file.path : variant.place) }
        runs = try variants.flatMap { try Self.runs(of: $0, options, file) }
        try Self.checkDifference(of: variants, runs, file)
        if let other = runs.first(where: { $0.configuration.data != runs[0].configuration.data }) {
            throw UserError(
                "\"\(other.variant)\" has another dataset or split than \"\(runs[0].variant)\"", at: file.path,
                remedy: "Compared variants have to be ranked for the same users: set `data` in the base.")
        }
    }

    /// The file of the results.
    package var resultFile: URL { folder.appending(path: "study.json") }

    /// Refuses settings that the study gives every run itself: they would be skipped.
    private static func checkDecided(_ set: [String], at place: String) throws {
        for (key, own) in [("train.run", "folder"), ("train.seed", "seeds")]
        where set.contains(where: { SettingOverrides.key(of: $0) == key }) {
            throw UserError(
                "\(key) is set, which the study decides for every run", at: place,
                remedy: "Leave it out: it follows from the study's \(own).")
        }
    }

    private static func runs(of variant: StudyVariant, _ options: StudyOptions, _ file: URL) throws -> [StudyRun] {
        let base = URL(filePath: options.base)
        let folder = URL(filePath: options.folder).appending(path: variant.name)
        func run(_ name: String, seed: UInt64, _ more: [String]) throws -> StudyRun {
            let own = ["train.seed=\(seed)", "train.run=\(folder.appending(path: name).path.yaml)"] + more
            do {
                let configuration = try Configuration(base, overrides: options.set + variant.set + own)
                return StudyRun(
                    variant: variant.name, seed: seed, isMeasurement: name == "cost", configuration: configuration)
            } catch let error as UserError {
                // A fault of the base is the same for all, and names its own line.
                if (try? Configuration(base)) == nil { throw error }
                throw UserError(
                    "\"\(variant.name)\" cannot be configured: \(error.place.map { "\(SettingsPlace.withoutOption($0)): " } ?? "")\(error.problem)",
                    at: variant.place.isEmpty ? file.path : variant.place, remedy: error.remedy)
            }
        }
        var runs: [StudyRun] = []
        var seeds = variant.seeds ?? options.seeds
        if variant.isTrained {
            let first = try run("seed-\(seeds[0])", seed: seeds[0], [])
            // Nothing is drawn by chance where nothing is trained.
            if !first.configuration.train.model.method.isTrained { seeds = [seeds[0]] }
            runs.append(first)
            for seed in seeds.dropFirst() { runs.append(try run("seed-\(seed)", seed: seed, [])) }
        }
        if let steps = variant.measuredSteps {
            runs.append(try run("cost", seed: seeds[0], ["train.measured_steps=\(steps)"]))
        }
        return runs
    }

    /// Two variants of the same settings are one.
    private static func checkDifference(of variants: [StudyVariant], _ runs: [StudyRun], _ file: URL) throws {
        let first = Dictionary(runs.map { ($0.variant, $0.configuration) }) { one, _ in one }
        var known: [String: String] = [:]
        for variant in variants {
            guard var settings = first[variant.name] else { continue }
            settings.train.run = ""
            settings.train.training.seed = 0
            settings.train.training.measuredSteps = nil
            guard let other = known.updateValue(variant.name, forKey: settings.yaml) else { continue }
            throw UserError(
                "\"\(variant.name)\" has the same settings as \"\(other)\"",
                at: variant.place.isEmpty ? file.path : variant.place, remedy: "Leave one of them out.")
        }
    }
}

extension Study {
    /// Looks at what every variant will need, before the first one is made.
    ///
    /// - Returns: what is wrong, by the names of the runs that cannot be made.
    /// - Throws: ``UserError`` when none can.
    func problems(_ observer: Pipeline.Observer) throws -> [String: String] {
        var failures: [String: String] = [:]
        var problems: [String: Problems] = [:]
        var all = Problems()
        for run in runs where !isComplete(run) {
            if problems[run.variant] == nil {
                try observer.stop.check()
                let stages: Set<Pipeline.Stage> =
                    run.configuration.train.readsStores
                    ? [.data, .encode, .train, .evaluate] : [.data, .train, .evaluate]
                let found = try Pipeline(run.configuration, observer: observer).problems(of: stages)
                problems[run.variant] = found
                all.add(all: found)
            }
            guard let found = problems[run.variant], !found.all.isEmpty else { continue }
            failures[run.name] = found.all.map(\.description).joined(separator: "\n")
        }
        if failures.count == runs.count { try all.check() }
        for variant in variants {
            guard let found = problems[variant.name], !found.all.isEmpty else { continue }
            for problem in found.all { observer.onMessage("study: \(variant.name) cannot be made: \(problem.description)") }
        }
        return failures
    }
}
