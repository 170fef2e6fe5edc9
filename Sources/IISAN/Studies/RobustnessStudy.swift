import Encoding
import Files
import Foundation

/// `iisan robustness`: a trained run ranks with titles and pictures that are missing or spoilt, without being trained again.
///
/// What it is compared with is the same run with the states that were cached before the change: what is served as long as nothing is
/// encoded again.
public struct RobustnessStudy: Sendable {
    /// The study and its folder; the other options are of studies that train.
    public var options = StudyOptions()
    /// The trained run.
    public var run = ""
    /// What happens to items; nil for all that touches what the run reads.
    public var changes: [ItemChangeKind]?
    /// The shares of the items that are changed.
    public var rates = [0.1, 0.25, 0.5, 1]
    /// Decides which items are changed, and how.
    public var seed: UInt64 = 42

    /// The name of the items as they are.
    public static let unchangedName = "unchanged"

    /// Reads a study's file.
    ///
    /// - Throws: ``UserError`` that names file, line and setting.
    public init(file: URL) throws {
        try self.init(file)
        guard !run.isEmpty else {
            throw UserError("names no run", at: file.path, remedy: "Write the folder of a trained run, as: run: runs/iisan")
        }
        run = Configuration.resolved(run, from: file.deletingLastPathComponent())
        guard rates.allSatisfy({ (0...1).contains($0) }), Set(rates).count == rates.count, rates.contains(where: { $0 > 0 })
        else {
            throw UserError("expected different shares from 0 to 1", at: "\(file.path): rates")
        }
    }

    init() {}

    /// The changes that touch what a run reads.
    ///
    /// - Throws: ``UserError`` for a change of what the run does not read.
    func changes(for configuration: Configuration) throws -> [ItemChangeKind] {
        let read = configuration.readModalities.map(\.modality)
        guard !read.isEmpty else {
            throw UserError(
                "reads neither titles nor pictures: it is \(configuration.train.model.name)", at: run,
                remedy: "Name a run of a method that does.")
        }
        for change in changes ?? [] where !read.contains(change.modality) {
            throw UserError(
                "\(change.rawValue) changes what the run does not read", at: run, remedy: "Leave this change out.")
        }
        return changes ?? ItemChangeKind.allCases.filter { read.contains($0.modality) }
    }
}

extension RobustnessStudy: StudySection {
    static var kind: StudyKind { .robustness }

    static var settings: [Setting<RobustnessStudy>] {
        StudyOptions.settings(of: \.options).filter { ["study", "folder"].contains($0.name) } + [
            .value("run", \.run, "The folder of a trained run."),
            .optional("changes", \.changes, "What happens to items, as titles-missing; left out, all that the run can see."),
            .value("rates", \.rates, "The shares of the items that are changed, 0 to 1."),
            .value("seed", \.seed, "Decides which items are changed, and how."),
        ]
    }
}

extension ItemChangeKind: SettingValue {}
