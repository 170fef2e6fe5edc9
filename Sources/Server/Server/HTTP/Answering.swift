import Foundation
import HTTPTypes
import Hummingbird

extension Response {
    /// An answer in JSON.
    static func json(
        _ value: some Encodable, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]
    ) throws -> Response {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var headers = headers
        headers[.contentType] = "application/json"
        return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: try encoder.encode(value))))
    }

    /// An answer of nothing.
    static func empty(_ status: HTTPResponse.Status = .noContent, headers: HTTPFields = [:]) -> Response {
        Response(status: status, headers: headers)
    }

    /// The answer that a failure is.
    static func failure(_ failure: Failure) -> Response {
        // Texts alone, which always encode.
        (try? .json(failure.body, status: failure.status, headers: failure.headers)) ?? Response(status: failure.status)
    }
}
