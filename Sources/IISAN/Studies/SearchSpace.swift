import Files
import Foundation
import Yams

/// The settings that a search tries, each with its values.
package struct SearchSpace: Sendable, Equatable {
    /// What a setting may be.
    package enum Values: Sendable, Equatable {
        /// One of these, as YAML has them.
        case list([String])
        /// A number between two, drawn evenly, or evenly in its logarithm; a whole number where both ends are written as one.
        case range(from: Double, to: Double, isLogarithmic: Bool, isWhole: Bool)
    }

    /// The settings in their order, by their keys.
    package var settings: [(key: String, values: Values)] = []

    /// Whether two spaces are the same.
    package static func == (one: SearchSpace, other: SearchSpace) -> Bool {
        one.settings.elementsEqual(other.settings) { $0.key == $1.key && $0.values == $1.values }
    }

    /// The most trials of a study.
    static let mostTrials = 10_000

    /// The combinations in their order, the last setting changing fastest.
    ///
    /// - Parameter limit: only so many of the first; nil for all.
    /// - Throws: ``UserError`` where a setting has a range, and for more combinations than a study can have.
    func grid(_ limit: Int?) throws -> [[String]] {
        let lists = try settings.map { key, values -> [String] in
            guard case .list(let list) = values else {
                throw UserError(
                    "\(key) has a range, and a grid takes lists", at: "search", remedy: "List its values, or set kind: random.")
            }
            return list.map { "\(key)=\($0)" }
        }
        let product = lists.reduce(1.0) { $0 * Double($1.count) }
        guard limit != nil || product <= Double(Self.mostTrials) else {
            throw UserError(
                "the grid has \(String(format: "%.0f", product)) combinations, and a study at most \(Self.mostTrials) trials",
                at: "search", remedy: "Set trials to try the first of them, or kind: random, or list fewer values.")
        }
        let count = min(limit ?? Self.mostTrials, Int(min(product, Double(Self.mostTrials))))
        return (0..<count).map { number in
            var rest = number
            var combination: [String] = []
            for list in lists.reversed() {
                combination.append(list[rest % list.count])
                rest /= list.count
            }
            return combination.reversed()
        }
    }

    /// Different combinations drawn at random; fewer where there are not as many. More of them begin with the same ones.
    func sample(_ count: Int, seed: UInt64) -> [[String]] {
        var random = SplitMix64(seed: seed)
        var found: [[String]] = []
        var drawnBefore: Set<[String]> = []
        // A small space runs out: many draws in a row that are known say so.
        var known = 0
        while found.count < count, known < 1000 {
            let drawn = settings.map { "\($0.key)=\(Self.draw($0.values, &random))" }
            known = drawnBefore.insert(drawn).inserted ? 0 : known + 1
            if known == 0 { found.append(drawn) }
        }
        return found
    }

    private static func draw(_ values: Values, _ random: inout SplitMix64) -> String {
        switch values {
        case .list(let list): return list[random.next(below: list.count)]
        case .range(let from, let to, let isLogarithmic, let isWhole):
            let share = Double(random.next() >> 11) / Double(1 << 53)
            let value = isLogarithmic ? from * pow(to / from, share) : from + (to - from) * share
            return isWhole ? "\(Int(value.rounded()))" : String(format: "%.4g", value)
        }
    }
}

extension SearchSpace {
    /// Reads `{train.rate: [1e-4, 1e-3], train.side_networks.bottleneck: {from: 16, to: 128, scale: log}}`.
    static func read(_ node: Node, _ place: SettingsPlace) throws -> SearchSpace {
        guard let mapping = node.mapping else {
            throw UserError("expected settings with lists or ranges, found \(node.shown)", at: place.description)
        }
        var space = SearchSpace()
        for (keyNode, value) in mapping {
            let key = keyNode.scalar?.string ?? keyNode.shown
            let here = place.below(key, keyNode)
            guard !space.settings.contains(where: { $0.key == key }) else {
                throw UserError("is set twice", at: here.description)
            }
            if let sequence = value.sequence {
                guard !sequence.isEmpty else { throw UserError("expected at least one value", at: here.description) }
                let list = sequence.map(SettingOverrides.text)
                guard Set(list).count == list.count else {
                    throw UserError("lists a value twice", at: here.description, remedy: "Leave one of them out.")
                }
                space.settings.append((key, .list(list)))
            } else if value.mapping != nil {
                space.settings.append((key, try SearchRange.read(value, here).values(here)))
            } else {
                throw UserError(
                    "expected a list or a range, found \(value.shown)", at: here.description,
                    remedy: "Write [1, 2] or {from: 1, to: 2, scale: log}.")
            }
        }
        return space
    }
}

/// A range of numbers, as a file has it.
private struct SearchRange: SettingsSection {
    enum Scale: String, CaseIterable, SettingValue { case linear, log }

    var from: SearchEnd?
    var to: SearchEnd?
    var scale = Scale.linear

    static var settings: [Setting<SearchRange>] {
        [
            .optional("from", \.from, "The least value."), .optional("to", \.to, "The greatest value."),
            .value("scale", \.scale, "linear, or log for even steps of the logarithm."),
        ]
    }

    func values(_ place: SettingsPlace) throws -> SearchSpace.Values {
        guard let from, let to, from.value < to.value else {
            throw UserError(
                "expected from and to, the first being less", at: place.description, remedy: "Write {from: 1e-4, to: 1e-2}.")
        }
        let most = 1e15
        guard from.value >= -most, to.value <= most else {
            throw UserError("expected from and to between -1e15 and 1e15", at: place.description)
        }
        guard scale == .linear || from.value >= 1e-30 else {
            throw UserError("from is \(from.value), expected above 0 (1e-30 or more) for scale: log", at: place.description)
        }
        return .range(
            from: from.value, to: to.value, isLogarithmic: scale == .log, isWhole: from.isWhole && to.isWhole)
    }
}

/// An end of a range. `1` is a whole number and `1.0` is none: what is drawn between is of the kind that the ends are written in.
private struct SearchEnd: SettingValue {
    let value: Double
    let isWhole: Bool

    static func read(_ node: Node) throws -> SearchEnd {
        let value = try Double.read(node)
        guard value.isFinite else { throw UserError("expected a finite number, found \(node.shown)") }
        return SearchEnd(value: value, isWhole: node.scalar.map { Int($0.string.replacing("_", with: "")) != nil } ?? false)
    }
    var yaml: String { isWhole ? String(format: "%.0f", value) : value.yaml }
}
