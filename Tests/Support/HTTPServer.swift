import Foundation

/// A small server of HTTP/1.1 on a free port of this machine: one request per connection, each on its own thread.
package final class HTTPServer: @unchecked Sendable {
    package struct Request: Sendable {
        package var method: String
        package var path: String
        /// By names in small letters.
        package var headers: [String: String]
    }

    package struct Answer: Sendable {
        package var status = 200
        package var headers: [String: String] = [:]
        package var body: [UInt8] = []
        /// After how many bytes of the body the connection is cut; nil sends all.
        package var cut: Int?
        /// Seconds before each byte of the body.
        package var trickle: TimeInterval?
        /// Whether the body's length is said; else it ends with the connection.
        package var saysLength = true

        package init(
            status: Int = 200, headers: [String: String] = [:], body: [UInt8] = [], cut: Int? = nil,
            trickle: TimeInterval? = nil,
            saysLength: Bool = true
        ) {
            self.status = status
            self.headers = headers
            self.body = body
            self.cut = cut
            self.trickle = trickle
            self.saysLength = saysLength
        }
    }

    package let port: UInt16
    private let listener: Int32
    private let answer: @Sendable (Request) -> Answer
    private let lock = NSLock()
    private var seen: [Request] = []

    /// The requests so far, in order.
    package var requests: [Request] { lock.withLock { seen } }
    package var address: String { "http://127.0.0.1:\(port)" }

    package init(_ answer: @escaping @Sendable (Request) -> Answer) {
        self.answer = answer
        #if os(Linux)
            let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #else
            let listener = socket(AF_INET, SOCK_STREAM, 0)
        #endif
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_addr.s_addr = inet_addr("127.0.0.1")
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &name) { name in
            name.withMemoryRebound(to: sockaddr.self, capacity: 1) { name in
                bind(listener, name, size) == 0 && getsockname(listener, name, &size) == 0
            }
        }
        precondition(bound && listen(listener, 64) == 0, "no port for the test's server")
        self.listener = listener
        port = UInt16(bigEndian: name.sin_port)
        let thread = Thread { [self] in serve() }
        thread.start()
    }

    package func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

    private func serve() {
        while true {
            let connection = accept(listener, nil, nil)
            guard connection >= 0 else { break }
            #if !os(Linux)
                var on: Int32 = 1
                setsockopt(connection, SOL_SOCKET, SO_NOSIGPIPE, &on, socklen_t(MemoryLayout<Int32>.size))
            #endif
            Thread { [self] in
                talk(on: connection)
                close(connection)
            }.start()
        }
        close(listener)
    }

    private func talk(on connection: Int32) {
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while !String(decoding: text, as: UTF8.self).contains("\r\n\r\n") {
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return }
            text += buffer[..<count]
        }
        let lines = String(decoding: text, as: UTF8.self).components(separatedBy: "\r\n")
        let words = lines[0].split(separator: " ")
        var request = Request(method: String(words[0]), path: String(words[1]), headers: [:])
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            request.headers[line[..<colon].lowercased()] = line[line.index(after: colon)...].trimmingCharacters(
                in: .whitespaces)
        }
        lock.withLock { seen.append(request) }
        send(answer(request), to: request, on: connection)
    }

    private func send(_ answer: Answer, to request: Request, on connection: Int32) {
        var head = "HTTP/1.1 \(answer.status) Answer\r\nConnection: close\r\n"
        var headers = answer.headers
        if headers["Content-Length"] == nil, answer.saysLength { headers["Content-Length"] = "\(answer.body.count)" }
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        guard write(Array((head + "\r\n").utf8), on: connection), request.method != "HEAD" else { return }
        let body = Array(answer.body.prefix(answer.cut ?? answer.body.count))
        guard let trickle = answer.trickle else {
            _ = write(body, on: connection)
            return
        }
        for byte in body {
            Thread.sleep(forTimeInterval: trickle)
            guard write([byte], on: connection) else { return }
        }
    }

    private func write(_ bytes: [UInt8], on connection: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            #if os(Linux)
                let flags = Int32(MSG_NOSIGNAL)
            #else
                let flags: Int32 = 0
            #endif
            let count = rest.withUnsafeBytes { Foundation.send(connection, $0.baseAddress!, $0.count, flags) }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }
}
