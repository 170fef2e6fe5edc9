import Files
import Foundation
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
    static func open(_ folder: URL, _ kind: StudyKind, file: URL) throws -> OwnedFolder {
        let place = try OwnedFolder(.study, at: folder, for: .going)
        try Folder.make(place.url)
        try JSONFile.write(StudyMark(verb: kind.rawValue, file: file.path), to: place.url.appending(path: fileName))
        return place
    }
}

/// What the file of a study holds: the options of all studies, and what its own kind needs.
protocol StudySection: SettingsSection {
    /// The verb that reads it.
    static var kind: StudyKind { get }
    /// What every study says.
    var options: StudyOptions { get set }
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
                "does not say which study it is", at: place.source, remedy: "Begin it with the line: study: \(kind.rawValue)")
        }
        let here = place.below("study", node)
        let found = try here.naming { try StudyKind.read(node) }
        guard found == kind else {
            throw UserError(
                "is a study for `iisan \(found.rawValue)`, not for `iisan \(kind.rawValue)`", at: here.description,
                remedy: "Run: iisan \(found.rawValue) \(place.source)")
        }
    }
}
