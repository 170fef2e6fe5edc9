import Foundation
import TestSupport
import Testing

@testable import Server

/// Clients that mean no good, or know no better: each is refused, and the server goes on.
@Suite(.oneAtATime) struct HostileTests {
    private func head(_ server: TestServer, _ request: String, _ fields: String...) -> String {
        "\(request) HTTP/1.1\r\nHost: 127.0.0.1:\(server.state.port)\r\n" + fields.map { "\($0)\r\n" }.joined() + "\r\n"
    }

    private func isWell(_ server: TestServer) async throws -> Bool {
        try await server.client.send("POST", "/v1/recommend", #"{"history": ["i1"]}"#).status == 200
    }

    /// A body that says it is too large is refused before it comes; one that does not say so, when it has become too large.
    @Test(arguments: ["Content-Length: 99999999999", "Transfer-Encoding: chunked"])
    func endlessBodies(_ length: String) async throws {
        // A body of a question may have a picture, too.
        try await TestServer.run({ ($0.body.bytes, $0.picture.bytes) = (10_000, 3000) }) { server in
            let piece = Data("8000\r\n".utf8) + Data(repeating: 0x20, count: 0x8000) + Data("\r\n".utf8)
            let reply = try await server.client.exchange([
                .text(head(server, "POST /v1/recommend", "Content-Type: application/json", length)),
                .flood(piece, seconds: 15),
            ])
            #expect(reply.seconds < 8)
            // A client that floods on may lose the answer to its own bytes; one that reads has it.
            if !reply.raw.isEmpty { #expect(reply.status == 413 && reply.headers["connection"] == "close") }
            let polite = try await server.client.exchange([
                .text(head(server, "POST /v1/recommend", "Content-Type: application/json", length)), .send(piece),
            ])
            #expect(polite.status == 413 && polite.text("error.code") == "body_too_large" && polite.seconds < 8)
            #expect(try await isWell(server))
        }
    }

    @Test func drippedBodies() async throws {
        try await TestServer.run({ $0.patience = 1 }) { server in
            let drops = (0..<30).flatMap { _ in [RawClient.Step.text(" "), .wait(0.1)] }
            let start = head(server, "POST /v1/recommend", "Content-Type: application/json", "Content-Length: 1000")
            let reply = try await server.client.exchange([.text(start)] + drops)
            #expect(reply.seconds < 5)
            #expect(reply.status == 408 && reply.text("error.code") == "too_slow", "\(reply.raw)")
            // So is one that sends nothing more.
            let silent = try await server.client.exchange([.text(start)])
            #expect(silent.status == 408 && silent.seconds < 4)
            #expect(try await isWell(server))
        }
    }

    @Test func drippedHeadsAndSilence() async throws {
        try await TestServer.run({ $0.idle = 1 }) { server in
            let silent = try await server.client.exchange([])
            #expect(silent.raw.isEmpty && silent.seconds < 4)
            let drops = (0..<40).flatMap { _ in [RawClient.Step.text("X"), .wait(0.1)] }
            let dripped = try await server.client.exchange([.text("GET /info HTTP/1.1\r\nX-A: ")] + drops)
            #expect(dripped.seconds < 4.5)
            #expect(try await isWell(server))
        }
    }

    /// An answer that nobody takes does not hold its connection.
    @Test func answersThatNobodyReads() async throws {
        try await TestServer.run(items: 2000) {
            $0.patience = 1; $0.top = 2000
        } _: { server in
            let body = #"{"history": ["i1"], "n": 2000, "reasons": true}"#
            let request =
                head(
                    server, "POST /v1/recommend", "Content-Type: application/json", "Content-Length: \(body.utf8.count)") + body
            // More answers than the buffers between the two hold; none is read for a while.
            let many = String(repeating: request, count: 100)
            let reply = try await server.client.exchange([.text(many), .wait(4)])
            let whole = reply.raw.components(separatedBy: "HTTP/1.1 200").count - 1
            #expect(whole < 100, "\(whole) answers of 100 came")
            #expect(try await isWell(server))
        }
    }

    @Test func hugeHeads() async throws {
        try await TestServer.run { server in
            let long = String(repeating: "x", count: 20_000)
            for fields in [
                ["X-A: \(long)"], (0..<40).map { "X-\($0): \(String(repeating: "y", count: 500))" }, ["X-\(long): 1"],
            ] {
                let reply = try await server.client.exchange([
                    .text(
                        "GET /info HTTP/1.1\r\nHost: 127.0.0.1:\(server.state.port)\r\n" + fields.joined(separator: "\r\n")
                            + "\r\n\r\n")
                ])
                #expect(reply.status == 431 && reply.text("error.code") == "headers_too_large", "\(reply.raw)")
                #expect(reply.headers["connection"] == "close" && reply.headers["x-request-id"] != nil)
            }
            let path = try await server.client.exchange([.text(head(server, "GET /v1/items/\(long)"))])
            #expect([400, 414, 422, 431].contains(path.status))
            let many = (0..<200).map { "A\($0): 1" }
            let counted = try await server.client.exchange([
                .text(
                    "GET /info HTTP/1.1\r\nHost: 127.0.0.1:\(server.state.port)\r\n" + many.joined(separator: "\r\n")
                        + "\r\n\r\n")
            ])
            #expect(counted.status == 431)
            #expect(try await isWell(server))
        }
    }

    @Test(arguments: [
        "hello\r\n\r\n", "GET /info HTTP/1.1\r\nNo colon\r\n\r\n", "GET /info HTTP/9.9\r\n\r\n", "\u{16}\u{3}\u{1}\u{2}\u{0}",
        "POST /v1/recommend HTTP/1.1\r\nContent-Length: x\r\n\r\n",
        "POST /v1/recommend HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        "POST /v1/recommend HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
    ]) func whatIsNoRequest(_ text: String) async throws {
        try await TestServer.run({ $0.idle = 2 }) { server in
            let reply = try await server.client.exchange([.text(text)])
            #expect([400, 403].contains(reply.status) || reply.raw.isEmpty, "\(reply.raw)")
            #expect(try await isWell(server))
        }
    }

    @Test func bodiesThatEndEarly() async throws {
        try await TestServer.run({ $0.patience = 2 }) { server in
            let events = #"{"user": "u", "item": "i1"}"# + "\n"
            for length in ["Content-Length: 1000", "Transfer-Encoding: chunked"] {
                let sent = length.hasPrefix("C") ? events : "1c\r\n" + events + "\r\n"
                let reply = try await server.client.exchange([
                    .text(head(server, "POST /v1/events", "Content-Type: application/x-ndjson", length) + sent), .wait(0.1),
                ])
                #expect(reply.status == 408 || reply.status == 400)
            }
            #expect(try await server.database.statistics().events == 0)
        }
    }

    @Test func encodedBodiesAreNotRead() async throws {
        try await TestServer.run { server in
            let reply = try await server.client.send(
                "POST", "/v1/recommend", #"{"history": []}"#, headers: ["Content-Encoding": "gzip"])
            #expect(reply.status == 415 && reply.text("error.param") == "Content-Encoding")
        }
    }

    /// Pictures that are none, or would fill the memory.
    @Test func picturesThatAreNone() async throws {
        try await TestServer.run({ $0.picture.bytes = 100_000 }) { server in
            func put(_ bytes: Data, _ type: String = "image/png") async throws -> RawClient.Reply {
                try await server.client.send("PUT", "/v1/items/i1/picture", type: type, bytes: bytes)
            }
            let html = Data("<html><script>alert(1)</script></html>".utf8)
            #expect(try await put(html).text("error.code") == "unusable_picture")
            for type in ["text/html", "image/svg+xml", "image/gif", "application/octet-stream"] {
                #expect(try await put(html, type).status == 415)
            }
            #expect(try await put(ItemTests.picture, "image/jpeg").status == 422)
            #expect(try await put(ItemTests.picture.prefix(40)).status == 422)
            #expect(try await put(Data()).status == 422)
            #expect(try await put(Data(repeating: 0, count: 100_001)).status == 413)
            // A head that claims 50,000 x 50,000 pixels, and one that is wider than a picture may be.
            for (width, height) in [(50_000, 50_000), (100_000, 1)] {
                let bomb = try await put(Self.bomb(width, height))
                #expect(bomb.status == 422 && bomb.text("error.code") == "unusable_picture", "\(bomb.raw)")
            }
            // Nested JSON that a parser of another kind would run out of stack over.
            let deep = String(repeating: "[", count: 100_000)
            #expect(try await server.client.send("POST", "/v1/recommend", deep).status == 400)
            #expect(try await isWell(server))
        }
    }

    /// A PNG's head with the checksum that it has to have.
    private static func bomb(_ width: Int, _ height: Int) -> Data {
        func number(_ value: UInt32) -> Data { withUnsafeBytes(of: value.bigEndian) { Data($0) } }
        let head = Data("IHDR".utf8) + number(UInt32(width)) + number(UInt32(height)) + Data([8, 2, 0, 0, 0])
        var crc = ~UInt32(0)
        for byte in head {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
        }
        return Data([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) + number(13) + head + number(~crc)
    }

    @Test func moreConnectionsThanThereMayBe() async throws {
        try await TestServer.run({ ($0.connections, $0.idle) = (8, 1) }) { server in
            // Silent ones fill all places, and others get theirs when those have been closed.
            async let silent = withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<20 { group.addTask { try await server.client.exchange([]).raw.isEmpty } }
                return try await group.reduce(true) { $0 && $1 }
            }
            try await Task.sleep(for: .milliseconds(100))
            #expect(try await isWell(server))
            #expect(try await silent)
        }
    }

    @Test func expectedContinuesAreSaid() async throws {
        try await TestServer.run { server in
            let body = #"{"history": ["i1"]}"#
            let fields = ["Content-Type: application/json", "Expect: 100-continue", "Connection: close"]
            let start =
                "POST /v1/recommend HTTP/1.1\r\nHost: 127.0.0.1:\(server.state.port)\r\n"
                + fields.joined(separator: "\r\n") + "\r\nContent-Length: "
            let reply = try await server.client.exchange([
                .text("\(start)\(body.utf8.count)\r\n\r\n"), .receive, .text(body),
            ])
            #expect(reply.raw.hasPrefix("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK"), "\(reply.raw)")
            // Too large a one is refused instead.
            let refused = try await server.client.exchange([.text("\(start)99999999\r\n\r\n"), .receive])
            #expect(refused.raw.hasPrefix("HTTP/1.1 413"))
        }
    }
}
