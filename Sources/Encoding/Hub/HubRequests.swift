import Files
import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Requests to the hub: addresses, the token, redirects and what an answer's status means.
struct HubRequests {
    let endpoint: URL
    let token: String?
    let session: HubSession
    let stop: StopToken

    private static let mostRedirects = 8

    /// Asks for the head of a file's answer. Redirects within the hub are followed; one to another server is the answer.
    func head(_ url: URL) throws -> HTTPURLResponse {
        try send("HEAD", url, range: nil, leavesHub: false, {}) { _, _ in }
    }

    /// Fetches a body, or a part of it.
    ///
    /// - Parameters:
    ///   - url: where it is; redirects are followed.
    ///   - range: the part wanted, as the field `Range` has it; nil for all.
    ///   - watching: called ten times a second.
    ///   - receive: takes the body, on another thread.
    /// - Throws: ``HubFailure`` for what may pass, ``UserError`` for what does not, what `receive` throws.
    @discardableResult
    func get(
        _ url: URL, range: String? = nil, watching: () -> Void = {}, receive: @escaping HubSession.Receiver
    ) throws -> HTTPURLResponse {
        try send("GET", url, range: range, leavesHub: true, watching) { answer, data in
            // The bodies of redirects and errors are not the file's.
            if (200...299).contains(answer.statusCode) { try receive(answer, data) }
        }
    }

    private func send(
        _ method: String, _ url: URL, range: String?, leavesHub: Bool, _ watching: () -> Void,
        receive: @escaping HubSession.Receiver
    ) throws -> HTTPURLResponse {
        var url = url
        for _ in 0...Self.mostRedirects {
            var request = URLRequest(url: url)
            request.httpMethod = method
            request.setValue("swift-iisan", forHTTPHeaderField: "User-Agent")
            request.setValue("identity", forHTTPHeaderField: "Accept-Encoding")
            request.setValue(range, forHTTPHeaderField: "Range")
            // The token is for the hub alone, not for the servers of files that it points to.
            if let token, isHub(url) { request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization") }
            let answer = try session.send(request, stop: stop, watching: watching, receive: receive)
            guard (300...399).contains(answer.statusCode), answer.statusCode != 304 else {
                try check(answer, of: url)
                return answer
            }
            guard let location = answer.value(forHTTPHeaderField: "Location"),
                let next = URL(string: location, relativeTo: url)?.absoluteURL, let scheme = next.scheme?.lowercased(),
                scheme == "https" || (scheme == "http" && url.scheme?.lowercased() == "http")
            else {
                throw UserError("the server redirects to no address that can be followed", at: url.absoluteString)
            }
            // A redirect to where the bytes lie says all about the file itself.
            if !leavesHub, !isHub(next) || answer.value(forHTTPHeaderField: "X-Linked-Etag") != nil { return answer }
            url = next
        }
        throw UserError("more than \(Self.mostRedirects) redirects", at: url.absoluteString)
    }

    /// Whether an address is one of the hub's own: the same scheme, host and port.
    private func isHub(_ url: URL) -> Bool {
        func origin(_ url: URL) -> [String] {
            let scheme = url.scheme?.lowercased() ?? ""
            return [scheme, url.host()?.lowercased() ?? "", "\(url.port ?? (scheme == "https" ? 443 : 80))"]
        }
        return origin(url) == origin(endpoint)
    }

    private func check(_ answer: HTTPURLResponse, of url: URL) throws {
        let status = answer.statusCode
        let place = url.absoluteString
        let code = answer.value(forHTTPHeaderField: "X-Error-Code") ?? ""
        switch status {
        case 200...299: return
        case 401 where code != "GatedRepo", 404:
            let reason = token == nil ? "private, or its name is wrong" : "not open to this token, or its name is wrong"
            throw UserError(
                status == 404 && code != "RepoNotFound"
                    ? "the hub has no such file or revision" : "there is no such repository",
                at: place,
                remedy: "Check the name and the revision. If it is right, the repository is \(reason): set HF_TOKEN.")
        case 401, 403:
            throw UserError(
                "the repository is gated: the hub asks for an agreement (status \(status))", at: place,
                remedy: "Ask for access on the model's page, then set HF_TOKEN to a token of that account.")
        case 416: throw HubFailure(UserError("the server does not have the part asked for", at: place), isOfRange: true)
        case 408, 425, 429, 500...599:
            let wait = answer.value(forHTTPHeaderField: "Retry-After").flatMap(TimeInterval.init)
            throw HubFailure(
                UserError("the hub answers with status \(status)", at: place, remedy: "Try again later."), wait: wait)
        default: throw UserError("the hub answers with status \(status)", at: place, remedy: "Check HF_ENDPOINT.")
        }
    }
}
