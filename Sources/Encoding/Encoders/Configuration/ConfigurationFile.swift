package import Files
package import Foundation
package import Torch

/// A `config.json`, or a section of one, whose values are asked for by key and checked.
///
/// Every error names the file and the key with the sections it is in.
package struct ConfigurationFile {
    /// The file.
    package let file: URL
    private let section: String
    private let values: KeyedDecodingContainer<Key>
    /// What is meant where ``values`` say nothing.
    private let usual: KeyedDecodingContainer<Key>?

    /// No size in a configuration may be larger: what is computed from two of them must not overflow.
    private static let largest = 1 << 24

    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(_ name: String) { stringValue = name }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    private struct Object: Decodable {
        let values: KeyedDecodingContainer<Key>
        init(from decoder: any Decoder) throws { values = try decoder.container(keyedBy: Key.self) }
    }

    /// Reads a file.
    ///
    /// - Throws: ``UserError`` when there is none or it is not a JSON object.
    package init(_ file: URL) throws {
        self.init(file: file, section: "", values: try JSONFile.read(Object.self, from: file).values)
    }

    private init(
        file: URL, section: String, values: KeyedDecodingContainer<Key>, usual: KeyedDecodingContainer<Key>? = nil
    ) {
        self.file = file
        self.section = section
        self.values = values
        self.usual = usual
    }

    /// The values that count for a key.
    private func source(of key: Key) -> KeyedDecodingContainer<Key> {
        guard let usual, !values.contains(key) else { return values }
        return usual
    }

    /// Whether there is a value other than null.
    package func has(_ key: String) -> Bool { (try? source(of: Key(key)).decodeNil(forKey: Key(key))) == false }

    /// The keys there are.
    var keys: Set<String> { Set(values.allKeys.map(\.stringValue)) }

    /// Whether null is under a key, explicitly.
    package func isNull(_ key: String) -> Bool { (try? values.decodeNil(forKey: Key(key))) == true }

    /// The object under a key; nil where there is none.
    package func section(_ key: String) throws -> ConfigurationFile? {
        guard has(key) else { return nil }
        guard let object = try? source(of: Key(key)).decode(Object.self, forKey: Key(key)) else {
            throw error(key, "is not an object")
        }
        return ConfigurationFile(file: file, section: "\(section)\(key).", values: object.values)
    }

    /// The object under a key, in which keys that it lacks have usual values; these alone where there is none.
    ///
    /// - Parameter usual: a JSON object.
    package func section(_ key: String, usual: String) throws -> ConfigurationFile {
        let usual = try JSONDecoder().decode(Object.self, from: Data(usual.utf8)).values
        let given = try section(key)
        return ConfigurationFile(file: file, section: "\(section)\(key).", values: given?.values ?? usual, usual: usual)
    }

    /// A value of some type; nil where there is none.
    package func optional<Value: Decodable>(_ key: String, _ type: Value.Type, _ expected: String) throws -> Value? {
        do {
            return try source(of: Key(key)).decodeIfPresent(type, forKey: Key(key))
        } catch {
            // Not every error of Foundation's is a DecodingError: one of a number's or a text's own form is not.
            throw self.error(key, "is not \(expected)")
        }
    }

    /// A value that may be missing, but not null: `transformers` does not take null for a value with a default either.
    private func given<Value: Decodable>(_ key: String, _ type: Value.Type, _ expected: String) throws -> Value? {
        if isNull(key) { throw error(key, "is null, expected \(expected)") }
        return try optional(key, type, expected)
    }

    /// A whole number from 1 on that is not absurdly large.
    package func size(_ key: String, default usual: Int? = nil) throws -> Int {
        try whole(key, in: 1...Self.largest, default: usual)
    }

    /// A whole number within a range.
    package func whole(_ key: String, in range: ClosedRange<Int>, default usual: Int? = nil) throws -> Int {
        guard let value = try given(key, Int.self, "a whole number") ?? usual else { throw error(key, "is missing") }
        guard range.contains(value) else {
            throw error(key, "is \(value), expected a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    /// A number above 0.
    package func positive(_ key: String, default usual: Double? = nil) throws -> Double {
        guard let value = try given(key, Double.self, "a number") ?? usual else { throw error(key, "is missing") }
        guard value > 0, value.isFinite else { throw error(key, "is \(value), expected a number above 0") }
        return value
    }

    /// A finite number.
    package func number(_ key: String, default usual: Double) throws -> Double {
        let value = try given(key, Double.self, "a number") ?? usual
        guard value.isFinite else { throw error(key, "is \(value), expected a finite number") }
        return value
    }

    /// A probability from 0 to below 1.
    package func probability(_ key: String, default usual: Double) throws -> Double {
        let value = try optional(key, Double.self, "a number") ?? usual
        guard (0..<1).contains(value) else { throw error(key, "is \(value), expected a probability from 0 to below 1") }
        return value
    }

    /// The summand that keeps the root of a norm from zero: between 0 and 1.
    package func epsilon(_ key: String, default usual: Double) throws -> Double {
        let value = try given(key, Double.self, "a number") ?? usual
        guard value > 0, value < 1 else { throw error(key, "is \(value), expected a number between 0 and 1") }
        return value
    }

    /// True or false.
    package func flag(_ key: String, default usual: Bool) throws -> Bool {
        try given(key, Bool.self, "true or false") ?? usual
    }

    /// A text.
    package func text(_ key: String, default usual: String? = nil) throws -> String {
        guard let value = try given(key, String.self, "a text") ?? usual else { throw error(key, "is missing") }
        return value
    }

    /// The activation of a name.
    package func activation(_ key: String, default usual: String) throws -> Activation {
        let name = try text(key, default: usual)
        guard let activation = Activation(rawValue: name) else {
            let known = Activation.allCases.map(\.rawValue).joined(separator: ", ")
            throw error(key, "is \"\(name)\", which is not supported", remedy: "Supported: \(known).")
        }
        return activation
    }

    /// The error of a key.
    package func error(_ key: String, _ problem: String, remedy: String? = nil) -> UserError {
        UserError("\"\(section)\(key)\" \(problem)", at: file.path, remedy: remedy)
    }
}
