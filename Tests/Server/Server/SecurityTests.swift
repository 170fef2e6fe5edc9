import Files
import Foundation
import IISAN
import TestSupport
import Testing

@testable import Server

/// Who is let in: names, origins and tokens.
@Suite(.oneAtATime) struct SecurityTests {
    static let read = String(repeating: "r", count: 32)
    static let write = String(repeating: "w", count: 40)
    static let admin = String(repeating: "a", count: 32)
    static let tokens = "# ours\n\nread \(read)\nwrite \(write)\nadmin \(admin)\n"

    /// A page of another name that points here (DNS rebinding) is told by the name it asks for, reading or writing.
    @Test(arguments: [
        ("evil.example", 403), ("evil.example:PORT", 403), ("localhost.evil.example:PORT", 403), ("127.0.0.1:1", 403),
        ("", 403),
        ("127.0.0.1", 403), ("localhost:PORT@evil.example", 403), ("[::1", 403), ("127.0.0.2:PORT", 403),
        ("localhost:PORT", 200), ("LocalHost:PORT", 200), ("127.0.0.1:PORT", 200), ("[::1]:PORT", 200),
        ("shop.example", 200), ("shop.example:443", 200), ("api.example:8080", 200), ("api.example", 403),
    ]) func onlyItsOwnNamesAreAnswered(_ host: String, _ status: Int) async throws {
        try await TestServer.run({ $0.hosts = ["Shop.example", "api.example:8080"] }) { server in
            let host = host.replacing("PORT", with: "\(server.state.port)")
            let reply = try await server.client.send("GET", "/v1/users/u/recommend", headers: ["Host": host])
            #expect(reply.status == status && (status == 200 || reply.text("error.code") == "foreign_host"), "\(reply.raw)")
        }
    }

    @Test func aRequestNeedsOneHost() async throws {
        try await TestServer.run { server in
            let own = "127.0.0.1:\(server.state.port)"
            let none = try await server.client.exchange([.text("GET /info HTTP/1.1\r\nConnection: close\r\n\r\n")])
            #expect(none.status == 403 && none.text("error.code") == "foreign_host")
            let two = try await server.client.exchange([
                .text("GET /info HTTP/1.1\r\nHost: \(own)\r\nHost: evil\r\nConnection: close\r\n\r\n")
            ])
            #expect([400, 403].contains(two.status))
            let absolute = try await server.client.exchange([
                .text("GET http://\(own)/info HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n")
            ])
            #expect(absolute.status == 403 && absolute.text("error.code") == "foreign_host", "\(absolute.raw)")
        }
    }

