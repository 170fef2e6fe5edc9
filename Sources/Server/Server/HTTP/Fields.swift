import Files
import Foundation
import HTTPTypes

/// The fields of a JSON object, none of which may be unknown.
struct Fields {
    private let container: KeyedDecodingContainer<Key>
    /// Where the object is: empty for the whole body, else as `requests[3]`.
    let place: String

    /// A field's name, or a place in a list.
    struct Key: CodingKey {
        var stringValue: String
        var intValue: Int?
        init(_ name: String) { stringValue = name }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { (stringValue, self.intValue) = ("\(intValue)", intValue) }
    }

    /// - Throws: ``Failure`` for a field that is none of the known.
    init(_ decoder: any Decoder, known: [String]) throws {
        container = try decoder.container(keyedBy: Key.self)
        place = container.codingPath.shown
        for name in container.allKeys.map(\.stringValue).sorted() where !known.contains(name) {
            throw Failure.value(
                "unknown_field", "there is no field \(name.quoted)", at: path(name.bounded),
                remedy: Suggestion.sentence(for: name, in: known))
        }
    }

    /// What a field is called in failures.
    func path(_ name: String) -> String { place.isEmpty ? name : "\(place).\(name)" }

    /// Whether a field is there, be it null.
    func has(_ name: String) -> Bool { container.contains(Key(name)) }

    /// The value of a field; nil where it is not there, or null.
    func value<Value: Decodable>(_ name: String, _: Value.Type = Value.self) throws -> Value? {
        do { return try container.decodeIfPresent(Value.self, forKey: Key(name)) } catch {
            switch error {
            case is Failure, DecodingError.typeMismatch, DecodingError.valueNotFound, DecodingError.keyNotFound: throw error
            default: break
            }
            // The whole body was read as JSON before: it is this value, as a number that is no whole one. Foundation throws an error of its
            // own there.
            throw Failure.value("wrong_type", "\(path(name)) cannot be read as \(Failure.name(of: Value.self))", at: path(name))
        }
    }

    /// The value of a field that has to be there.
    func required<Value: Decodable>(_ name: String, _: Value.Type = Value.self) throws -> Value {
        guard let value = try value(name, Value.self) else {
            throw Failure.value("missing_field", "there is no \(name)", at: path(name))
        }
        return value
    }

    /// A field that is an id.
    func id(_ name: String) throws -> String? { try value(name, String.self).map { try Checks.id($0, at: path(name)) } }

    /// A field that is a list of ids.
    func ids(_ name: String, most: Int) throws -> [String]? {
        try value(name, [String].self).map { try Checks.ids($0, most: most, at: path(name)) }
    }

    /// A field that is a list of tags.
    func tags(_ name: String) throws -> [String]? { try ids(name, most: Checks.tags) }

    /// A field that is a whole number in a range.
    func number(_ name: String, _ range: ClosedRange<Int>) throws -> Int? {
        try value(name, Int.self).map { try Checks.number($0, range, at: path(name)) }
    }
}

extension [any CodingKey] {
    /// The path as failures name it: `requests[3].history[2]`.
    var shown: String {
        reduce(into: "") { path, key in
            if let place = key.intValue {
                path += "[\(place)]"
            } else {
                path += path.isEmpty ? key.stringValue.bounded : ".\(key.stringValue.bounded)"
            }
        }
    }
}

/// Each entry of a list with its own success or failure, so that one bad entry fails alone.
struct Attempt<Value: Decodable>: Decodable {
    var result: Result<Value, Failure>

    init(from decoder: any Decoder) throws {
        do { result = .success(try Value(from: decoder)) } catch { result = .failure(.decoding(error)) }
    }
}

extension Failure {
    /// The failure that an error of a decoder is: 400 for what is no JSON, 422 for JSON of another form.
    static func decoding(_ error: any Error) -> Failure {
        func wrong(_ context: DecodingError.Context, _ problem: String) -> Failure {
            let path = context.codingPath.shown
            return .value("wrong_type", "\(path.isEmpty ? "the body" : path) \(problem)", at: path.isEmpty ? nil : path)
        }
        switch error {
        case let failure as Failure: return failure
        case DecodingError.typeMismatch(let type, let context): return wrong(context, "is no \(name(of: type))")
        case DecodingError.valueNotFound(let type, let context): return wrong(context, "is null, expected a \(name(of: type))")
        case DecodingError.keyNotFound(let key, let context):
            return .value("missing_field", "there is no \(key.stringValue)", at: (context.codingPath + [key]).shown)
        case DecodingError.dataCorrupted(let context) where !context.codingPath.isEmpty:
            return wrong(context, "cannot be read: \(context.debugDescription)")
        default:
            return Failure(.badRequest, "malformed_json", "the body is not JSON", remedy: "Check it with a JSON validator.")
        }
    }

    fileprivate static func name(of type: any Any.Type) -> String {
        switch type {
        case is String.Type: "text"
        case is Int.Type, is Int64.Type: "whole number"
        case is Double.Type, is Float.Type: "number"
        case is Bool.Type: "true or false"
        default: "\(type)".hasPrefix("Array") || "\(type)".hasPrefix("[") ? "list" : "object"
        }
    }
}
