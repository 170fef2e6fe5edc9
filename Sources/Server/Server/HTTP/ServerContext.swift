import Foundation
package import Hummingbird
import Logging

/// What is known of a request besides what it says.
package struct ServerContext: RequestContext {
    /// What the router keeps.
    package var coreContext: CoreRequestContextStorage
    /// What the request is called in answers and logs.
    package var requestID = ""
    /// The widest scope that the request's token opens; nil without a token.
    package var scope: AccessScope?

    /// Begins with what the connection knows.
    package init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        requestID = logger[metadataKey: "hb.request.id"]?.description ?? ""
    }

    /// An id in the request's path, decoded: any text that is no longer than ids may be, `/` among it.
    ///
    /// - Throws: ``Failure``.
    package func id(_ name: String) throws -> String {
        try Self.id(parameters.get(name), at: name)
    }

    /// An id as a path has it, decoded.
    ///
    /// - Throws: ``Failure``.
    static func id(_ raw: String?, at name: String) throws -> String {
        guard let raw, let id = PercentEncoding.decoded(raw) else {
            throw Failure(
                .badRequest, "malformed_path", "the path is not percent-encoded UTF-8", param: name,
                remedy: "Encode each byte of an id that is no letter, digit, '-', '.', '_' or '~' as %XX.")
        }
        return try Checks.id(id, at: name)
    }
}
