import Files
package import Foundation
import Report

/// What one kind of study is: its verb, what its file holds, and what is made of it.
///
/// A new kind is a file with a type that conforms to ``StudySection``, and a line in ``StudyKind/studies``.
package protocol StudyForm: Sendable {
    /// The verb of the command that makes it, and the word for it in its file, as in `compare`.
    static var verb: String { get }
    /// What the help of the verb says in one line.
    static var abstract: String { get }
    /// What the help of the verb says below that line.
    static var discussion: String { get }
    /// Whether it trains runs, of which several can be made at once.
    static var makesRuns: Bool { get }

    /// Reads a study's file.
    ///
    /// - Throws: ``UserError`` that names file, line and setting.
    init(file: URL) throws

    /// Makes what is not there yet, and writes the results into the study's folder.
    ///
    /// - Parameters:
    ///   - file: the study's file, for messages and the report.
    ///   - runner: what trains.
    /// - Throws: `CancellationError` when told to stop; ``UserError`` when the study cannot be made.
    func result(_ file: URL, using runner: some StudyRunner, observer: Pipeline.Observer) throws -> StudyResult
}

extension StudyForm {
    /// Most do.
    package static var makesRuns: Bool { true }
}

/// A kind of study with the settings of its file and the form of its results.
protocol StudySection: SettingsSection, StudyForm {
    /// What every study says.
    var options: StudyOptions { get set }
    /// Whether variants are chosen by the validation targets; the test targets are then shown for the chosen one alone.
    static var isSearch: Bool { get }
    /// What its page shows, in this order.
    static var layout: StudyReport.Layout { get }
    /// What the terminal shows.
    static func tables(of result: StudyResult) -> [TextTable]
}

extension StudySection {
    static var isSearch: Bool { false }
    static var layout: StudyReport.Layout { .comparison }
    static func tables(of result: StudyResult) -> [TextTable] { [result.rankingTable, result.costTable] }
}

/// A study whose variants are all known before the first is trained.
protocol PlannedStudy: StudySection {
    /// Plans it; nothing is made.
    func plan(_ file: URL) throws -> Study
}

extension PlannedStudy {
    package func result(_ file: URL, using runner: some StudyRunner, observer: Pipeline.Observer) throws -> StudyResult {
        try plan(file).run(using: runner, observer: observer)
    }
}

/// The kind of a study, by its verb.
package struct StudyKind: RawRepresentable, CaseIterable, Hashable, Sendable, Codable {
    /// All kinds.
    static let studies: [any StudySection.Type] = [
        CompareStudy.self, AblateStudy.self, ScaleStudy.self, RobustnessStudy.self, TuneStudy.self,
    ]

    /// The verb.
    package let rawValue: String

    /// The kind of a verb; nil for a word that is none.
    package init?(rawValue: String) {
        guard Self.studies.contains(where: { $0.verb == rawValue }) else { return nil }
        self.rawValue = rawValue
    }

    init(_ study: any StudySection.Type) { rawValue = study.verb }

    /// All kinds, in the order of the command's help.
    package static var allCases: [StudyKind] { studies.map { StudyKind($0) } }

    /// What is known of the kind.
    package var form: any StudyForm.Type { study }

    var study: any StudySection.Type {
        guard let study = Self.studies.first(where: { $0.verb == rawValue }) else {
            preconditionFailure("no study \(rawValue)")
        }
        return study
    }
}

extension StudyKind: SettingValue {}
