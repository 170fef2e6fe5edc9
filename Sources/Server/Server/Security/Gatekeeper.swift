import Files
import Foundation
import HTTPTypes
package import Hummingbird
package import IISAN

/// Who is let in: requests that call the server by a name of its own, come from no foreign page, and have a token where one is needed.
package struct Gatekeeper: Sendable {
    /// The names that requests may call the server by, in small letters.
    private let hosts: Set<String>
    private let tokens: AccessTokens?
    /// Whether the address to listen on can be reached from other machines.
    package let isOpen: Bool

    /// Whether requests need a token.
    package var asksForTokens: Bool { tokens != nil }

    /// Reads the settings, and the file of tokens that they name.
    ///
    /// - Throws: ``UserError`` for an address beyond the loopback without tokens, and for a file of tokens that cannot be used.
    package init(_ settings: ServeSettings) throws {
        let host = settings.host.lowercased()
        isOpen = !["127.0.0.1", "::1", "localhost"].contains(host)
        tokens = try settings.tokens.map { try AccessTokens(file: URL(filePath: $0)) }
        if isOpen, tokens == nil {
            throw UserError(
                "others can reach \(settings.host), and no tokens are asked for", at: "serve.host",
                remedy: "Name a file of tokens in serve.tokens, or listen on 127.0.0.1.")
        }
        hosts = Set(settings.hosts.map { $0.lowercased() })
        bound = host.contains(":") ? "[\(host)]" : host
    }

    /// The address that is listened on, as a request names it.
    private let bound: String

    /// Looks at a request before anything of it is read.
    ///
    /// - Parameter port: the port that the server listens on.
    /// - Returns: the scope of its token: all where no tokens are asked for, nil where it has none.
    /// - Throws: ``Failure``.
    package func admit(_ request: Request, port: Int) throws -> AccessScope? {
        guard request.head.path?.first == "/", !request.uri.path.contains("//") else {
            throw Failure(.badRequest, "malformed_path", "the path does not begin with a single '/', or has an empty part")
        }
        try checkHost(request, port: port)
        if let encoding = request.headers[.contentEncoding], encoding.lowercased() != "identity" {
            throw Failure(
                .unsupportedMediaType, "content_encoding", "the body is encoded as \(encoding.quoted)",
                param: "Content-Encoding", remedy: "Send it as it is.")
        }
        try checkOrigin(request)
        return try scope(request)
    }

    /// A page of another name that was made to point here (DNS rebinding) is told by the name it asks for.
    private func checkHost(_ request: Request, port: Int) throws {
        let authority = request.head.authority?.lowercased() ?? ""
        let (name, asked) = Self.parts(authority)
        let own = ["localhost", "127.0.0.1", "[::1]", bound]
        let isKnown = hosts.contains(authority) || hosts.contains(name) || own.contains(name) && asked ?? 80 == port
        // A second Host field stays among the others.
        guard !name.isEmpty, isKnown, !request.headers.contains(Self.host) else {
            throw Failure(
                .forbidden, "foreign_host", "the server is not called \(authority.quoted)", param: "Host",
                remedy: "Call it by its address, or name it in serve.hosts.")
        }
    }

    private static let host = HTTPField.Name("Host")!
    private static let fetchSite = HTTPField.Name("Sec-Fetch-Site")!

    /// The name and the port of an authority.
    private static func parts(_ authority: String) -> (name: String, port: Int?) {
        guard let colon = authority.lastIndex(of: ":"), authority.last != "]" else { return (authority, nil) }
        // What is no number is no port of ours.
        return (String(authority[..<colon]), Int(authority[authority.index(after: colon)...]) ?? -1)
    }

    /// Pages of other sites may send no changes here: browsers say where they come from.
    private func checkOrigin(_ request: Request) throws {
        if [.get, .head, .options].contains(request.method) { return }
        let isForeign: Bool
        if let site = request.headers[Self.fetchSite] {
            isForeign = site != "same-origin" && site != "none"
        } else if let origin = request.headers[.origin] {
            let place = origin.range(of: "://").map { String(origin[$0.upperBound...]) }
            isForeign = place?.lowercased() != request.head.authority?.lowercased()
        } else {
            isForeign = false
        }
        if isForeign {
            throw Failure(
                .forbidden, "foreign_origin", "the request comes from a page of another site", param: "Origin",
                remedy: "Send it from the server's own page, or from a program.")
        }
    }

    private func scope(_ request: Request) throws -> AccessScope? {
        guard let tokens else { return .admin }
        guard let field = request.headers[.authorization] else { return nil }
        let words = field.split(separator: " ")
        guard words.count == 2, words[0].lowercased() == "bearer" else { return nil }
        guard let scope = tokens.scope(of: words[1]) else {
            throw Failure(.forbidden, "wrong_token", "the token is not known", param: "Authorization")
        }
        return scope
    }
}

/// Lets requests through whose token opens a scope.
struct NeedsScope: RouterMiddleware {
    let scope: AccessScope

    init(_ scope: AccessScope) { self.scope = scope }

    func handle(
        _ request: Request, context: ServerContext, next: (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        guard let given = context.scope else {
            throw Failure(
                .unauthorized, "no_token", "the request has no token", param: "Authorization",
                remedy: "Send it as Authorization: Bearer TOKEN.", headers: [.wwwAuthenticate: "Bearer"])
        }
        guard given >= scope else {
            throw Failure(
                .forbidden, "scope", "the token opens \(given.rawValue), needed is \(scope.rawValue)", param: "Authorization")
        }
        return try await next(request, context)
    }
}
