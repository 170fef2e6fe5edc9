import Files
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

    /// The name of a trial, told by its settings: a search that grows keeps what it has trained.
    private static func name(of set: [String]) -> String {
        "trial-\(ContentHash.of(texts: set.sorted()).prefix(8))"
    }
}

extension TuneStudy: StudySection {
    static var kind: StudyKind { .tune }

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
