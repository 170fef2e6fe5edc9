import Foundation
import IISAN
import TestSupport
import Testing

@testable import Server

/// The bodies of all requests together have a bound.
@Suite(.oneAtATime) struct BodyBudgetTests {
    private static let size = 190_000

    /// A request whose body comes but for its last byte, which follows after a while.
    private func slow(_ server: TestServer, _ seconds: Double) async throws -> RawClient.Reply {
        let body = #"{"history": ["i1"]}"#
        let head = """
            POST /v1/recommend HTTP/1.1\r
            Host: 127.0.0.1:\(server.state.port)\r
            Content-Type: application/json\r
            Connection: close\r
            Content-Length: \(Self.size)\r
            \r

            """
        let spaces = String(repeating: " ", count: Self.size - body.utf8.count - 1)
        return try await server.client.exchange([.text(head + body + spaces), .wait(seconds), .text(" ")])
    }

    @Test func whatTheOthersLeaveIsTaken() async throws {
        let counted = Self.size - BodyBudget.free
        let settings = { (settings: inout ServeSettings) in
            (settings.body.bytes, settings.bulk.bytes, settings.picture.bytes) = (200_000, 200_000, 1000)
            settings.bodies.bytes = 210_000
        }
        try await TestServer.run(settings) { server in
            async let first = slow(server, 1.5)
            let end = ContinuousClock.now + .seconds(10)
            while server.state.bodies.bytes < counted - 1 {
                try #require(ContinuousClock.now < end, "\(server.state.bodies.bytes) bytes are counted")
                try await Task.sleep(for: .milliseconds(5))
            }
            let second = try await slow(server, 0)
            #expect(second.status == 429 && second.text("error.code") == "busy" && second.headers["retry-after"] == "1")
            // Small ones are answered all the same.
            #expect(try await server.client.send("POST", "/v1/recommend", #"{"history": ["i1"]}"#).status == 200)
            let numbers = try await server.client.send("GET", "/metrics").raw
            #expect(numbers.contains("\niisan_bodies_refused_total 1.0\n"))
            #expect(numbers.contains("\niisan_body_bytes \(Double(counted - 1))\n"))
            #expect(try await first.status == 200)
            // What a request took is given back, be it answered or refused.
            #expect(server.state.bodies.bytes == 0)
            #expect(try await slow(server, 0).status == 200)
            #expect(server.state.bodies.bytes == 0)
        }
    }
}
