import Files
import Foundation

/// `iisan tune`: settings searched by validation only; the test targets are shown for the chosen ones alone.
public struct TuneStudy: Sendable {
    /// How trials are chosen.
    public enum Order: String, Sendable, CaseIterable {
        /// Every combination.
        case grid
        /// Combinations drawn at random.
        case random
    }

    /// What every study says; one seed unless it says more.
    public var options = StudyOptions()
    /// The settings and their values.
    public var search = SearchSpace()
    /// How trials are chosen.
    public var order = Order.grid
    /// How many trials are drawn; nil takes all of a grid and 20 at random.
    public var trials: Int?
    /// Decides what is drawn.
    public var seed: UInt64 = 1

    /// Reads a study's file.
    ///
    /// - Throws: ``UserError`` that names file, line and setting.
    public init(file: URL) throws { try self.init(file) }

    init() { options.seeds = [42] }

    /// Plans it.
    ///
    /// - Throws: ``UserError`` when there is nothing to search.
    public func plan(_ file: URL) throws -> Study {
        guard !search.settings.isEmpty else {
            throw UserError(
                "there is nothing to search", at: file.path, remedy: "Write, for instance, search: {train.rate: [1e-4, 1e-3]}.")
        }
        guard trials.map({ $0 >= 1 }) ?? true else {
            throw UserError("is \(trials ?? 0), expected at least 1", at: "\(file.path): trials")
        }
        var combinations: [[String]]
        switch order {
        case .grid:
            combinations = try SettingsPlace(source: file.path).naming { try search.grid() }
            if let trials { combinations = Array(combinations.prefix(trials)) }
        case .random: combinations = search.sample(trials ?? 20, seed: seed)
        }
        let digits = "\(combinations.count)".count
        let variants = combinations.enumerated().map { index, set in
            let number = "\(index + 1)"
            return StudyVariant("trial-\(String(repeating: "0", count: digits - number.count))\(number)", set: set)
        }
        return try Study(options, variants: variants, file: file)
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
