import Database
import Foundation
import TestSupport
import Testing

@testable import Server

/// Questions over HTTP, good and bad.
@Suite(.oneAtATime) struct RecommendTests {
    @Test func aHistoryIsAnswered() async throws {
        try await TestServer.run { server in
            let reply = try await server.client.send(
                "POST", "/v1/recommend", #"{"history": ["i1", "nobody", "i12"], "n": 5, "exclude": ["i0"], "reasons": true}"#)
            #expect(reply.status == 200)
            #expect(reply.headers["content-type"] == "application/json")
            #expect(reply.text("model") == "small" && reply.number("catalogue_revision") == 0)
            #expect(reply["ignored"] as? [String] == ["nobody"])
            #expect(reply["fallback"] as? Bool == false && reply["user_events"] == nil)
            #expect(reply.text("request_id") == reply.headers["x-request-id"])
            let items = reply.texts("items", "item")
            #expect(items.count == 5 && !items.contains("i0") && !items.contains("i1"))
            #expect(reply.text("items.0.title") != nil && reply.number("items.0.rank") == 1)
            #expect((reply["items.0.reasons.parts"] as? [Any])?.count == 2)
            #expect((reply["items.0.reasons.history"] as? [Any])?.count == 2)
            let seen = try await server.client.send(
                "POST", "/v1/recommend", #"{"history": ["i1"], "n": 1000, "keep_seen": true}"#)
            #expect(seen.texts("items", "item").count == 24)
        }
    }

    @Test func aUserIsAnsweredFromTheNewestEvents() async throws {
        try await TestServer.run({ $0.positive = ["buy"] }) { server in
            let none = try await server.client.send("GET", "/v1/users/u%2F1/recommend?n=3")
            #expect(none.status == 200 && none["fallback"] as? Bool == true && none.number("user_events") == 0)
            #expect(none.texts("items", "item") == ["i0", "i1", "i2"])
            let events = #"[{"user": "u/1", "item": "i3", "type": "buy"}, {"user": "u/1", "item": "i0", "type": "skip"}]"#
            let added = try await server.client.send("POST", "/v1/events", events)
            #expect(added.status == 200 && added.number("accepted") == 2)
            let some = try await server.client.send("GET", "/v1/users/u%2F1/recommend?n=1000")
            #expect(some["fallback"] as? Bool == false && some.number("user_events") == 1)
            // What was seen in any way is left out.
            #expect(Set(some.texts("items", "item")).isDisjoint(with: ["i0", "i3"]) && some.texts("items", "item").count == 22)
            let kept = try await server.client.send("POST", "/v1/recommend", #"{"user": "u/1", "n": 1000, "keep_seen": true}"#)
            #expect(kept.texts("items", "item").count == 24)
            // A user whose items are all gone is a new one.
            #expect(try await server.client.send("DELETE", "/v1/items/i3").status == 204)
            let gone = try await server.client.send("GET", "/v1/users/u%2F1/recommend?n=2")
            #expect(gone.status == 200 && gone["fallback"] as? Bool == true && gone["ignored"] as? [String] == ["i3"])
            #expect(gone.texts("items", "item") == ["i1", "i2"])
        }
    }

    @Test func aBatchHasAResultForEach() async throws {
        try await TestServer.run { server in
            let reply = try await server.client.send(
                "POST", "/v1/recommend/batch",
                #"{"requests": [{"history": ["i1"], "n": 2}, {"history": ["x"]}, {"histroy": []}, {"user": "new", "n": 1}]}"#)
            #expect(reply.status == 200)
            #expect(reply.texts("results.0.items", "item").count == 2)
            #expect(reply.text("results.1.error.code") == "unknown_item")
            #expect(reply.text("results.2.error.param") == "requests[2].histroy")
            #expect(reply.text("results.3.items.0.item") == "i0" && reply["results.3.fallback"] as? Bool == true)
            let many = "{\"requests\": [\(Array(repeating: #"{"history": []}"#, count: 257).joined(separator: ","))]}"
            #expect(try await server.client.send("POST", "/v1/recommend/batch", many).status == 413)
        }
    }

    @Test(
        arguments: [
            (#"{"history": ["#, 400, "malformed_json", nil),
            (#"[]"#, 422, "wrong_type", nil),
            (#"{"histroy": ["i1"]}"#, 422, "unknown_field", "histroy"),
            (#"{}"#, 422, "user_or_history", "user"),
            (#"{"user": "u", "history": []}"#, 422, "user_or_history", "user"),
            (#"{"history": ["i1", 2]}"#, 422, "wrong_type", "history[1]"),
            (#"{"history": ["i1", null]}"#, 422, "wrong_type", "history[1]"),
            (#"{"history": "i1"}"#, 422, "wrong_type", "history"),
            (#"{"history": ["i1", ""]}"#, 422, "empty", "history[1]"),
            (#"{"history": ["i1\u0000"]}"#, 422, "invalid_text", "history[0]"),
            (#"{"history": ["i1"], "n": 0}"#, 422, "out_of_range", "n"),
            (#"{"history": ["i1"], "n": 1001}"#, 422, "out_of_range", "n"),
            (#"{"history": ["i1"], "n": 1.5}"#, 422, "wrong_type", "n"),
            (#"{"history": ["i1"], "n": true}"#, 422, "wrong_type", "n"),
            (#"{"history": ["i1"], "n": 1e300}"#, 422, "wrong_type", "n"),
            (#"{"history": ["i1"], "diversity": 2}"#, 422, "out_of_range", "diversity"),
            (#"{"history": ["i1"], "where": ["red"]}"#, 422, "wrong_type", "where[0]"),
            (#"{"history": ["x", "y"]}"#, 404, "unknown_item", nil),
            (#"{"history": ["i1"], "min_revision": 7}"#, 409, "revision_not_reached", "min_revision"),
        ] as [(String, Int, String, String?)])
    func whatIsWrongIsNamed(_ body: String, _ status: Int, _ code: String, _ param: String?) async throws {
        try await TestServer.run { server in
            let reply = try await server.client.send("POST", "/v1/recommend", body)
            #expect(reply.status == status && reply.text("error.code") == code, "\(reply.raw)")
            #expect(reply.text("error.param") == param && reply.text("error.message") != nil)
            #expect(reply.headers["x-request-id"] != nil && reply.headers["content-type"] == "application/json")
        }
    }

    @Test func longListsAreRefused() async throws {
        try await TestServer.run { server in
            func list(_ count: Int) -> String { "[\((0..<count).map { "\"i\($0)\"" }.joined(separator: ","))]" }
            let history = try await server.client.send("POST", "/v1/recommend", "{\"history\": \(list(1001))}")
            #expect(history.status == 422 && history.text("error.param") == "history")
            let exclude = try await server.client.send(
                "POST", "/v1/recommend", "{\"history\": [\"i1\"], \"exclude\": \(list(10_001))}")
            #expect(exclude.status == 422 && exclude.text("error.param") == "exclude")
            #expect(try await server.client.send("POST", "/v1/recommend", "{\"history\": \(list(1000))}").status == 200)
            let long = String(repeating: "é", count: 257)
            #expect(try await server.client.send("POST", "/v1/recommend", "{\"history\": [\"\(long)\"]}").status == 422)
        }
    }

    /// What a task has changed it sees at once, and what another server changes it can wait for.
    @Test func aQuestionWaitsForARevision() async throws {
        try await TestServer.run { server in
            async let reply = server.client.send(
                "POST", "/v1/recommend", #"{"history": ["i1"], "n": 1000, "min_revision": 1}"#)
            try await Task.sleep(for: .milliseconds(150))
            _ = try await server.model.hide("i4")
            let answer = try await reply
            #expect(answer.status == 200 && answer.number("catalogue_revision") == 1)
            #expect(!answer.texts("items", "item").contains("i4"))
        }
    }

    @Test func anItemsRankIsTold() async throws {
        try await TestServer.run { server in
            let all = try await server.client.send("POST", "/v1/recommend", #"{"history": ["i1"], "n": 1000}"#)
            let items = all.texts("items", "item")
            let reply = try await server.client.send("POST", "/v1/items/\(items[6])/rank", #"{"history": ["i1"]}"#)
            #expect(reply.status == 200 && reply.number("item.rank") == 7 && reply.number("among") == 23)
            #expect(reply.number("item.score") == all.number("items.6.score"))
            let none = try await server.client.send("POST", "/v1/items/nobody/rank", #"{"history": ["i1"]}"#)
            #expect(none.status == 404 && none.text("error.code") == "unknown_item")
            let empty = try await server.client.send("POST", "/v1/items/i3/rank", #"{"history": []}"#)
            #expect(empty.status == 422 && empty.text("error.code") == "empty_history")
            let unknown = try await server.client.send("POST", "/v1/items/i3/rank", #"{"user": "new"}"#)
            #expect(unknown.status == 422 && unknown.text("error.param") == "user")
        }
    }

    @Test func similarItemsAndVectors() async throws {
        try await TestServer.run { server in
            let reply = try await server.client.send("GET", "/v1/items/i1/similar?n=4&by=text")
            #expect(reply.status == 200 && reply.texts("items", "item").count == 4)
            let wrong = try await server.client.send("GET", "/v1/items/i1/similar?by=txt")
            #expect(wrong.status == 422 && wrong.text("error.remedy")?.contains("\"text\"") == true)
            #expect(try await server.client.send("GET", "/v1/items/i1/similar?number=4").text("error.param") == "number")
            let vectors = try await server.client.send(
                "POST", "/v1/vectors", #"{"histories": [["i1", "i2"], ["x"]], "items": ["i5", "x"]}"#)
            #expect(vectors.status == 200 && vectors.number("width") == 5)
            let user = try #require(vectors["histories.0"] as? [Double])
            let item = try #require(vectors["items.0"] as? [Double])
            #expect(vectors["histories.1"] == nil && vectors["items.1"] == nil)
            // The inner product is the score.
            let place = try await server.client.send("POST", "/v1/items/i5/rank", #"{"history": ["i1", "i2"]}"#)
            let score = try #require(place.number("item.score"))
            #expect(abs(zip(user, item).reduce(0) { $0 + $1.0 * $1.1 } - score) < 1e-5)
        }
    }
}
