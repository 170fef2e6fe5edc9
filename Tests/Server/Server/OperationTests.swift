import Files
import Foundation
import IISAN
import Logging
import ServiceLifecycle
import Serving
import TestSupport
import Testing

@testable import Server

/// What people and monitors look at, and what whoever runs the server does.
@Suite(.oneAtATime) struct OperationTests {
    @Test func healthAndInfo() async throws {
        try await TestServer.run { server in
            #expect(try await server.client.send("GET", "/health/live").text("status") == "live")
            #expect(try await server.client.send("GET", "/health/ready").text("status") == "ready")
            let info = try await server.client.send("GET", "/info")
            #expect(info.text("model") == "small" && info.text("method") == "content" && info["accepts_items"] as? Bool == true)
            #expect(info["compared_by"] as? [String] == ["all", "text"])
            #expect(info.number("limits.n") == 1000 && info.number("limits.picture_bytes") == 10_000_000)
            server.state.drain()
            let draining = try await server.client.send("GET", "/health/ready")
            #expect(
                draining.status == 503 && draining.text("error.code") == "draining" && draining.headers["retry-after"] == "1")
            // What still comes is answered, and is the last of its connection.
            let last = try await server.client.send(
                "POST", "/v1/recommend", #"{"history": ["i1"]}"#, headers: ["Connection": "keep-alive"])
            #expect(last.status == 200 && last.headers["connection"] == "close")
        }
    }

    @Test func pathsAndMethodsThatAreNot() async throws {
        try await TestServer.run { server in
            for path in ["/nothing", "/v1", "/v1/", "/v1/items/a/b", "/v1/recommend/x", "/V1/items"] {
                let reply = try await server.client.send("GET", path)
                #expect(reply.status == 404 && reply.text("error.code") == "no_route", "\(path)")
            }
            #expect(try await server.client.send("GET", "/v1/items//picture").status == 400)
            let get = try await server.client.send("GET", "/v1/recommend")
            #expect(get.status == 405 && get.headers["allow"] == "POST" && get.text("error.code") == "method")
            let post = try await server.client.send("POST", "/v1/items/i1", "{}")
            #expect(post.status == 405 && post.headers["allow"] == "DELETE, GET, HEAD, PATCH, PUT")
            #expect(try await server.client.send("TRACE", "/info").status == 405)
            for path in ["/v1/users/u", "/v1/items/i0"] {
                let gone = try await server.client.send("DELETE", path)
                #expect(gone.status == 204 && gone.headers["content-length"] == nil && gone.headers["content-type"] == nil)
            }
            let none = try await server.client.send("HEAD", "/v1/items/nobody")
            #expect(none.status == 404 && none.body.isEmpty && none.headers["content-length"] != "0")
            let head = try await server.client.send("HEAD", "/v1/items/i1")
            #expect(head.status == 200 && head.body.isEmpty && head.headers["etag"] == "\"0\"")
        }
    }

    @Test func everyAnswerHasItsFields() async throws {
        try await TestServer.run { server in
            for path in ["/info", "/nothing", "/v1/items/nobody", "/metrics"] {
                let reply = try await server.client.send("GET", path, headers: ["X-Request-ID": "my-id.1"])
                #expect(reply.headers["x-request-id"] == "my-id.1" && reply.headers["x-content-type-options"] == "nosniff")
                #expect(reply.headers["cross-origin-resource-policy"] == "same-origin" && reply.headers["date"] != nil)
                #expect(reply.headers["content-security-policy"]?.hasPrefix("default-src 'none'") == true)
            }
            // What is no plain name is not told again.
            let odd = try await server.client.send("GET", "/info", headers: ["X-Request-ID": "a b\"<"])
            #expect(odd.headers["x-request-id"]?.contains(" ") == false)
        }
    }