    @Test func pagesOfOtherSitesChangeNothing() async throws {
        try await TestServer.run { server in
            func post(_ headers: [String: String]) async throws -> RawClient.Reply {
                try await server.client.send(
                    "POST", "/v1/events", #"[{"user": "u", "item": "i1", "time": 1}]"#, headers: headers)
            }
            let own = "http://127.0.0.1:\(server.state.port)"
            for headers in [
                ["Origin": "https://evil.example"], ["Origin": "null"], ["Origin": "http://127.0.0.1:1"],
                ["Sec-Fetch-Site": "cross-site"], ["Sec-Fetch-Site": "same-site", "Origin": own],
            ] {
                let reply = try await post(headers)
                #expect(reply.status == 403 && reply.text("error.code") == "foreign_origin", "\(headers)")
            }
            #expect(try await server.database.statistics().events == 0)
            for headers in [["Origin": own], ["Sec-Fetch-Site": "same-origin"], ["Sec-Fetch-Site": "none"], [:]] {
                #expect(try await post(headers).status == 200, "\(headers)")
            }
            // What a form of another site can send is no JSON.
            let form = try await server.client.send("POST", "/v1/events", "[]", type: "text/plain")
            #expect(form.status == 415)
            #expect(try await server.client.send("POST", "/v1/events", "[]", type: nil).status == 415)
        }
    }

    @Test func eachTokenOpensItsScope() async throws {
        try await TestServer.run(tokens: Self.tokens) { server in
            let question = ("POST", "/v1/recommend", #"{"history": ["i1"]}"#)
            let change = ("PUT", "/v1/items/n1", #"{"title": "x"}"#)
            let work = ("POST", "/v1/admin/backup", "{}")
            for (request, allowed) in [
                (question, [Self.read, Self.write, Self.admin]), (change, [Self.write, Self.admin]), (work, [Self.admin]),
            ] {
                let without = try await server.client.send(request.0, request.1, request.2)
                #expect(without.status == 401 && without.headers["www-authenticate"] == "Bearer")
                for token in [Self.read, Self.write, Self.admin, "wrong", Self.read + "r", String(Self.read.dropLast())] {
                    let reply = try await server.client.send(request.0, request.1, request.2, token: token)
                    #expect(allowed.contains(token) ? reply.status < 300 : reply.status == 403, "\(request.1) \(reply.raw)")
                }
                let basic = try await server.client.send(
                    request.0, request.1, request.2, headers: ["Authorization": "Basic \(Self.admin)"])
                #expect(basic.status == 401)
            }
            #expect(try await server.client.send("GET", "/health/live").status == 200)
            #expect(try await server.client.send("GET", "/info").status == 200)
            let log = server.log.lines.joined(separator: "\n")
            for token in [Self.read, Self.write, Self.admin, "wrong"] { #expect(!log.contains(token)) }
        }
    }

    @Test func tokensAreCheckedAtTheStart() throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "tokens")
            func problem(_ content: String, mode: Int = 0o600) -> String? {
                try? FileManager.default.removeItem(at: file)
                _ = FileManager.default.createFile(
                    atPath: file.path, contents: Data(content.utf8), attributes: [.posixPermissions: mode])
                do { _ = try AccessTokens(file: file) } catch { return (error as? UserError)?.description }
                return nil
            }
            #expect(problem(Self.tokens) == nil)
            #expect(problem(Self.tokens, mode: 0o640)?.contains("chmod 600") == true)
            #expect(problem("read short")?.contains(":1: the token has 5 bytes") == true)
            let odd = problem("root \(Self.read)")
            #expect(odd?.contains("read|write|admin") == true && odd?.contains(Self.read) == false)
            #expect(problem("read \(Self.read)\nadmin \(Self.read)")?.contains(":2: the token stands twice") == true)
            #expect(problem("# nothing")?.contains("no tokens") == true)
            #expect(throws: UserError.self) { try AccessTokens(file: folder.appending(path: "none")) }
        }
    }

    @Test(arguments: ["0.0.0.0", "::", "192.168.1.5", "shop.example"]) func othersAreServedWithTokensOnly(_ host: String) throws
    {
        try withTemporaryFolder { folder in
            var settings = ServeSettings()
            settings.host = host
            let error = #expect(throws: UserError.self) { try Gatekeeper(settings) }
            #expect(error?.place == "serve.host" && error?.remedy?.contains("serve.tokens") == true)
            let file = folder.appending(path: "tokens")
            _ = FileManager.default.createFile(
                atPath: file.path, contents: Data(Self.tokens.utf8), attributes: [.posixPermissions: 0o600])
            settings.tokens = file.path
            let open = try Gatekeeper(settings)
            #expect(open.isOpen)
            settings.host = "127.0.0.1"
            let closed = try Gatekeeper(settings)
            #expect(!closed.isOpen)
        }
    }

    /// Where others can reach the server its numbers need a token.
    @Test func numbersOfAnOpenServerNeedAToken() async throws {
        try await TestServer.run(tokens: Self.tokens, { $0.host = "0.0.0.0" }) { server in
            let without = try await server.client.send("GET", "/metrics")
            #expect(without.status == 401)
            let with = try await server.client.send("GET", "/metrics", token: Self.read)
            #expect(with.status == 200)
        }
    }
}
