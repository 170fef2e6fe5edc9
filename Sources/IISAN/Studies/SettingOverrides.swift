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
