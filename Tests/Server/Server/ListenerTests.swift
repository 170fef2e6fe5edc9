#if os(Linux)
    import Foundation
    import TestSupport
    import Testing

    @testable import Server

    /// A server that ends takes the connections that the system has made, and no others.
    @Suite(.oneAtATime) struct ListenerTests {
        /// A request after which its connection ends.
        private func last(_ server: TestServer) -> String {
            "GET /health/live HTTP/1.1\r\nHost: 127.0.0.1:\(server.state.port)\r\nConnection: close\r\n\r\n"
        }

        @Test func theQueueRunsDry() async throws {
            // One connection at a time: the others wait in the system's queue.
            try await TestServer.run({ $0.connections = 1 }) { server in
                let listener = try #require(server.state.listener)
                let request = last(server)
                async let held = server.client.exchange([.wait(2), .text(request)])
                try await Task.sleep(for: .milliseconds(200))
                async let queued = withThrowingTaskGroup(of: Int.self) { group in
                    for _ in 0..<3 { group.addTask { try await server.client.send("GET", "/health/live").status } }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                let end = ContinuousClock.now + .seconds(10)
                while await listener.waiting < 3 {
                    try #require(ContinuousClock.now < end, "not all connections wait")
                    try await Task.sleep(for: .milliseconds(5))
                }
                async let dry: Void = listener.runDry(within: .seconds(10))
                try await Task.sleep(for: .milliseconds(100))
                // A new one is not made, and so cannot be reset.
                await #expect(throws: (any Error).self) { try await server.client.exchange([.text(request)], timeout: 1) }
                #expect(try await held.status == 200)
                #expect(try await queued == [200, 200, 200])
                await dry
                #expect(await listener.waiting == 0)
            }
        }

        /// A queue that nobody empties does not hold the end.
        @Test func runningDryIsBound() async throws {
            try await TestServer.run({ $0.connections = 1 }) { server in
                let listener = try #require(server.state.listener)
                async let held = server.client.exchange([.wait(2), .text(last(server))])
                try await Task.sleep(for: .milliseconds(200))
                async let queued = server.client.send("GET", "/health/live")
                while await listener.waiting == 0 { try await Task.sleep(for: .milliseconds(5)) }
                let start = ContinuousClock.now
                await listener.runDry(within: .milliseconds(300))
                #expect(ContinuousClock.now - start < .seconds(1.5))
                #expect(try await held.status == 200)
                #expect(try await queued.status == 200)
            }
        }
    }
#endif
