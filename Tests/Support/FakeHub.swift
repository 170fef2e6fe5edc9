import Files
import Foundation

/// A hub with one model and, on another port, the server of its large files.
package final class FakeHub: Sendable {
    package typealias Fault = @Sendable (HTTPServer.Request, _ number: Int) -> HTTPServer.Answer?

    package static let commit = String(repeating: "0123456789", count: 4)
    package static let weights: [UInt8] = (0..<50_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 3) }
    package static let files: [String: [UInt8]] = [
        "config.json": Array(#"{"model_type": "bert"}"#.utf8), "model.safetensors": weights, "vocab.txt": Array("a\nb\n".utf8),
        "added_tokens.json": [], "pytorch_model.bin": Array("a pickle".utf8), "onnx/model.onnx": [1, 2, 3],
        "original/model.safetensors": [4, 5], "consolidated.safetensors": [6],
    ]

    package let hub: HTTPServer
    package let store: HTTPServer

    /// Starts both servers.
    ///
    /// - Parameters:
    ///   - names: more names in the list of files.
    ///   - files: more files.
    ///   - without: files that it does not have.
    ///   - weights: what `model.safetensors` holds.
    ///   - fault: what the hub answers instead of the right thing; the number counts its requests of this method and path.
    ///   - storeFault: the same of the server of large files.
    package init(
        names: [String] = [], files more: [String: [UInt8]] = [:], without: Set<String> = [],
        weights: [UInt8] = FakeHub.weights,
        fault: @escaping Fault = { _, _ in nil }, storeFault: @escaping Fault = { _, _ in nil }
    ) {
        let all = Self.files.merging(["model.safetensors": weights]) { $1 }.merging(more) { $1 }
        let files = all.filter { !without.contains($0.key) }
        let counts = Counts()
        let storeCounts = Counts()
        store = HTTPServer { request in
            storeFault(request, storeCounts.next(request)) ?? Self.file(String(request.path.dropFirst(1)), request, all)
        }
        let storeAddress = store.address
        hub = HTTPServer { request in
            fault(request, counts.next(request)) ?? Self.answer(request, files, names: names, store: storeAddress)
        }
    }

    package func stop() {
        hub.stop()
        store.stop()
    }

    private static func answer(
        _ request: HTTPServer.Request, _ files: [String: [UInt8]], names: [String], store: String
    ) -> HTTPServer.Answer {
        if request.path.hasPrefix("/api/models/org/model/revision/") {
            let siblings = (files.keys + names).map { ["rfilename": $0] }
            let json = try! JSONSerialization.data(withJSONObject: ["sha": commit, "siblings": siblings] as [String: Any])
            return .init(body: Array(json))
        }
        let prefix = "/org/model/resolve/\(commit)/"
        guard request.path.hasPrefix(prefix), let bytes = files[String(request.path.dropFirst(prefix.count))] else {
            return .init(status: 404, headers: ["X-Error-Code": "EntryNotFound"])
        }
        let name = String(request.path.dropFirst(prefix.count))
        guard name == "model.safetensors" else {
            var answer = file(name, request, files)
            answer.headers["ETag"] = "\"\(gitHash(of: bytes))\""
            answer.headers["X-Repo-Commit"] = commit
            return answer
        }
        return .init(
            status: 302,
            headers: [
                "X-Linked-Etag": "\"\(sha256(of: bytes))\"", "X-Linked-Size": "\(bytes.count)", "ETag": "W/\"something\"",
                "X-Repo-Commit": commit, "Location": "\(store)/\(name)",
            ])
    }

    /// A file, or the part of it that is asked for.
    package static func file(
        _ name: String, _ request: HTTPServer.Request, _ files: [String: [UInt8]] = FakeHub.files
    ) -> HTTPServer.Answer {
        guard let bytes = files[name] else { return .init(status: 404) }
        guard let range = request.headers["range"] else { return .init(body: bytes) }
        let bounds = range.dropFirst("bytes=".count).split(separator: "-").compactMap { Int($0) }
        guard let start = bounds.first, start < bytes.count else { return .init(status: 416) }
        let end = min(bounds.count > 1 ? bounds[1] : bytes.count, bytes.count - 1)
        let headers = ["Content-Range": "bytes \(start)-\(end)/\(bytes.count)"]
        return .init(status: 206, headers: headers, body: Array(bytes[start...end]))
    }

    /// The hash that the hub names: SHA-256 of the weights, git's of the others.
    package static func hash(of name: String) -> String {
        let bytes = files[name]!
        if name == "model.safetensors" { return sha256(of: bytes) }
        return gitHash(of: bytes)
    }

    private static func sha256(of bytes: [UInt8]) -> String { bytes.withUnsafeBytes { ContentHash.of($0) } }

    /// The hash that git knows bytes by.
    package static func gitHash(of bytes: [UInt8]) -> String {
        sha1(of: Array("blob \(bytes.count)\0".utf8) + bytes)
    }

    /// The plain SHA-1 of bytes.
    package static func sha1(of bytes: [UInt8]) -> String {
        var hash = ContentHash(.sha1)
        bytes.withUnsafeBytes { hash.update($0) }
        return hash.digits
    }

    /// Counts requests by method and path.
    private final class Counts: @unchecked Sendable {
        private let lock = NSLock()
        private var counts: [String: Int] = [:]

        func next(_ request: HTTPServer.Request) -> Int {
            lock.withLock {
                counts[request.method + request.path, default: 0] += 1
                return counts[request.method + request.path]!
            }
        }
    }
}
