package import Files
package import HTTPTypes

/// A request that is refused or has failed, as its client is told: one JSON shape for all of them.
///
/// ```json
/// {"error": {"type": "not_found", "code": "unknown_item", "message": "there is no item \"8x\"", "param": "history[2]", "remedy": "..."}}
/// ```
package struct Failure: Error, Sendable, Equatable {
    /// The status of the answer.
    package var status: HTTPResponse.Status
    /// What programs tell failures apart by, as `unknown_item`.
    package var code: String
    /// What is wrong.
    package var message: String
    /// The field, parameter or header that is wrong, as `history[2]`; nil where it is none of them.
    package var param: String?
    /// What to do about it; nil where nothing better can be said.
    package var remedy: String?
    /// Fields that the answer has besides.
    package var headers: HTTPFields = [:]

    /// Describes a failure.
    package init(
        _ status: HTTPResponse.Status, _ code: String, _ message: String, param: String? = nil, remedy: String? = nil,
        headers: HTTPFields = [:]
    ) {
        (self.status, self.code, self.message) = (status, code, message)
        (self.param, self.remedy, self.headers) = (param, remedy, headers)
    }

    /// A value that makes no sense.
    package static func value(_ code: String, _ message: String, at param: String?, remedy: String? = nil) -> Failure {
        Failure(.unprocessableContent, code, message, param: param, remedy: remedy)
    }

    /// A failure that passes: the client is told when to ask again.
    package static func passing(_ status: HTTPResponse.Status, _ code: String, _ error: UserError, after seconds: Int = 1)
        -> Failure
    {
        Failure(status, code, error.problem, remedy: error.remedy, headers: [.retryAfter: String(seconds)])
    }

    /// The class of a status, as clients of other servers know it.
    package var type: String {
        switch status.code {
        case 401: "unauthenticated"
        case 403: "forbidden"
        case 404: "not_found"
        case 405: "method_not_allowed"
        case 408: "timeout"
        case 409: "conflict"
        case 412: "precondition_failed"
        case 413: "too_large"
        case 415: "unsupported_media_type"
        case 422: "invalid_value"
        case 429: "overloaded"
        case 431: "headers_too_large"
        case 503: "unavailable"
        case 507: "insufficient_storage"
        case 500...: "internal"
        default: "invalid_request"
        }
    }

    /// What is sent.
    package var body: FailureBody {
        FailureBody(error: .init(type: type, code: code, message: message, param: param, remedy: remedy))
    }
}

/// A failure as it is sent.
package struct FailureBody: Sendable, Codable, Equatable {
    /// What is said of it.
    package struct Content: Sendable, Codable, Equatable {
        /// The class of its status.
        package var type: String
        /// What programs tell failures apart by.
        package var code: String
        /// What is wrong.
        package var message: String
        /// The field that is wrong.
        package var param: String?
        /// What to do about it.
        package var remedy: String?
    }

    /// The failure.
    package var error: Content
}

extension HTTPResponse.Status {
    /// The disk has no room for what was sent.
    static let insufficientStorage = HTTPResponse.Status(code: 507, reasonPhrase: "Insufficient Storage")
}
