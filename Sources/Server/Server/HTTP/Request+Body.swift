import Files
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

extension Request {
    /// The whole body.
    ///
    /// - Parameter most: its bytes at most; a body that says it is longer is refused before a byte of it is read.
    /// - Throws: ``Failure``.
    func bytes(most: Int) async throws -> Data {
        let announced = headers[.contentLength].flatMap { Int($0) }
        if let announced, announced > most { throw Failure.tooLarge(most) }
        var all = ByteBuffer()
        for try await part in body {
            if all.readableBytes + part.readableBytes > most { throw Failure.tooLarge(most) }
            all.writeImmutableBuffer(part)
        }
        if let announced, announced != all.readableBytes {
            throw Failure(.badRequest, "malformed_request", "the body ends before its length")
        }
        return Data(all.readableBytesView)
    }

    /// The body as JSON.
    ///
    /// - Throws: ``Failure``.
    func json<Value: Decodable>(_: Value.Type = Value.self, most: Int) async throws -> Value {
        try require(["application/json"])
        return try await decoded(most: most)
    }

    /// The body as JSON, of whatever type it is said to be.
    ///
    /// - Throws: ``Failure``.
    func decoded<Value: Decodable>(_: Value.Type = Value.self, most: Int) async throws -> Value {
        try Self.decoded(await bytes(most: most))
    }

    /// A list in the body: a JSON list, or a JSON value in each line (NDJSON).
    ///
    /// - Returns: each entry with its own failure, and whether they stand in lines.
    /// - Throws: ``Failure``.
    func list<Value: Decodable>(
        _: Value.Type = Value.self, most: Int, entries: Int
    ) async throws -> (entries: [Result<Value, Failure>], isLines: Bool) {
        let type = try require(["application/json", "application/x-ndjson"])
        let bytes = try await bytes(most: most)
        let isLines = type == "application/x-ndjson"
        return (try Self.list(bytes, isLines: isLines, entries: entries), isLines)
    }

    /// The entries of a list, each with its own failure.
    ///
    /// - Throws: ``Failure``.
    static func list<Value: Decodable>(_ bytes: Data, isLines: Bool, entries: Int) throws -> [Result<Value, Failure>] {
        guard isLines else {
            let list: [Attempt<Value>] = try decoded(bytes)
            try Checks.count(list.count, most: entries, at: "the body")
            return list.map(\.result)
        }
        let lines = bytes.split(separator: UInt8(ascii: "\n")).filter {
            !$0.allSatisfy { $0 == 0x20 || $0 == 0x0D || $0 == 0x09 }
        }
        try Checks.count(lines.count, most: entries, at: "the body")
        return lines.map { line in Result { try decoded(line) }.mapError { Failure($0) } }
    }

    /// A value in JSON.
    ///
    /// - Throws: ``Failure``.
    static func decoded<Value: Decodable>(_ bytes: Data) throws -> Value {
        do { return try JSONDecoder().decode(Value.self, from: bytes) } catch { throw Failure.decoding(error) }
    }

    /// The media type of the body, without parameters, which has to be one of some.
    ///
    /// - Throws: ``Failure``.
    @discardableResult
    func require(_ types: [String]) throws -> String {
        let type = headers[.contentType]?.prefix { $0 != ";" }.trimmingCharacters(in: .whitespaces).lowercased()
        guard let type, types.contains(type) else {
            throw Failure(
                .unsupportedMediaType, "media_type", "the body's type is \(type?.quoted ?? "not said")", param: "Content-Type",
                remedy: "Send it as \(types.joined(separator: " or ")).")
        }
        return type
    }
}
