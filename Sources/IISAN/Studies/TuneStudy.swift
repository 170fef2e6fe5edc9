import Files
import Report
package import Foundation

/// `iisan tune`: settings searched by validation only; the test targets are shown for the chosen ones alone.
package struct TuneStudy: Sendable {
    /// How trials are chosen.
    package enum Order: String, Sendable, CaseIterable {
        /// Every combination.
        case grid
        /// Combinations drawn at random.
        case random
    }

    /// What every study says; one seed unless it says more.
    package var options = StudyOptions()
    /// The settings and their values.
    package var search = SearchSpace()
    /// How trials are chosen.
    package var order = Order.grid
    /// How many trials are drawn; nil takes all of a grid and 20 at random.
    package var trials: Int?
    /// Decides what is drawn.
    package var seed: UInt64 = 1

    /// Reads a study's file.
    ///
    /// - Throws: ``UserError`` that names file, line and setting.
    package init(file: URL) throws { try self.init(file) }

    init() { options.seeds = [42] }

    /// Plans it.
    ///
    /// - Throws: ``UserError`` when there is nothing to search.
    package func plan(_ file: URL) throws -> Study {
        guard !search.settings.isEmpty else {
            throw UserError(
                "there is nothing to search", at: file.path, remedy: "Write, for instance, search: {train.rate: [1e-4, 1e-3]}.")
        }
        guard trials.map({ (1...SearchSpace.mostTrials).contains($0) }) ?? true else {
            throw UserError("is \(trials ?? 0), expected 1 to \(SearchSpace.mostTrials)", at: "\(file.path): trials")
        }
        let combinations: [[String]]
        switch order {
        case .grid:
            do { combinations = try search.grid(trials) } catch var error as UserError {
                error.place = "\(file.path): \(error.place ?? "search")"
                throw error
            }
        case .random: combinations = search.sample(trials ?? 20, seed: seed)
        }
        return try Study(options, variants: combinations.map { StudyVariant(Self.name(of: $0), set: $0) }, file: file)
    }

    /// The name of a trial, recognised by its settings: a search that grows keeps what it has trained.
    private static func name(of set: [String]) -> String {
        "trial-\(ContentHash.of(texts: set.sorted()).prefix(8))"
    }
}

extension TuneStudy: PlannedStudy {
    package static var verb: String { "tune" }
    package static var abstract: String {
        "Search settings by validation; the test targets are ranked for the chosen ones alone."
    }
    package static var discussion: String {
        """
        Prints the chosen settings as --set lines and writes them as best.yaml into the study's folder. A study that was stopped \
        continues with the same command.

          iisan tune study.yaml
        """
    }

    static var isSearch: Bool { true }
    static var layout: StudyReport.Layout { .search }
    static func tables(of result: StudyResult) -> [TextTable] { [result.trialTable, result.costTable] }

    static var settings: [Setting<TuneStudy>] {
        StudyOptions.settings(of: \.options) + [
            Setting(
                name: "search", summary: "Settings with lists [..] or ranges {from, to, scale: log or linear}.",
                read: { $0.search = try SearchSpace.read($1, $2) }, write: { _, _ in nil }),
            .value("kind", \.order, "grid or random."),
            .optional("trials", \.trials, "How many are drawn; left out, the whole grid, or 20 at random."),
            .value("seed", \.seed, "Decides what is drawn."),
        ]
    }
}

extension TuneStudy.Order: SettingValue {}

extension Study {
    /// Gives trials that an earlier version of this program named by their numbers the names that their settings have.
    func adoptNumberedTrials(_ observer: Pipeline.Observer) throws {
        guard options.kind.study.isSearch else { return }
        let files = FileManager.default
        let names = ((try? files.contentsOfDirectory(atPath: folder.path)) ?? []).filter {
            $0.wholeMatch(of: /trial-[0-9]{1,6}/) != nil
        }
        var folders: [String: String] = [:]
        for name in names.sorted() {
            for seed in options.seeds {
                let run = RunDirectory(folder.appending(path: "\(name)/seed-\(seed)"))
                guard var settings = try? Configuration(run.configuration) else { continue }
                settings.train.run = ""
                folders[settings.yaml] = folders[settings.yaml] ?? name
            }
        }
        for run in runs where !folders.isEmpty {
            var settings = run.configuration
            settings.train.run = ""
            let place = folder.appending(path: run.variant)
            guard let name = folders[settings.yaml], name != run.variant, !files.fileExists(atPath: place.path) else {
                continue
            }
            let numbered = folder.appending(path: name)
            guard rename(numbered.path, place.path) == 0 else {
                throw UserError.system("could not rename the trial's folder", at: numbered.path)
            }
            Folder.flush(folder)
            observer.onMessage("study: \(name) has the settings of \(run.variant) and is kept under this name")
            for own in runs where own.variant == run.variant && files.fileExists(atPath: own.folder.configuration.path) {
                try AtomicFile.write(own.configuration.yaml, to: own.folder.configuration)
            }
        }
    }
}
