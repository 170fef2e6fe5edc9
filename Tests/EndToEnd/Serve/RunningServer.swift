import Foundation
import Testing

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// A server that was started as a user starts one, on a free port.
final class RunningServer: Sendable {
    let base: URL
    private let process: Int32
    private let handle: Handle

    private final class Handle: @unchecked Sendable {
        let process: Process
        init(_ process: Process) { self.process = process }
    }

    /// Starts a server and waits until it answers.
    ///
    /// - Parameter limits: what a shell does before, as `ulimit -n 100`.
    init(_ run: String, in folder: URL, options: [String] = [], after limits: String? = nil) throws {
        let (output, errors) = (folder.appending(path: "serve-output"), folder.appending(path: "serve-errors"))
        for file in [output, errors] { try Data().write(to: file) }
        let process = Process()
        process.executableURL = try CommandLine.executable()
        process.arguments = ["serve", run, "--set", "serve.port=0"] + options.flatMap { ["--set", $0] }
        if let limits {
            process.arguments = ["-c", "\(limits) && exec \"$0\" \"$@\"", process.executableURL!.path] + process.arguments!
            process.executableURL = URL(filePath: "/bin/sh")
        }
        process.currentDirectoryURL = folder
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: errors)
        process.environment = ProcessInfo.processInfo.environment.merging(["OMP_NUM_THREADS": "1"]) { $1 }
        try process.run()
        var address: URL?
        let end = Date(timeIntervalSinceNow: 60)
        while address == nil, process.isRunning, Date() < end {
            let said = try String(contentsOf: output, encoding: .utf8)
            if said.hasSuffix("\n") { address = URL(string: said.trimmingCharacters(in: .whitespacesAndNewlines)) }
            Thread.sleep(forTimeInterval: 0.01)
        }
        guard let address else {
            process.terminate()
            throw Trouble("the server does not answer: \(try String(contentsOf: errors, encoding: .utf8))")
        }
        (base, self.process, handle) = (address, process.processIdentifier, Handle(process))
    }

    deinit { kill(SIGKILL) }

    /// Sends a signal.
    func send(_ signal: Int32) { if handle.process.isRunning { Foundation.kill(process, signal) } }

    /// Sends a signal and waits for the end.
    ///
    /// - Returns: the exit code, or the signal that ended it.
    @discardableResult func kill(_ signal: Int32) -> Int32 {
        send(signal)
        handle.process.waitUntilExit()
        return handle.process.terminationStatus
    }

    /// A connection on which nothing was sent.
    func connection() throws -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(base.port!).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        #if canImport(Darwin)
            let connection = socket(AF_INET, SOCK_STREAM, 0)
        #else
            let connection = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #endif
        let outcome = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(connection, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard outcome == 0 else { throw Trouble("no connection: \(String(cString: strerror(errno)))") }
        return connection
    }

    /// The answer to a request.
    struct Reply: Sendable {
        var status: Int
        var body: Data

        /// The body as JSON.
        func object() throws -> [String: Any] {
            try #require(JSONSerialization.jsonObject(with: body) as? [String: Any], "\(String(decoding: body, as: UTF8.self))")
        }
    }

    /// Sends a request; `path` is percent-encoded.
    func ask(
        _ method: String, _ path: String, _ body: String? = nil, data: Data? = nil, type: String = "application/json"
    ) async throws -> Reply {
        var request = URLRequest(url: URL(string: "\(path)", relativeTo: base)!, timeoutInterval: 60)
        request.httpMethod = method
        request.httpBody = data ?? body.map { Data($0.utf8) }
        if request.httpBody != nil { request.setValue(type, forHTTPHeaderField: "Content-Type") }
        let (data, response) = try await URLSession.shared.data(for: request)
        return Reply(status: (response as? HTTPURLResponse)?.statusCode ?? 0, body: data)
    }

    /// The ids and scores that a question is answered with.
    func recommended(_ question: String) async throws -> [String: Double] {
        let reply = try await ask("POST", "/v1/recommend", question)
        let items = try reply.object()["items"] as? [[String: Any]] ?? []
        return Dictionary(uniqueKeysWithValues: items.map { ($0["item"] as! String, $0["score"] as! Double) })
    }
}
