package import Foundation

/// JSON files of a known form.
package enum JSONFile {
    /// Reads a value.
    ///
    /// - Throws: ``UserError`` that names the file and the key that is missing or of the wrong type.
    package static func read<Value: Decodable>(_ type: Value.Type, from url: URL) throws -> Value {
        let data = try MappedFile(url).withBytes { bytes in
            try LargeFilePointer.check(bytes, at: url.path)
            return Data(bytes)
        }
        do {
            return try decoder.decode(type, from: data)
        } catch let error as DecodingError {
            if case .dataCorrupted(let context) = error, context.codingPath.isEmpty,
                (try? JSONSerialization.jsonObject(with: data, options: .fragmentsAllowed)) != nil
            {
                // Foundation calls 1.5 for a whole number invalid JSON and names no key.
                throw UserError(
                    "not the expected JSON: a number is a fraction or too large where a whole number is expected", at: url.path)
            }
            if case .dataCorrupted(let context) = error, context.codingPath.isEmpty {
                throw UserError(
                    data.isEmpty ? "the file is empty, expected JSON" : "not valid JSON", at: url.path,
                    remedy: "The file is damaged or another one: fetch or make it again.")
            }
            throw UserError("not the expected JSON: \(describe(error))", at: url.path)
        }
    }

    /// Writes a value with sorted keys, indented, atomically.
    package static func write(_ value: some Encodable, to url: URL) throws {
        try AtomicFile.write(encode(value), to: url)
    }

    /// A value as indented JSON with sorted keys and a line end.
    package static func encode(_ value: some Encodable) throws -> Data {
        try encoder([.prettyPrinted]).encode(value) + Data("\n".utf8)
    }

    /// An encoder with sorted keys, which writes a number that is not finite as the text `NaN`, `Infinity` or `-Infinity`: JSON has no
    /// such numbers, and what a run cost must not be lost for one of them.
    package static func encoder(_ formatting: JSONEncoder.OutputFormatting = []) -> JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = formatting.union([.sortedKeys, .withoutEscapingSlashes])
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
        return encoder
    }

    /// A decoder that reads what ``encoder(_:)`` writes.
    package static var decoder: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
        return decoder
    }

    private static func describe(_ error: DecodingError) -> String {
        func path(_ context: DecodingError.Context) -> String {
            context.codingPath.map(\.stringValue).joined(separator: ".")
        }
        switch error {
        case .keyNotFound(let key, let context):
            return
                "the key \"\((context.codingPath.map(\.stringValue) + [key.stringValue]).joined(separator: "."))\" is missing"
        case .typeMismatch(let type, let context):
            return "\(context.codingPath.isEmpty ? "the whole" : "\"\(path(context))\"") is not \(words(for: type))"
        case .valueNotFound(let type, let context): return "\"\(path(context))\" is null, expected \(type)"
        case .dataCorrupted(let context):
            let detail = (context.underlyingError as NSError?)?.userInfo["NSDebugDescription"] as? String
            return [path(context), detail ?? context.debugDescription].filter { !$0.isEmpty }.joined(separator: ": ")
        @unknown default: return "\(error)"
        }
    }

    /// What JSON calls a type.
    private static func words(for type: Any.Type) -> String {
        switch type {
        case is Bool.Type: "true or false"
        case is any BinaryInteger.Type: "a whole number"
        case is any BinaryFloatingPoint.Type: "a number"
        case is String.Type: "a text"
        case is [Any].Type: "a list"
        case is [String: Any].Type: "an object with keys"
        default: "of type \(type)"
        }
    }
}
