import Files
import Yams

/// Settings of a configuration inside another file: `{train.rate: 0.001}` and `{train: {rate: 0.001}}` are both `train.rate=0.001`.
enum SettingOverrides {
    /// Reads a mapping as overrides, in its order.
    ///
    /// - Throws: ``UserError`` when it is not a mapping or sets something twice.
    static func read(_ node: Node, _ place: SettingsPlace) throws -> [String] {
        guard node.mapping != nil else {
            if node.null != nil { return [] }
            throw UserError("expected settings as train.rate: 0.001, found \(node.shown)", at: place.description)
        }
        var found: [String] = []
        var seen: Set<String> = []
        func collect(_ node: Node, _ keys: [String], _ place: SettingsPlace) throws {
            guard let mapping = node.mapping else {
                let key = keys.joined(separator: ".")
                guard seen.insert(key).inserted else { throw UserError("is set twice", at: place.description) }
                found.append("\(key)=\(text(of: node))")
                return
            }
            for (key, value) in mapping {
                let name = key.scalar?.string ?? key.shown
                try collect(value, keys + [name], place.below(name, key))
            }
        }
        try collect(node, [], place)
        return found
    }

    /// A value on one line, as an override has it; a missing value is empty.
    static func text(of node: Node) -> String {
        switch node {
        case .scalar(let scalar):
            if node.null != nil { return "" }
            return scalar.style == .plain ? scalar.string : scalar.string.yaml
        case .sequence(let sequence): return "[\(sequence.map(text).joined(separator: ", "))]"
        case .mapping(let mapping):
            return "{\(mapping.map { "\(text(of: $0)): \(text(of: $1))" }.joined(separator: ", "))}"
        case .alias(let alias): return "*\(alias.anchor)"
        }
    }

    /// The key of an override.
    static func key(of override: String) -> String { String(override.prefix { $0 != "=" }) }
}

/// A section of a list, that knows where it is so that a message can name its line.
protocol ListedSection: SettingsSection {
    /// `file:line`.
    var place: String { get set }
    /// Reads an element of the list.
    static func readListed(_ node: Node, _ place: SettingsPlace) throws -> Self
}

extension ListedSection {
    static func readListed(_ node: Node, _ place: SettingsPlace) throws -> Self { try read(node, place) }
}

extension Setting {
    /// A list of sections.
    static func sections<Value: ListedSection>(
        _ name: String, _ path: WritableKeyPath<Section, [Value]?>, _ summary: String
    ) -> Setting {
        Setting(
            name: name, summary: summary,
            read: { section, node, place in
                guard let sequence = node.sequence else {
                    throw UserError("expected a list, found \(node.shown)", at: place.description)
                }
                section[keyPath: path] = try sequence.map { node in
                    let here = SettingsPlace(source: place.source, path: place.path, line: node.mark?.line ?? place.line)
                    var value = try Value.readListed(node, here)
                    value.place = here.line.map { "\(here.source):\($0)" } ?? here.source
                    return value
                }
            },
            write: { _, _ in nil })
    }

    /// Settings of a configuration, nested or with points in their names, as a list of overrides.
    static func overrides(_ name: String, _ path: WritableKeyPath<Section, [String]>, _ summary: String) -> Setting {
        Setting(
            name: name, summary: summary,
            read: { section, node, place in section[keyPath: path] = try SettingOverrides.read(node, place) },
            write: { _, _ in nil })
    }
}
