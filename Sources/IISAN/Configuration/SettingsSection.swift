import Files
import Yams

/// A section of the configuration: a value type whose settings are listed once, for reading, writing and explaining.
protocol SettingsSection {
    /// The defaults.
    init()
    /// Every setting, in the order in which they are written.
    static var settings: [Setting<Self>] { get }
}

extension SettingsSection {
    /// Reads a section: what is not there keeps its default, what is not known is an error.
    static func read(_ node: Node, _ place: SettingsPlace) throws -> Self {
        var section = Self()
        guard let mapping = node.mapping else {
            if node.null != nil { return section }
            throw UserError("expected a section with keys, found \(node.shown)", at: place.description)
        }
        let known = Dictionary(uniqueKeysWithValues: settings.map { ($0.name, $0) })
        var seen: Set<String> = []
        for (keyNode, value) in mapping {
            let key = keyNode.scalar?.string ?? keyNode.shown
            let here = place.below(key, keyNode)
            guard let setting = known[key] else {
                throw UserError("unknown setting", at: here.description, remedy: Suggestion.sentence(for: key, in: known.keys))
            }
            guard seen.insert(key).inserted else { throw UserError("is set twice", at: here.description) }
            try setting.read(&section, value, here)
        }
        return section
    }

    /// The settings that differ from another section's, one a line with all keys, as `train.rate: 0.001`; nil where none does.
    func differences(from other: Self, _ place: String = "") -> String? {
        let lines = Self.settings.compactMap {
            $0.difference(self, other, place.isEmpty ? $0.name : "\(place).\($0.name)")
        }
        return lines.isEmpty ? nil : lines.joined()
    }

    /// The settings that differ from the defaults, one a line with all keys.
    ///
    /// These tell what a stage was made of, so that a setting which a later version adds does not make old work invalid.
    var changes: String { differences(from: Self()) ?? "" }

    /// The section as commented YAML.
    func yaml(indent: Int = 0) -> String {
        let space = String(repeating: " ", count: indent)
        return Self.settings.filter { !$0.summary.isEmpty }.map { setting in
            let comment = "\(space)# \(setting.summary)\n"
            guard let value = setting.write(self, indent) else { return "\(comment)\(space)# \(setting.name):\n" }
            let line = "\(space)\(setting.name):\(value)"
            return comment + line + (line.hasSuffix("\n") ? "" : "\n")
        }.joined()
    }
}

/// Where a setting is, for messages.
struct SettingsPlace {
    /// The source of settings that are given on the command line.
    static let option = "--set"

    /// A place without that source, where settings come from elsewhere than the command line.
    static func withoutOption(_ place: String) -> String {
        place.hasPrefix(option + ": ") ? String(place.dropFirst(option.count + 2)) : place
    }

    /// The file, or where else the settings come from.
    let source: String
    /// The keys from the top.
    var path: [String] = []
    /// The line, from 1.
    var line: Int?
    /// The keys of settings that come from `--set` in the file's place, from this place on.
    var overridden: [ArraySlice<String>] = []

    /// The place of a key below.
    func below(_ key: String, _ node: Node) -> SettingsPlace {
        let still = overridden.filter { $0.first == key }.map { $0.dropFirst() }
        let isOption = source == Self.option || still.contains(where: \.isEmpty)
        // Lines of an option's text tell nothing.
        return SettingsPlace(
            source: isOption ? Self.option : source, path: path + [key], line: isOption ? nil : node.mark?.line ?? line,
            overridden: still)
    }

    /// `file:line: a.b.c`.
    var description: String {
        let file = line.map { "\(source):\($0)" } ?? source
        return path.isEmpty ? file : "\(file): \(path.map(\.bounded).joined(separator: "."))"
    }

    /// Adds this place to an error that has none.
    func naming<Result>(_ body: () throws -> Result) throws -> Result {
        do { return try body() } catch var error as UserError {
            if error.place == nil { error.place = description }
            throw error
        }
    }
}
