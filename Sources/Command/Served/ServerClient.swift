import Files
import Foundation
import IISAN
import Server

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Asks the server of a run, or one that is started for this command alone where none runs.
struct ServerClient: Sendable {
    private let base: URL
    private let token: String?

    /// Does something with the server of a run.
    ///
    /// - Parameter body: asks what is to be asked; a server that was started for it ends afterwards.
    /// - Throws: ``UserError`` when the run cannot be opened, or another process has its items and does not answer; whatever `body` throws.
    static func with<Result: Sendable>(
        _ run: URL, _ body: @escaping @Sendable (ServerClient) async throws -> Result
    ) async throws -> Result {
        let served = try ServedFolder(run)
        if let address = served.address {
            let client = ServerClient(base: address, token: try served.token(for: .write))
            if try await client.isThere() { return try await body(client) }
        }
        let own = try ServedFolder(
            run, overrides: ["serve.host=127.0.0.1", "serve.port=0", "serve.tokens=null", "serve.hosts=[]"])
        return try await own.running { address in try await body(ServerClient(base: address, token: nil)) }
    }

    /// Lets the server of a run, where one runs, answer from what is in its place by now.
    ///
    /// - Returns: the model that it answers from; nil where none runs.
    /// - Throws: ``UserError`` with what the server says where it cannot.
    static func reload(_ run: URL) async throws -> String? {
        struct Reloaded: Decodable { var model: String }
        let served = try ServedFolder(run)
        guard let address = served.address else { return nil }
        let client = ServerClient(base: address, token: try served.token(for: .admin))
        guard try await client.isThere() else { return nil }
        let reloaded: Reloaded = try await client.json("POST", "v1/admin/reload")
        return reloaded.model
    }

    private func isThere() async throws -> Bool {
        do { _ = try await send("GET", "health/live") } catch let error as URLError {
            if error.code == .cannotConnectToHost || error.code == .networkConnectionLost { return false }
            throw UserError("the server does not answer: \(error.localizedDescription)", at: base.absoluteString)
        }
        return true
    }

    /// Asks for something in JSON.
    ///
    /// - Throws: ``UserError`` with what the server says where it refuses.
    func json<Value: Decodable>(
        _ method: String, _ path: String, query: [String: String] = [:], _ body: Data? = nil, type: String = "application/json"
    ) async throws -> Value {
        let data = try await send(method, path, query: query, body, type: type)
        do { return try JSONDecoder().decode(Value.self, from: data) } catch {
            throw UserError("the server's answer cannot be read", at: base.appending(path: path).absoluteString)
        }
    }

    /// Sends a request and takes what comes back.
    ///
    /// - Parameters:
    ///   - path: percent-encoded.
    ///   - body: JSON.
    ///   - type: the body's media type.
    /// - Throws: ``UserError`` with what the server says where it refuses; `URLError` where it does not answer.
    @discardableResult
    func send(
        _ method: String, _ path: String, query: [String: String] = [:], _ body: Data? = nil, type: String = "application/json"
    ) async throws -> Data {
        var components = URLComponents(url: base, resolvingAgainstBaseURL: false)!
        components.percentEncodedPath = "/\(path)"
        components.queryItems =
            query.isEmpty ? nil : query.sorted { $0.key < $1.key }.map { URLQueryItem(name: $0.key, value: $0.value) }
        var request = URLRequest(url: components.url!, timeoutInterval: 120)
        request.httpMethod = method
        request.httpBody = body
        if body != nil { request.setValue(type, forHTTPHeaderField: "Content-Type") }
        if let token { request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization") }
        let (data, response) = try await URLSession.shared.data(for: request)
        let status = (response as? HTTPURLResponse)?.statusCode ?? 0
        guard (200..<300).contains(status) else {
            struct Refused: Decodable {
                struct Content: Decodable {
                    var message: String
                    var remedy: String?
                }
                var error: Content
            }
            let refused = try? JSONDecoder().decode(Refused.self, from: data).error
            throw UserError(
                refused?.message ?? "the server answers \(status)", at: base.absoluteString, remedy: refused?.remedy)
        }
        return data
    }
}
