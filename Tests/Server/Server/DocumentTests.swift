import Foundation
import IISAN
import Logging
import TestSupport
import Testing

@testable import Server

/// `/openapi.json` says what the routes are.
@Suite(.oneAtATime) struct DocumentTests {
    private func document() throws -> [String: Any] {
        let bytes = Data(PackageResources.openapi_json)
        return try #require(try JSONSerialization.jsonObject(with: bytes) as? [String: Any])
    }

    @Test func everyRouteIsInItAndTheReverse() throws {
        let state = ServerState(ServeSettings(), backups: URL(filePath: "/nowhere"))
        let application = try ServerApplication(state, logger: Logger(label: "test"))
        let routes = Set(application.router.routes.map { "\($0.method) \($0.path)" })
        let paths = try #require(document()["paths"] as? [String: [String: Any]])
        let documented = Set(paths.flatMap { path, methods in methods.keys.map { "\($0.uppercased()) \(path)" } })
        #expect(routes == documented && routes.count > 20)
    }

    /// Each parameter of a path is named, and each limit is the one that is looked at.
    @Test func itsLimitsAreOurs() throws {
        let document = try document()
        func value(_ path: String...) -> Any? { path.reduce(document) { ($0 as? [String: Any])?[$1] } }
        let schemas = ["components", "schemas"]
        func schema(_ path: String...) -> Any? { (schemas + path).reduce(document) { ($0 as? [String: Any])?[$1] } }
        #expect(schema("Id", "maxLength") as? Int == Checks.idBytes)
        #expect(schema("ItemBody", "properties", "title", "maxLength") as? Int == Checks.titleCharacters)
        #expect(schema("ItemBody", "properties", "tags", "maxItems") as? Int == Checks.tags)
        let questions = try #require(schema("Question", "oneOf") as? [[String: Any]])
        let names = questions.map { Set(($0["properties"] as? [String: Any] ?? [:]).keys) }
        #expect(names[0].union(names[1]) == Set(RecommendBody.known))
        let properties = try #require(questions[1]["properties"] as? [String: [String: Any]])
        #expect(properties["history"]?["maxItems"] as? Int == Checks.history)
        #expect(properties["exclude"]?["maxItems"] as? Int == Checks.exclude)
        #expect(Set((schema("ItemBody", "properties") as? [String: Any] ?? [:]).keys) == Set(ItemBody.known))
        let types = try #require(schema("Failure", "properties", "error", "properties", "type", "enum") as? [String])
        for status in [400, 401, 403, 404, 405, 408, 409, 412, 413, 415, 422, 429, 431, 500, 503, 507] {
            #expect(types.contains(Failure(.init(code: status), "x", "x").type))
        }
    }

    /// Another program finds nothing wrong with it.
    @Test func aValidatorIsContent() async throws {
        try await TestServer.run { server in
            let reply = try await server.client.send("GET", "/openapi.json")
            #expect(reply.status == 200 && reply.headers["content-type"] == "application/json")
            let file = FileManager.default.temporaryDirectory.appending(path: "openapi-\(UUID().uuidString).json")
            defer { try? FileManager.default.removeItem(at: file) }
            try reply.body.write(to: file)
            let process = Process()
            process.executableURL = URL(filePath: "/usr/bin/env")
            process.arguments = ["python3", "-m", "openapi_spec_validator", file.path]
            let output = Pipe()
            (process.standardOutput, process.standardError) = (output, output)
            try process.run()
            let said = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            // A machine without it looks at the rest.
            if said.contains("No module named") { return }
            #expect(process.terminationStatus == 0, "\(said)")
        }
    }
}
