import Files
import Yams

/// One setting of a section: its name, what it means, how it is read and written.
struct Setting<Section> {
    /// The key in YAML.
    let name: String
    /// What it means, with its unit and default; empty for a name that is only read.
    let summary: String
    /// Takes the value of a node.
    let read: (inout Section, Node, SettingsPlace) throws -> Void
    /// The YAML of the value, without its key; nil where there is none.
    let write: (Section, _ indent: Int) -> String?
    /// The YAML of what differs from another section, with the keys from that section on; nil where nothing does, or where the setting
    /// makes no difference to the results.
    var difference: (Section, _ from: Section, _ path: String) -> String? = { _, _, _ in nil }

    /// A setting with a value.
    static func value<Value: SettingValue>(
        _ name: String, _ path: WritableKeyPath<Section, Value>, _ summary: String
    ) -> Setting {
        Setting(
            name: name, summary: summary,
            read: { section, node, place in section[keyPath: path] = try place.naming { try Value.read(node) } },
            write: { section, _ in " " + section[keyPath: path].yaml },
            difference: { section, other, place in
                let value = section[keyPath: path].yaml
                return value == other[keyPath: path].yaml ? nil : "\(place): \(value)\n"
            })
    }

    /// A setting that may be left out or null.
    static func optional<Value: SettingValue>(
        _ name: String, _ path: WritableKeyPath<Section, Value?>, _ summary: String
    ) -> Setting {
        Setting(
            name: name, summary: summary,
            read: { section, node, place in
                section[keyPath: path] = node.null == nil ? try place.naming { try Value.read(node) } : nil
            },
            write: { section, _ in section[keyPath: path].map { " " + $0.yaml } },
            difference: { section, other, place in
                let value = section[keyPath: path]?.yaml
                return value == other[keyPath: path]?.yaml ? nil : "\(place): \(value ?? "null")\n"
            })
    }

    /// A name that an older version wrote: it is read and not written.
    static func formerly(_ name: String, _ read: @escaping (inout Section, Node) throws -> Void) -> Setting {
        Setting(
            name: name, summary: "", read: { section, node, place in try place.naming { try read(&section, node) } },
            write: { _, _ in nil })
    }

    /// A section below.
    static func section<Value: SettingsSection>(
        _ name: String, _ path: WritableKeyPath<Section, Value>, _ summary: String
    ) -> Setting {
        Setting(
            name: name, summary: summary,
            read: { section, node, place in section[keyPath: path] = try Value.read(node, place) },
            write: { section, indent in "\n" + section[keyPath: path].yaml(indent: indent + 2) },
            difference: { section, other, place in
                section[keyPath: path].differences(from: other[keyPath: path], place)
            })
    }

    /// A section below that may be left out.
    static func optionalSection<Value: SettingsSection>(
        _ name: String, _ path: WritableKeyPath<Section, Value?>, _ summary: String
    ) -> Setting {
        Setting(
            name: name, summary: summary,
            read: { section, node, place in section[keyPath: path] = node.null == nil ? try Value.read(node, place) : nil },
            write: { section, indent in section[keyPath: path].map { "\n" + $0.yaml(indent: indent + 2) } },
            difference: { section, other, place in
                guard let value = section[keyPath: path] else { return other[keyPath: path] == nil ? nil : "\(place): null\n" }
                let changes = value.differences(from: other[keyPath: path] ?? Value(), place)
                return changes ?? (other[keyPath: path] == nil ? "\(place): {}\n" : nil)
            })
    }
}
