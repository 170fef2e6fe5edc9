import Foundation
import Synchronization
import TestSupport
import Testing

/// A trained run over HTTP, as the built command serves it.
@Suite(.serialized) struct ServeTests {
    /// A shop with a trained run.
    private static func shop(_ folder: URL) throws {
        _ = try SmallShop(folder)
        let outcome = try CommandLine.run(["run", "config.yaml"], in: folder)
        guard outcome.code == 0 else { throw Trouble(outcome.errors) }
    }

    private func withShop(_ body: (URL) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "iisan-test-\(UUID())")
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Self.shop(folder)
        try await body(folder)
    }

    private func picture(_ item: String, in folder: URL) throws -> Data {
        try Data(contentsOf: folder.appending(path: "world/pictures/\(item).png"))
    }

    /// Items come, are in the next answer, outlive a kill, are in a new run's answers, and go.
    @Test func itemsComeAndGo() async throws {
        try await withShop { folder in
            var server = try RunningServer("runs/iisan", in: folder)
            let question = #"{"history": ["i003", "i004"], "n": 200}"#
            let before = try await server.recommended(question)
            #expect(before["new"] == nil && before.count == 118)
            #expect(try await server.ask("PUT", "/v1/items/new", #"{"title": "A kettle", "tags": ["tea"]}"#).status == 201)
            #expect(
                try await server.ask("PUT", "/v1/items/new/picture", data: self.picture("i005", in: folder), type: "image/png")
                    .status
                    == 201)
            let with = try await server.recommended(question)
            #expect(with.count == 119 && with.keys.contains("new"))
            for (id, score) in before { #expect(with[id] == score) }
            #expect(
                try await server.recommended(#"{"history": ["new", "i003"], "where": [["tea"]], "keep_seen": true}"#).count == 1
            )
            // One that is nowhere is answered as the one with the same title and picture.
            let picture = try picture("i005", in: folder).base64EncodedString()
            let raw = try await server.recommended(
                #"{"history": ["i003", {"title": "A kettle", "picture": "\#(picture)"}], "n": 200, "exclude": ["new"]}"#)
            let kept = try await server.recommended(#"{"history": ["i003", "new"], "n": 200}"#)
            #expect(Set(raw.keys) == Set(kept.keys))
            for (id, score) in kept { #expect(raw[id].map { abs($0 - score) < 1e-4 } == true, "\(id)") }
            let nothing = try await server.ask("POST", "/v1/recommend", #"{"history": [{"title": null}]}"#)
            #expect(nothing.status == 422)
            #expect(try await server.ask("PATCH", "/v1/items/i010", #"{"hidden": true}"#).status == 200)

            // All of it is there after a kill, with the same scores.
            #expect(server.kill(SIGKILL) == SIGKILL)
            server = try RunningServer("runs/iisan", in: folder)
            var expected = with
            expected["i010"] = nil
            #expect(try await server.recommended(question) == expected)
            #expect(try await server.ask("GET", "/v1/items/new/picture").status == 200)

            // Another run in the same place answers with them too, as soon as it is asked to.
            let trained = try CommandLine.run(["train", "config.yaml", "--set", "train.epochs=3", "--replace"], in: folder)
            #expect(trained.code == 0, "\(trained.errors)")
            #expect(try await server.recommended(question) == expected)
            let reload = try await server.ask("POST", "/v1/admin/reload", "")
            #expect(reload.status == 200)
            let other = try await server.recommended(question)
            #expect(other != expected && Set(other.keys) == Set(expected.keys))

            #expect(try await server.ask("DELETE", "/v1/items/new").status == 204)
            #expect(try await server.ask("GET", "/v1/items/new").status == 404)
            #expect(try await server.recommended(question)["new"] == nil)
            #expect(server.kill(SIGTERM) == 0)
            #expect(try String(contentsOf: folder.appending(path: "serve-errors"), encoding: .utf8) == "")
        }
    }

    /// What a server has recorded is appended to its dataset, a new run is trained on it, and takes its place under questions.
    @Test func theLoopCloses() async throws {
        try await withShop { folder in
            let server = try RunningServer("runs/iisan", in: folder)
            let body = try JSONSerialization.data(withJSONObject: [
                "title": "A kettle", "picture": picture("i005", in: folder).base64EncodedString(),
            ])
            #expect(try await server.ask("DELETE", "/v1/items/i020").status == 204)
            for id in ["new", "i020"] { #expect(try await server.ask("PUT", "/v1/items/\(id)", data: body).status == 201) }
            let events = (0..<30).map { place in
                let item = place < 6 ? "new" : "i0\(10 + place)"
                return #"{"user": "v\#(place % 3)", "item": "\#(item)", "time": \#(1_700_000_000 + place)}"#
            }
            let taken = try await server.ask(
                "POST", "/v1/events", events.joined(separator: "\n"), type: "application/x-ndjson")
            #expect(taken.status == 200)

            func command(_ arguments: String...) throws -> CommandLine.Outcome { try CommandLine.run(arguments, in: folder) }
            let appended = try command("data", "append", "dataset", "--from", "runs/iisan.served")
            #expect(
                appended.code == 0 && appended.output.hasPrefix("30 interactions, 3 users and 1 items are new; 1 items"),
                "\(appended)")
            #expect(
                try command("data", "append", "dataset", "--from", "runs/iisan.served").output.hasPrefix(
                    "0 interactions, 0 users"))
            let trained = try command("run", "config.yaml", "--set", "train.run=runs/next", "--set", "train.epochs=3")
            #expect(trained.code == 0 && trained.errors.contains("nothing has changed"), "\(trained.errors)")

            let before = try await server.ask("GET", "/info").object()["model"] as? String
            let promoted = try command("promote", "runs/next", "--over", "runs/iisan", "--even-if-worse", "--format", "json")
            #expect(promoted.code == 0, "\(promoted)")
            let outcome = try #require(JSONSerialization.jsonObject(with: Data(promoted.output.utf8)) as? [String: Any])
            let after = try await server.ask("GET", "/info").object()["model"] as? String
            #expect(outcome["serving"] as? String == after && after != before && after?.hasPrefix("iisan@") == true)
            #expect(try command("evaluate", "runs/iisan.previous-1").code == 1, "its dataset is another one by now")
            // Both items are of the new dataset now: nothing of them is unknown to the model.
            let question = #"{"history": ["i003"], "n": 200}"#
            let items = try await server.ask("POST", "/v1/recommend", question).object()["items"] as? [[String: Any]] ?? []
            let found = items.filter { ["new", "i020"].contains($0["item"] as? String ?? "") }
            #expect(found.count == 2 && found.allSatisfy { $0["unknown_parts"] == nil }, "\(found)")
            #expect(items.count == 120)
        }
    }

    /// An item of the dataset that was removed and comes back, and one that was changed, are after a restart what they were before.
    @Test func aRestartChangesNothing() async throws {
        try await withShop { folder in
            var server = try RunningServer("runs/iisan", in: folder)
            let question = #"{"history": ["i003", "i004", "n1", "i020"], "n": 200}"#
            for (id, title) in [("i020", "Another"), ("n1", "One"), ("n2", "Two"), ("i021", "Changed")] {
                if id == "i020" { #expect(try await server.ask("DELETE", "/v1/items/i020").status == 204) }
                let body = try JSONSerialization.data(withJSONObject: [
                    "title": title, "picture": picture("i007", in: folder).base64EncodedString(),
                ])
                #expect(try await server.ask("PUT", "/v1/items/\(id)", data: body).status == (id == "i021" ? 200 : 201))
            }
            let before = try await server.recommended(question)
            let stats = try await server.ask("GET", "/v1/admin/stats").object()
            #expect(before.count == 118 && stats["phase"] as? String == "ready")
            server.kill(SIGKILL)
            server = try RunningServer("runs/iisan", in: folder)
            let after = try await server.recommended(question)
            // Items that are read together are rounded otherwise than one by one.
            #expect(Set(after.keys) == Set(before.keys))
            for (id, score) in before {
                #expect(after[id].map { abs($0 - score) < 1e-5 * max(1, abs(score)) } == true, "\(id)")
            }
        }
    }

    /// Connections end before open files do: with as many as may be, an item still comes, whose encoders and picture are files.
    @Test func fewOpenFilesAreFewConnections() async throws {
        try await withShop { folder in
            let server = try RunningServer("runs/iisan", in: folder, after: "ulimit -n 120")
            let said = try String(contentsOf: folder.appending(path: "serve-errors"), encoding: .utf8)
            #expect(said.hasPrefix("no more than 60 connections"), "\(said)")
            #expect(try await server.ask("GET", "/health/ready").status == 200)
            var held: [Int32] = []
            defer { held.forEach { close($0) } }
            for _ in 0..<55 { held.append(try server.connection()) }
            let body = try JSONSerialization.data(withJSONObject: [
                "title": "A kettle", "picture": picture("i005", in: folder).base64EncodedString(),
            ])
            #expect(try await server.ask("PUT", "/v1/items/new", data: body).status == 201)
            #expect(try await server.ask("GET", "/v1/items/new/picture").status == 200)
            #expect(try await server.recommended(#"{"history": ["i003"], "n": 200}"#)["new"] != nil)
            #expect(server.kill(SIGTERM) == 0)
        }
    }

    /// A command that has to serve a run for itself says why that cannot be opened, every time.
    @Test func aRunThatCannotBeOpenedIsAnError() async throws {
        try await withShop { folder in
            func run(_ arguments: String) throws -> CommandLine.Outcome {
                try CommandLine.run(arguments.split(separator: " ").map(String.init), in: folder)
            }
            #expect(try run("items add runs/iisan new --title Kettle").code == 0)
            #expect(try run("train config.yaml --set train.method=id --set train.epochs=1 --set train.run=runs/id").code == 0)
            // Of the item that came in this run knows nothing, which is found out once its server listens.
            try FileManager.default.copyItem(
                at: folder.appending(path: "runs/iisan.served"), to: folder.appending(path: "runs/id.served"))
            for _ in 0..<12 {
                let outcome = try run("items list runs/id")
                #expect(outcome.code == 1 && outcome.errors.hasPrefix("Error: id knows items by"), "\(outcome)")
            }
        }
    }

    /// A request that never ends holds a server that is told to stop no longer than it may, and that is an end like any other.
    @Test func aRequestThatNeverEndsIsEnded() async throws {
        try await withShop { folder in
            let server = try RunningServer("runs/iisan", in: folder, options: ["serve.grace=1"])
            #expect(try await server.ask("PUT", "/v1/items/new", #"{"title": "A kettle"}"#).status == 201)
            let connection = try server.connection()
            defer { close(connection) }
            let head = "POST /v1/recommend HTTP/1.1\r\nHost: 127.0.0.1:\(server.base.port!)\r\n"
            let request = head + "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
            #expect(send(connection, request, request.utf8.count, 0) == request.utf8.count)
            try await Task.sleep(for: .milliseconds(300))
            let start = ContinuousClock.now
            #expect(server.kill(SIGTERM) == 0)
            #expect(ContinuousClock.now - start < .seconds(8))
            // The database was closed as well: its log is empty.
            let log = folder.appending(path: "runs/iisan.served/database.sqlite-wal")
            let left = FileManager.default.fileExists(atPath: log.path) ? try Data(contentsOf: log) : Data()
            #expect(left.isEmpty)
        }
    }

    /// Kills while items and events are written: what was acknowledged is there, and nothing twice.
    @Test func whatWasAcknowledgedOutlivesKills() async throws {
        try await withShop { folder in
            let acknowledged = Acknowledged()
            var random = SeededGenerator(seed: 5)
            for round in 0..<Torture.kills {
                let server = try RunningServer("runs/iisan", in: folder)
                try await acknowledged.check(server)
                let delay = Double.random(in: 0.02...0.6, using: &random)
                await withTaskGroup(of: Void.self) { group in
                    for task in 0..<4 { group.addTask { await acknowledged.write(to: server, round, task) } }
                    try? await Task.sleep(for: .seconds(delay))
                    server.kill(SIGKILL)
                }
            }
            let server = try RunningServer("runs/iisan", in: folder)
            try await acknowledged.check(server)
            #expect(acknowledged.count > Torture.kills)
            // Vectors are those of the same items, made afresh.
            let fresh = folder.appending(path: "fresh")
            try FileManager.default.createDirectory(at: fresh, withIntermediateDirectories: true)
            let another = try RunningServer("runs/iisan", in: folder, options: ["serve.folder=\(fresh.path)/served"])
            for id in acknowledged.items.suffix(20) {
                let item = try await server.ask("GET", "/v1/items/\(id)").object()
                let body = try JSONSerialization.data(withJSONObject: ["title": item["title"] as! String])
                #expect(try await another.ask("PUT", "/v1/items/\(id)", data: body).status == 201)
            }
            let question = #"{"history": ["i003", "i004"], "n": 1000}"#
            let (all, few) = (try await server.recommended(question), try await another.recommended(question))
            for (id, score) in few { #expect(all[id].map { abs($0 - score) < 1e-4 } == true, "\(id)") }
        }
    }

    /// What a server has said that it keeps.
    private final class Acknowledged: Sendable {
        private struct State {
            var items: [String: String] = [:]
            var events: [String: Int] = [:]
        }
        private let state = Mutex(State())

        var items: [String] { state.withLock { $0.items.keys.sorted() } }
        var count: Int { state.withLock { $0.items.count + $0.events.count } }

        /// Writes items and events until the server is no more.
        func write(to server: RunningServer, _ round: Int, _ task: Int) async {
            for step in 0... {
                let name = "\(round)-\(task)-\(step)"
                do {
                    if task == 0 {
                        let reply = try await server.ask("PUT", "/v1/items/k\(name)", #"{"title": "Item \#(name)"}"#)
                        guard reply.status == 201 else { continue }
                        state.withLock { $0.items["k\(name)"] = "Item \(name)" }
                    } else {
                        let event = #"[{"user": "u\#(name)", "item": "i003", "time": 1700000000, "id": "e\#(name)"}]"#
                        let reply = try await server.ask("POST", "/v1/events", event)
                        guard reply.status == 200 else { continue }
                        state.withLock { $0.events["u\(name)"] = 1 }
                    }
                } catch { return }
            }
        }

        func check(_ server: RunningServer) async throws {
            let (items, events) = state.withLock { ($0.items, $0.events) }
            var listed: [String: String] = [:]
            var cursor = 0
            while true {
                let page = try await server.ask("GET", "/v1/items?n=1000&q=item&cursor=\(cursor)").object()
                for item in page["items"] as? [[String: Any]] ?? [] {
                    #expect(listed.updateValue(item["title"] as? String ?? "", forKey: item["id"] as! String) == nil)
                }
                guard let next = (page["next"] as? String).flatMap(Int.init) else { break }
                cursor = next
            }
            for (id, title) in items { #expect(listed[id] == title, "\(id)") }
            for (user, count) in events.shuffled().prefix(100) {
                let found = try await server.ask("GET", "/v1/users/\(user)/events").object()["events"] as? [Any]
                #expect(found?.count == count, "\(user)")
            }
        }
    }
}