    /// One line each, which names the route and nobody.
    @Test func requestsAreLoggedByTheirRoutes() async throws {
        try await TestServer.run { server in
            _ = try await server.client.send(
                "GET", "/v1/users/secret-user/recommend",
                headers: ["traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "X-Request-ID": "r1"])
            let lines = server.log.lines.filter { $0.contains("r1") }
            #expect(lines.count == 1)
            let line = try #require(lines.first)
            #expect(line.hasPrefix("info GET /v1/users/{user}/recommend 200 ") && line.contains("traceparent=00-0af7"))
            #expect(!server.log.lines.contains { $0.contains("secret-user") })
        }
    }

    @Test func numbersAreTold() async throws {
        try await TestServer.run { server in
            _ = try await server.client.send("POST", "/v1/events", #"[{"user": "u", "item": "i1"}]"#)
            for _ in 0..<3 { _ = try await server.client.send("GET", "/v1/users/u/recommend") }
            _ = try await server.client.send("GET", "/v1/items/x")
            let reply = try await server.client.send("GET", "/metrics")
            #expect(reply.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
            let lines = String(decoding: reply.body, as: UTF8.self).split(separator: "\n").map(String.init)
            for line in [
                #"iisan_requests_total{route="/v1/users/{user}/recommend",method="GET",status="200"} 3.0"#,
                #"iisan_requests_total{route="/v1/items/{item}",method="GET",status="404"} 1.0"#,
                #"iisan_request_seconds_count{route="/v1/users/{user}/recommend"} 3"#,
                "iisan_database_events 1.0", "iisan_ready 1.0", "# TYPE iisan_model_seconds histogram",
                "iisan_model_seconds_count 3",
                "iisan_model_questions_total 3.0", #"iisan_answer_questions_bucket{le="1.0"} 3"#,
            ] { #expect(lines.contains(line), "\(line)") }
            #expect(!lines.contains { $0.contains("\"u\"") })
        }
    }

    @Test func aReloadAndABackup() async throws {
        try await TestServer.run { server in
            let reloaded = try await server.client.send("POST", "/v1/admin/reload")
            #expect(reloaded.status == 200 && reloaded.text("model") == "another" && reloaded.number("catalogue_revision") == 1)
            #expect(try await server.client.send("GET", "/info").text("model") == "another")
            let backup = try await server.client.send("POST", "/v1/admin/backup")
            #expect(backup.status == 201)
            let file = try #require(backup.text("file"))
            #expect(FileManager.default.fileExists(atPath: server.state.backups.appending(path: file).path))
            let stats = try await server.client.send("GET", "/v1/admin/stats")
            #expect(stats.text("phase") == "ready" && stats.number("database.events") == 0)
        }
    }

    /// As many requests as may are worked on, and the others are told to come again.
    @Test func aBusyServerSaysSo() async throws {
        try await TestServer.run({ $0.requests = 4 }) { server in
            let gate = DispatchSemaphore(value: 0)
            async let held: Void = server.model.ask { _ in gate.wait() }
            let question = #"{"history": ["i1"]}"#
            async let statuses = withThrowingTaskGroup(of: RawClient.Reply.self) { group in
                for _ in 0..<12 { group.addTask { try await server.client.send("POST", "/v1/recommend", question) } }
                return try await group.reduce(into: [RawClient.Reply]()) { $0.append($1) }
            }
            try await Task.sleep(for: .milliseconds(500))
            // Whoever watches is answered.
            #expect(try await server.client.send("GET", "/health/ready").status == 200)
            gate.signal()
            try await held
            let replies = try await statuses
            #expect(replies.count { $0.status == 200 } == 4)
            let refused = replies.filter { $0.status == 429 }
            #expect(
                refused.count == 8 && refused.allSatisfy { $0.headers["retry-after"] == "1" && $0.text("error.code") == "busy" }
            )
            #expect(try await server.client.send("POST", "/v1/recommend", question).status == 200)
        }
    }

    /// Requests under way are answered when the server is told to stop, and new connections are not taken.
    @Test func requestsUnderWayAreAnsweredAtTheEnd() async throws {
        try await TestServer.run { server in
            let gate = DispatchSemaphore(value: 0)
            async let held: Void = server.model.ask { _ in gate.wait() }
            async let reply = server.client.send("POST", "/v1/recommend", #"{"history": ["i1"]}"#)
            try await Task.sleep(for: .milliseconds(200))
            await server.group.triggerGracefulShutdown()
            while server.state.phase != .draining { try await Task.sleep(for: .milliseconds(2)) }
            try await Task.sleep(for: .milliseconds(200))
            await #expect(throws: (any Error).self) { try await server.client.send("GET", "/health/live") }
            gate.signal()
            try await held
            #expect(try await reply.status == 200)
        }
    }

    /// A request that never ends does not hold the server longer than it may.
    @Test func theEndIsBound() async throws {
        let start = ContinuousClock.now
        let gate = DispatchSemaphore(value: 0)
        try await TestServer.run({ $0.grace = 1 }) { server in
            let port = server.state.port
            // A body that is awaited.
            Task.detached {
                _ = try await server.client.exchange(
                    [
                        .text(
                            "POST /v1/recommend HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nContent-Type: application/json\r\n"
                                + "Content-Length: 10\r\n\r\n"), .wait(15),
                    ])
                gate.signal()
            }
            try await Task.sleep(for: .milliseconds(300))
        }
        #expect(ContinuousClock.now - start < .seconds(8))
    }

    /// While the model is being opened the server is there, says so, and what cannot be opened ends it.
    @Test func aServerThatIsLoadingSaysSo() async throws {
        var settings = ServeSettings()
        settings.port = 0
        let state = ServerState(settings, backups: URL(filePath: "/nowhere"))
        let application = try ServerApplication(
            state, logger: Logger(label: "test") { _ in LogLines.Handler(lines: LogLines()) })
        let client = RawClient { state.port }
        let problem = UserError("no such run", remedy: "Train one.")
        let error = await #expect(throws: UserError.self) {
            try await application.run(stoppedBy: []) {
                while state.port == 0 { try await Task.sleep(for: .milliseconds(2)) }
                #expect(try await client.send("GET", "/health/live").status == 200)
                let ready = try await client.send("GET", "/health/ready")
                #expect(ready.status == 503 && ready.text("error.code") == "loading" && ready.headers["retry-after"] == "1")
                let asked = try await client.send("POST", "/v1/recommend", #"{"history": ["i1"]}"#)
                #expect(asked.status == 503 && asked.text("error.type") == "unavailable")
                #expect(try await client.send("GET", "/metrics").status == 200)
                throw problem
            }
        }
        #expect(error == problem)
    }

    @Test func anAddressThatIsTakenIsNamed() async throws {
        try await TestServer.run { server in
            var settings = ServeSettings()
            settings.port = server.state.port
            let state = ServerState(settings, backups: URL(filePath: "/nowhere"))
            let other = try ServerApplication(state, logger: Logger(label: "test") { _ in LogLines.Handler(lines: LogLines()) })
            let error = await #expect(throws: UserError.self) {
                try await other.run(stoppedBy: []) {
                    try await Task.sleep(for: .seconds(20))
                    throw CancellationError()
                }
            }
            #expect(error?.place == "127.0.0.1:\(settings.port)" && error?.problem.contains("in use") == true)
        }
    }
}
