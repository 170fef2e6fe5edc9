import Files
import Foundation
package import Metrics
import Owned
import Yams

/// What marks the folder of a study: `plan.json`.
struct StudyMark: Codable {
    var kind = "study"
    var formatVersion = 1
    /// The verb that makes it.
    var verb: String
    /// The study's file.
    var file: String

    static let fileName = "plan.json"

    /// Opens a study's folder for writing, marks it and keeps other processes out of it.
    ///
    /// - Throws: ``UserError`` when another process makes a study there, or the folder holds something else.
    static func open(_ folder: URL, verb: String, file: URL) throws -> OwnedFolder {
        let place = try OwnedFolder(.study, at: folder, for: .going)
        try Folder.make(place.url)
        try JSONFile.write(StudyMark(verb: verb, file: file.path), to: place.url.appending(path: fileName))
        return place
    }
}

extension StudySection {
    /// Reads a study's file; its paths count from the folder it is in.
    ///
    /// - Throws: ``UserError`` that names file, line and setting, and the right verb for a study of another kind.
    init(_ url: URL) throws {
        let root = try Configuration.parse(Configuration.text(of: url), source: url.path)
        let place = SettingsPlace(source: url.path)
        try Self.checkKind(root, place)
        self = try Self.read(root, place)
        let folder = url.deletingLastPathComponent()
        options.base = Configuration.resolved(options.base, from: folder)
        options.folder = Configuration.resolved(options.folder, from: folder)
        guard !options.seeds.isEmpty, Set(options.seeds).count == options.seeds.count else {
            throw UserError("expected different numbers, at least one", at: "\(url.path): seeds")
        }
        let weights = [options.weights.time, options.weights.parameters, options.weights.memory]
        guard weights.allSatisfy({ $0 >= 0 }), abs(weights.reduce(0, +) - 1) < 1e-9 else {
            throw UserError(
                "the weights of TPME are \(weights)", at: "\(url.path): weights",
                remedy: "Give three weights from 0 that add up to 1.")
        }
    }

    /// Refuses a study of another kind before its settings are called unknown.
    private static func checkKind(_ root: Node, _ place: SettingsPlace) throws {
        guard let node = root.mapping?[Node("study")] else {
            throw UserError(
                "does not say which study it is", at: place.source, remedy: "Begin it with the line: study: \(verb)")
        }
        let here = place.below("study", node)
        let found = try here.naming { try StudyKind.read(node) }
        guard found.rawValue == verb else {
            throw UserError(
                "is a study for `iisan \(found.rawValue)`, not for `iisan \(verb)`", at: here.description,
                remedy: "Run: iisan \(found.rawValue) \(place.source)")
        }
    }
}

/// What every study says, whatever its kind.
package struct StudyOptions: Sendable, Equatable {
    /// The verb that makes it.
    package var kind = StudyKind(CompareStudy.self)
    /// The configuration that all runs share.
    package var base = "config.yaml"
    /// Where runs and results go: `<folder>/<variant>/seed-<seed>`, `study.json`.
    package var folder = "study"
    /// One run of each variant per seed.
    package var seeds: [UInt64] = [42, 43, 44]
    /// Settings of all runs, as `train.patience=10`; they come before the base's.
    package var set: [String] = []
    /// The variant that the others are compared with; nil for the first.
    package var reference: String?
    /// The weights of TPME.
    package var weights = TPME.Weights()

    /// The defaults.
    package init() {}
}

extension StudyOptions {
    /// The settings as part of a study's section.
    static func settings<Section>(of path: WritableKeyPath<Section, StudyOptions>) -> [Setting<Section>] {
        [
            .value(
                "study", path.appending(path: \.kind),
                "The verb: \(StudyKind.allCases.map(\.rawValue).joined(separator: ", "))."),
            .value("base", path.appending(path: \.base), "The configuration that all runs share."),
            .value("folder", path.appending(path: \.folder), "Where runs and results go."),
            .value("seeds", path.appending(path: \.seeds), "One run of each variant per seed."),
            .overrides("set", path.appending(path: \.set), "Settings of all runs; they come before the base's."),
            .optional(
                "reference", path.appending(path: \.reference), "What the others are compared with; left out, the first."),
            .section("weights", path.appending(path: \.weights), "The weights of TPME; they add up to 1."),
        ]
    }
}

extension TPME.Weights: SettingsSection {
    init() { self.init(time: 0.45) }

    static var settings: [Setting<TPME.Weights>] {
        [
            .value("time", \.time, "Of training time per epoch."),
            .value("parameters", \.parameters, "Of trainable parameters."),
            .value("memory", \.memory, "Of peak memory."),
        ]
    }
}
