import Files
import Yams

/// A section of a list, that knows where it stands so that a message can name its line.
protocol ListedSection: SettingsSection {
    /// `file:line`.
    var place: String { get set }
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
                    var value = try Value.read(node, here)
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
