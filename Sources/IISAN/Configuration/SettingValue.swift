import Datasets
import Files
import Yams

/// A value that a setting can have, in YAML and back.
protocol SettingValue {
    /// Reads the value.
    ///
    /// - Throws: ``UserError`` without a place, which says what is expected.
    static func read(_ node: Node) throws -> Self
    /// The value as it is written in YAML, on one line.
    var yaml: String { get }
}

extension Int: SettingValue {
    static func read(_ node: Node) throws -> Int {
        try node.checkOneMeaning()
        guard let value = node.int else { throw UserError("expected a whole number, found \(node.shown)") }
        return value
    }
    var yaml: String { "\(self)" }
}

extension UInt64: SettingValue {
    static func read(_ node: Node) throws -> UInt64 {
        try node.checkOneMeaning()
        guard let value = node.scalar.flatMap({ UInt64($0.string) }) else {
            throw UserError("expected a whole number from 0, found \(node.shown)")
        }
        return value
    }
    var yaml: String { "\(self)" }
}

extension Double: SettingValue {
    static func read(_ node: Node) throws -> Double {
        try node.checkOneMeaning()
        guard let value = node.float ?? node.int.map(Double.init) else {
            throw UserError("expected a number, found \(node.shown)")
        }
        return value
    }
    var yaml: String { "\(self)" }
}

extension Bool: SettingValue {
    static func read(_ node: Node) throws -> Bool {
        guard let value = node.bool else { throw UserError("expected true or false, found \(node.shown)") }
        return value
    }
    var yaml: String { "\(self)" }
}

extension String: SettingValue {
    static func read(_ node: Node) throws -> String {
        guard let scalar = node.scalar, node.null == nil else { throw UserError("expected a text, found \(node.shown)") }
        return scalar.string
    }
    var yaml: String {
        // A double-quoted scalar of YAML takes JSON's escapes, so any text survives.
        let escaped = unicodeScalars.map { scalar in
            switch scalar {
            case "\\": "\\\\"
            case "\"": "\\\""
            case "\n": "\\n"
            case "\t": "\\t"
            case "\r": "\\r"
            case "\0"..."\u{1F}", "\u{7F}"..."\u{9F}": "\\x\(String(scalar.value + 256, radix: 16).dropFirst())"
            default: String(scalar)
            }
        }
        return "\"\(escaped.joined())\""
    }
}

extension Array: SettingValue where Element: SettingValue {
    static func read(_ node: Node) throws -> [Element] {
        guard let sequence = node.sequence else { throw UserError("expected a list, found \(node.shown)") }
        return try sequence.map(Element.read)
    }
    var yaml: String { "[\(map(\.yaml).joined(separator: ", "))]" }
}

extension Dictionary: SettingValue where Key == String, Value: SettingValue {
    static func read(_ node: Node) throws -> [String: Value] {
        guard let mapping = node.mapping else { throw UserError("expected names with values, found \(node.shown)") }
        return try Dictionary(
            mapping.map { (try String.read($0.key), try Value.read($0.value)) },
            uniquingKeysWith: { _, _ in throw UserError("has a name twice") })
    }
    var yaml: String { "{\(sorted { $0.key < $1.key }.map { "\($0.key.yaml): \($0.value.yaml)" }.joined(separator: ", "))}" }
}

extension Column: SettingValue {
    static func read(_ node: Node) throws -> Column { Column(try String.read(node)) }
    var yaml: String {
        switch self {
        case .name(let name): name.yaml
        case .number(let number): number.yaml
        case .digits(let digits): digits
        }
    }
}

extension SettingValue where Self: RawRepresentable & CaseIterable, RawValue == String {
    static func read(_ node: Node) throws -> Self {
        let text = try String.read(node)
        guard let value = Self(rawValue: text) else {
            let choices = allCases.map(\.rawValue)
            throw UserError(
                "\(text.quoted) is not one of \(choices.joined(separator: ", "))",
                remedy: Suggestion.nearest(to: text, in: choices).map { "Did you mean \"\($0)\"?" })
        }
        return value
    }
    var yaml: String { rawValue }
}

extension Node {
    /// Refuses a number that versions of YAML read differently: 010 is 8 in one and 10 in another, 1:30 is 90 or a text.
    ///
    /// - Throws: ``UserError`` without a place.
    fileprivate func checkOneMeaning() throws {
        guard let text = scalar?.string else { return }
        let digits = text.drop { $0 == "-" || $0 == "+" }
        let isOctal = digits.count > 1 && digits.first == "0" && digits.allSatisfy { $0.isASCII && $0.isNumber || $0 == "_" }
        let isOfBaseSixty = digits.contains(":") && digits.allSatisfy { $0.isASCII && $0.isNumber || ":._".contains($0) }
        guard isOctal || isOfBaseSixty else { return }
        throw UserError(
            "\(text.quoted) is another number in YAML 1.1 than in YAML 1.2",
            remedy: "Write it in decimal digits alone\(isOctal ? ", without a 0 before them" : "").")
    }

    /// The node as a message shows it.
    var shown: String {
        switch self {
        case .scalar(let scalar): scalar.string.quoted
        case .mapping: "a section"
        case .sequence: "a list"
        case .alias: "an alias"
        }
    }
}
