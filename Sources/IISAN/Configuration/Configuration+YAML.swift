import Files
import Foundation
import Yams

/// Text of files and of `--set` as trees of YAML.
extension Configuration {
    /// No configuration and no study is longer.
    private static let mostBytes = 16 << 20

    /// The text of a file.
    static func text(of url: URL) throws -> String {
        let file = try MappedFile(url)
        guard file.bytes.count <= mostBytes else {
            throw UserError(
                "has \(file.bytes.count) bytes, and a configuration at most \(mostBytes)", at: url.path,
                remedy: "Name the YAML file of a configuration or study.")
        }
        guard let text = String(validating: UnsafeRawBufferPointer(file.bytes), as: UTF8.self) else {
            throw UserError("is not UTF-8", at: url.path)
        }
        return text
    }

    /// The tree of a YAML text.
    static func parse(_ text: String, source: String) throws -> Node {
        do {
            return try compose(yaml: text) ?? Node.mapping(Node.Mapping([]))
        } catch let error as YamlError {
            throw UserError("not YAML: \(Self.short(error))", at: source)
        }
    }

    /// What is not YAML, without the lines that are not.
    private static func short(_ error: YamlError) -> String {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            "\(problem) in line \(mark.line), column \(mark.column)"
        case .reader(let problem, _, _, _): problem
        case .duplicatedKeysInMapping(let duplicates, _):
            "\(duplicates.sorted().prefix(5).map(\.quoted).joined(separator: ", ")) is set twice in one section"
        default: String(describing: error).bounded
        }
    }

    /// Puts settings into the tree of a file: a recipe first, whatever its place among them.
    ///
    /// - Returns: the keys of each.
    static func apply(_ overrides: [String], to root: inout Node) throws -> [ArraySlice<String>] {
        let isRecipe = { (override: String) in override.hasPrefix("\(Recipe.key)=") }
        for override in overrides.filter(isRecipe) {
            let value = try parse(String(override.dropFirst(Recipe.key.count + 1)), source: "--set \(override.bounded)")
            let recipe = try SettingsPlace(source: SettingsPlace.option, path: [Recipe.key]).naming { try Recipe.read(value) }
            root = merged(try recipe.tree(), over: root)
        }
        return try overrides.filter { !isRecipe($0) }.map { try apply($0, to: &root)[...] }
    }

    /// Puts `a.b.c=value` into the tree of a file.
    ///
    /// - Returns: the keys.
    private static func apply(_ override: String, to root: inout Node) throws -> [String] {
        guard let equals = override.firstIndex(of: "=") else {
            throw UserError(
                "no value in \(override.quoted)", at: "--set", remedy: "Write it as key=value, for instance train.epochs=3.")
        }
        let keys = override[..<equals].split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard !keys.contains("") else { throw UserError("no key in \(override.quoted)", at: "--set") }
        let text = String(override[override.index(after: equals)...])
        let value = try parse(text.isEmpty ? "null" : text, source: "--set \(override.bounded)")
        func put(_ keys: ArraySlice<String>, _ node: inout Node) {
            guard let key = keys.first else {
                node = value
                return
            }
            var mapping = node.mapping ?? Node.Mapping([])
            var child = mapping[Node(key)] ?? Node.mapping(Node.Mapping([]))
            put(keys.dropFirst(), &child)
            mapping[Node(key)] = child
            node = .mapping(mapping)
        }
        put(keys[...], &root)
        return keys
    }
}
