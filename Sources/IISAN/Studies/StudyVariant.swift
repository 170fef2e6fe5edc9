import Files
import Foundation

/// One of the things that a study sets side by side: some settings, trained with each seed.
package struct StudyVariant: Sendable, Equatable {
    /// Its name in tables, and its folder.
    package var name: String
    /// Its settings, as `train.method=lora`; they come before the study's.
    package var set: [String]
    /// Its seeds; nil for the study's.
    package var seeds: [UInt64]?
    /// Cost is measured on so many steps, apart from training; nil where it is measured in training.
    package var measuredSteps: Int?
    /// Whether it is trained; otherwise only its cost is measured.
    package var isTrained: Bool
    /// What a reader of the table should know.
    package var note: String?
    /// What an ablation changes, and to what; nil in other studies.
    package var axis: String?
    /// Its encoders, in a study of scale.
    package var encoders: [StudyResult.Encoder]?
    /// Where it is written, for messages.
    package var place = ""

    /// Describes a variant.
    package init(
        _ name: String, set: [String] = [], seeds: [UInt64]? = nil, measuredSteps: Int? = nil, isTrained: Bool = true,
        note: String? = nil, axis: String? = nil
    ) {
        self.name = name
        self.set = set
        self.seeds = seeds
        self.measuredSteps = measuredSteps
        self.isTrained = isTrained
        self.note = note
        self.axis = axis
    }

    /// What else lies in a study's folder.
    private static let taken: Set = [
        "lock", "states", "plan.json", "study.json", "report.html", "table.md", "table.csv", "runs.csv", "curves.svg",
        "best.yaml",
    ]

    /// Checks that the name can be a folder and that the settings make sense.
    ///
    /// - Throws: ``UserError`` that names the variant's place.
    func check() throws {
        let isFileName =
            !name.isEmpty && name.utf8.count <= 100 && name.first != "."
            && name.unicodeScalars.allSatisfy { CharacterSet.alphanumerics.contains($0) || "._+-".unicodeScalars.contains($0) }
        guard isFileName, !Self.taken.contains(name.lowercased()) else {
            throw UserError(
                "\"\(name)\" cannot be the name of a variant", at: place.isEmpty ? nil : place,
                remedy:
                    "It is the name of a folder too: letters, digits, and . _ + - after the first; and no name of a study's own files."
            )
        }
        guard measuredSteps.map({ $0 >= 1 }) ?? true else {
            throw UserError("measure_steps of \"\(name)\" is \(measuredSteps ?? 0), expected at least 1", at: place)
        }
        guard isTrained || measuredSteps != nil else {
            throw UserError(
                "\"\(name)\" is neither trained nor measured", at: place,
                remedy: "Give measure_steps, or leave train: false out.")
        }
        guard seeds.map({ !$0.isEmpty && Set($0).count == $0.count }) ?? true else {
            throw UserError("the seeds of \"\(name)\" have to be different numbers, at least one", at: place)
        }
    }
}

extension StudyVariant: ListedSection {
    init() { self.init("") }

    static var settings: [Setting<StudyVariant>] {
        [
            .value("name", \.name, "Its name in tables, and its folder."),
            .overrides("set", \.set, "Its settings; they come before the study's."),
            .optional("seeds", \.seeds, "Its seeds; left out, the study's."),
            .optional("measure_steps", \.measuredSteps, "Cost is measured on so many steps, apart from training."),
            .value("train", \.isTrained, "Whether it is trained; false: only its cost is measured."),
            .optional("note", \.note, "What a reader of the table should know."),
        ]
    }
}
