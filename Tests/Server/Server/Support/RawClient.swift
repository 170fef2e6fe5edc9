import Foundation

/// A client that sends the bytes it is told to, however wrong they are, each exchange on a connection and a thread of its own.
struct RawClient: Sendable {
    let port: @Sendable () -> Int

    /// What came back.
    struct Reply: Sendable {
        var status: Int
        /// By names in small letters.
        var headers: [String: String]
        var body: Data
        /// Seconds from the first byte sent to the last one received.
        var seconds: Double
        /// All that came.
        var raw: String

        /// A value of the JSON body by its path, as `items.0.item`; nil where there is none.
        subscript(path: String) -> Any? {
            var value: Any? = try? JSONSerialization.jsonObject(with: body, options: .fragmentsAllowed)
            for part in path.split(separator: ".") {
                value =
                    Int(part).map { place in
                        (value as? [Any]).flatMap { place < $0.count ? $0[place] : nil }
                    } ?? (value as? [String: Any])?[String(part)]
            }
            return value is NSNull ? nil : value
        }

        func text(_ path: String) -> String? { self[path] as? String }
        func number(_ path: String) -> Double? { (self[path] as? NSNumber)?.doubleValue }
        func texts(_ path: String, _ field: String) -> [String] {
            (self[path] as? [[String: Any]] ?? []).compactMap { $0[field] as? String }
        }
    }

    /// What is sent, in its order.
    enum Step: Sendable {
        case send(Data)
        case wait(Double)
        /// Reads until something has come.
        case receive
        /// Sends this again and again until the other end has had enough, or so many seconds are over.
        case flood(Data, seconds: Double)

        static func text(_ text: String) -> Step { .send(Data(text.utf8)) }
    }

    /// Sends a request as any client does.
    func send(
        _ method: String, _ path: String, _ body: String? = nil, type: String? = "application/json", bytes: Data? = nil,
        token: String? = nil, headers: [String: String] = [:]
    ) async throws -> Reply {
        let body = bytes ?? body.map { Data($0.utf8) }
        var all = ["Host": "127.0.0.1:\(port())", "Connection": "close"]
        if let body {
            all["Content-Length"] = "\(body.count)"
            all["Content-Type"] = type
        }
        if let token { all["Authorization"] = "Bearer \(token)" }
        all.merge(headers) { $1 }
        let head = "\(method) \(path) HTTP/1.1\r\n" + all.map { "\($0.key): \($0.value)\r\n" }.sorted().joined() + "\r\n"
        return try await exchange([.send(Data(head.utf8) + (body ?? Data()))])
    }

    /// Sends steps, and reads until the other end closes.
    func exchange(_ steps: [Step], timeout: Int = 20) async throws -> Reply {
        let port = port()
        return try await withCheckedThrowingContinuation { continuation in
            Thread { continuation.resume(with: Result { try Self.exchange(steps, port, timeout) }) }.start()
        }
    }

    private static func exchange(_ steps: [Step], _ port: Int, _ timeout: Int) throws -> Reply {
        let connection = try connected(port, timeout)
        defer { close(connection) }
        let start = ContinuousClock.now
        func seconds() -> Double { (ContinuousClock.now - start) / .seconds(1) }
        var received = Data()
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        func receive() -> Bool {
            let count = recv(connection, &buffer, buffer.count, 0)
            if count > 0 { received.append(contentsOf: buffer[..<count]) }
            return count > 0
        }
        func deliver(_ data: Data) -> Bool {
            var sent = 0
            while sent < data.count {
                let count = data.withUnsafeBytes {
                    Foundation.send(connection, $0.baseAddress! + sent, data.count - sent, Int32(MSG_NOSIGNAL))
                }
                guard count > 0 else { return false }
                sent += count
            }
            return true
        }
        loop: for step in steps {
            switch step {
            case .send(let data): if !deliver(data) { break loop }
            case .wait(let seconds): Thread.sleep(forTimeInterval: seconds)
            case .receive: if !receive() { break loop }
            case .flood(let data, let most): while seconds() < most, deliver(data) {}
            }
        }
        while receive() {}
        return parsed(received, seconds())
    }

    private static func connected(_ port: Int, _ timeout: Int) throws -> Int32 {
        let connection = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var patience = timeval(tv_sec: timeout, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(connection, SOL_SOCKET, option, &patience, socklen_t(MemoryLayout<timeval>.size))
        }
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_addr.s_addr = inet_addr("127.0.0.1")
        name.sin_port = in_port_t(port).bigEndian
        let result = withUnsafePointer(to: &name) { name in
            name.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(connection, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else {
            close(connection)
            throw CocoaError(.fileReadUnknown)
        }
        return connection
    }

    private static func parsed(_ received: Data, _ seconds: Double) -> Reply {
        var data = received
        let raw = String(decoding: received, as: UTF8.self)
        while true {
            let end = data.range(of: Data("\r\n\r\n".utf8))
            let lines = String(decoding: data[..<(end?.lowerBound ?? data.endIndex)], as: UTF8.self).components(
                separatedBy: "\r\n")
            let status = lines[0].split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
            let rest = end.map { Data(data[$0.upperBound...]) } ?? Data()
            if status == 100 {
                data = rest
                continue
            }
            var headers: [String: String] = [:]
            for line in lines.dropFirst() {
                let parts = line.split(separator: ":", maxSplits: 1)
                if parts.count == 2 { headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces) }
            }
            let length = headers["content-length"].flatMap { Int($0) } ?? rest.count
            return Reply(status: status, headers: headers, body: rest.prefix(length), seconds: seconds, raw: raw)
        }
    }
}
