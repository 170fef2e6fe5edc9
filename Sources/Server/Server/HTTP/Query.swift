import Files
import Foundation
import Hummingbird

/// The parameters of a request's query, none of which may be unknown or stand twice.
struct Query {
    private var values: [String: String] = [:]

    /// - Throws: ``Failure``.
    init(_ request: Request, known: [String]) throws {
        for pair in (request.uri.query ?? "").split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let decoded = parts.map { PercentEncoding.decoded($0.replacing("+", with: " ")) }
            guard let name = decoded[0], let value = decoded.count > 1 ? decoded[1] : "" else {
                throw Failure(.badRequest, "malformed_query", "the query is not percent-encoded UTF-8")
            }
            guard known.contains(name) else {
                throw Failure.value(
                    "unknown_parameter", "there is no parameter \(name.quoted)", at: name.bounded,
                    remedy: known.isEmpty ? "Leave it out." : Suggestion.sentence(for: name, in: known))
            }
            guard values.updateValue(value, forKey: name) == nil else {
                throw Failure.value("twice", "\(name) stands twice", at: name)
            }
        }
    }

    /// A text as it is.
    subscript(name: String) -> String? { values[name] }

    /// A whole number in a range.
    func number(_ name: String, _ range: ClosedRange<Int>) throws -> Int? {
        guard let text = values[name] else { return nil }
        guard let number = Int(text) else {
            throw Failure.value("wrong_type", "\(name) is \(text.quoted), expected a whole number", at: name)
        }
        return try Checks.number(number, range, at: name)
    }

    /// A number in a range.
    func fraction(_ name: String, _ range: ClosedRange<Double>) throws -> Double? {
        guard let text = values[name] else { return nil }
        guard let number = Double(text) else {
            throw Failure.value("wrong_type", "\(name) is \(text.quoted), expected a number", at: name)
        }
        return try Checks.number(number, range, at: name)
    }

    /// `true`, `false`, `1` or `0`; a name alone is true.
    func flag(_ name: String) throws -> Bool? {
        switch values[name] {
        case nil: nil
        case "", "true", "1": true
        case "false", "0": false
        case let text?:
            throw Failure.value("wrong_type", "\(name) is \(text.quoted), expected true or false", at: name)
        }
    }

    /// One of some words.
    func word<Word: RawRepresentable & CaseIterable>(_ name: String, _: Word.Type) throws -> Word?
    where Word.RawValue == String {
        guard let text = values[name] else { return nil }
        guard let word = Word(rawValue: text) else {
            throw Failure.value(
                "out_of_range", "\(name) is \(text.quoted)", at: name,
                remedy: Suggestion.sentence(for: text, in: Word.allCases.map(\.rawValue)))
        }
        return word
    }
}
