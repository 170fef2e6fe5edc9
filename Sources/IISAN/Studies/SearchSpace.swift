import Files
import Foundation
import Yams

/// The settings that a search tries, each with its values.
public struct SearchSpace: Sendable, Equatable {
    /// What a setting may be.
    public enum Values: Sendable, Equatable {
        /// One of these, as YAML has them.
        case list([String])
        /// A number between two, drawn evenly, or evenly in its logarithm; a whole number where both ends are.
        case range(from: Double, to: Double, isLogarithmic: Bool, isWhole: Bool)
    }

    /// The settings in their order, by their keys.
    public var settings: [(key: String, values: Values)] = []

    /// Whether two spaces are the same.
    public static func == (one: SearchSpace, other: SearchSpace) -> Bool {
        one.settings.elementsEqual(other.settings) { $0.key == $1.key && $0.values == $1.values }
    }

    /// Every combination, the last setting changing fastest.
    ///
    /// - Throws: ``UserError`` where a setting has a range.
    func grid() throws -> [[String]] {
        var combinations: [[String]] = [[]]
        for (key, values) in settings {
            guard case .list(let list) = values else {
                throw UserError(
                    "\(key) has a range, and a grid takes lists", at: "search", remedy: "List its values, or set kind: random.")
            }
            combinations = combinations.flatMap { before in list.map { before + ["\(key)=\($0)"] } }
        }
        return combinations
    }

    /// Different combinations drawn at random; fewer where there are not as many.
    func sample(_ count: Int, seed: UInt64) -> [[String]] {
        var random = SplitMix64(seed: seed)
        var found: [[String]] = []
        // A small space runs out: many draws in a row that are known say so.
        var known = 0
        while found.count < count, known < 1000 {
            let drawn = settings.map { "\($0.key)=\(Self.draw($0.values, &random))" }
            known = found.contains(drawn) ? known + 1 : 0
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
                space.settings.append((key, .list(sequence.map(SettingOverrides.text))))
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

    var from: Double?
    var to: Double?
    var scale = Scale.linear

    static var settings: [Setting<SearchRange>] {
        [
            .optional("from", \.from, "The least value."), .optional("to", \.to, "The greatest value."),
            .value("scale", \.scale, "linear, or log for even steps of the logarithm."),
        ]
    }

    func values(_ place: SettingsPlace) throws -> SearchSpace.Values {
        guard let from, let to, from < to, from.isFinite, to.isFinite else {
            throw UserError("expected from and to, the first being less", at: place.description)
        }
        guard scale == .linear || from > 0 else {
            throw UserError("from is \(from), expected above 0 for scale: log", at: place.description)
        }
        let isWhole = from == from.rounded() && to == to.rounded() && to < 1e15
        return .range(from: from, to: to, isLogarithmic: scale == .log, isWhole: isWhole)
    }
}
