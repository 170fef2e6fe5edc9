import Database
import Files
import Foundation
import TestDatabase
import TestSupport
import Testing

@testable import Server

/// Events over HTTP, good and bad.
@Suite(.oneAtATime) struct EventTests {
    @Test func eventsComeOnceAndAreErased() async throws {
        try await TestServer.run { server in
            let list = """
                [{"user": "u", "item": "i1", "type": "buy", "time": "2026-03-01T12:00:00Z"},
                 {"user": "u", "item": "i1", "type": "buy", "time": 1772366400},
                 {"user": "u", "item": "i1", "type": "buy", "time": 1772366400001},
                 {"user": "u", "item": "i2", "id": "e1", "time": 5}, {"user": "v", "item": "i9", "id": "e1"}]
                """
            let added = try await server.client.send("POST", "/v1/events", list)
            #expect(added.status == 200 && added.number("accepted") == 3 && added.number("duplicates") == 2)
            let again = try await server.client.send("POST", "/v1/events", list)
            #expect(again.number("accepted") == 0 && again.number("duplicates") == 5)
            let events = try await server.client.send("GET", "/v1/users/u/events")
            #expect(events.texts("events", "item") == ["i2", "i1", "i1"])
            #expect(events.text("events.1.time") == "2026-03-01T12:00:00.000Z" && events.text("events.0.type") == "view")
            #expect(try await server.client.send("GET", "/v1/users/u/events?n=1").texts("events", "item") == ["i1"])
            #expect(try await server.client.send("DELETE", "/v1/users/u").status == 204)
            #expect(try await server.client.send("GET", "/v1/users/u/events").texts("events", "item").isEmpty)
            #expect(try await server.client.send("DELETE", "/v1/users/nobody/events").status == 204)
            #expect(try await server.database.statistics().events == 0)
        }
    }

    /// A list is taken all or none, lines each for itself.
    @Test func badEventsAreNamed() async throws {
        try await TestServer.run { server in
            let ahead = Int(Date().timeIntervalSince1970) + 2 * 86_400
            for (event, param) in [
                (#"{"user": "u", "item": "i1", "time": "yesterday"}"#, "[1].time"),
                (#"{"user": "u", "item": "i1", "time": -1}"#, "[1].time"),
                (#"{"user": "u", "item": "i1", "time": \#(ahead)}"#, "[1].time"),
                (#"{"user": "u", "item": "i1", "time": "2026-02-29T00:00:00Z"}"#, "[1].time"),
                (#"{"user": "u", "item": "i1", "time": true}"#, "[1].time"),
                (#"{"user": "", "item": "i1"}"#, "[1].user"), (#"{"item": "i1"}"#, "[1].user"),
                (#"{"user": "u", "item": "i1", "typ": "x"}"#, "[1].typ"), ("3", "[1]"),
            ] {
                let reply = try await server.client.send("POST", "/v1/events", #"[{"user": "u", "item": "i1"}, \#(event)]"#)
                #expect(reply.status == 422 && reply.text("error.param") == param, "\(event): \(reply.raw)")
            }
            #expect(try await server.database.statistics().events == 0)
            let lines = try await server.client.send(
                "POST", "/v1/events", "{\"user\": \"u\", \"item\": \"i1\"}\r\n{\"user\": \"u\"}\nno\n",
                type: "application/x-ndjson")
            #expect(lines.status == 200 && lines.number("accepted") == 1)
            #expect((lines["failed"] as? [[String: Any]])?.compactMap { $0["entry"] as? Int } == [2, 3])
            #expect(try await server.client.send("POST", "/v1/events", "[]").number("accepted") == 0)
            #expect(try await server.client.send("POST", "/v1/events", "{}").status == 422)
        }
    }

    /// What was answered is there when another server opens the database, and nothing of it twice.
    @Test func eventsOutliveAServer() async throws {
        try await withTemporaryFolder { folder in
            let place = folder.appending(path: "served")
            let event =
                #"[{"user": "u", "item": "i3", "id": "e1"}, {"user": "u", "item": "i4", "time": "2026-03-01T12:00:00Z"}]"#
            for run in 0..<2 {
                try await TestServer.run(database: SQLiteDatabase(place)) { server in
                    let added = try await server.client.send("POST", "/v1/events", event)
                    #expect(added.status == 200 && added.number("accepted") == (run == 0 ? 2 : 0))
                    let answer = try await server.client.send("GET", "/v1/users/u/recommend?n=100")
                    #expect(answer.number("user_events") == 2 && !answer.texts("items", "item").contains("i3"))
                    let backup = try await server.client.send("POST", "/v1/admin/backup")
                    #expect(backup.status == 201)
                }
            }
        }
    }

    /// What the database refuses has a status of its own, and nothing of its paths is told.
    @Test(arguments: [
        (DatabaseError.Reason.isFull, 507), (.isReadOnly, 503), (.failed, 503), (.conflict, 412),
    ]) func aDatabaseThatRefuses(_ reason: DatabaseError.Reason, _ status: Int) async throws {
        try await TestServer.run { server in
            await server.memory.refuse(DatabaseError(reason, UserError("no", at: "/secret/place")))
            let reply = try await server.client.send("POST", "/v1/events", #"[{"user": "u", "item": "i1"}]"#)
            #expect(reply.status == status && !reply.raw.contains("secret"))
            #expect(reply.headers["retry-after"] != nil || status != 503)
            if status >= 500 { #expect(server.log.lines.contains { $0.hasPrefix("error") && $0.contains("/secret/place") }) }
            // Reads go on.
            #expect(try await server.client.send("GET", "/v1/users/u/recommend").status == 200)
        }
    }

    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0), ("2026-03-01T12:00:00Z", 1_772_366_400_000),
        ("2026-03-01T13:30:00.25+01:30", 1_772_366_400_250), ("2024-02-29t23:59:59z", 1_709_251_199_000),
        ("2000-02-29 00:00:00-05:00", 951_800_400_000), ("1999-12-31T23:59:60Z", 946_684_800_000),
        ("2026-03-01T12:00:00.123456Z", 1_772_366_400_123),
    ]) func timesAreRead(_ text: String, _ milliseconds: Int) {
        #expect(EventTime(text)?.milliseconds == milliseconds)
    }

    /// A number of seconds with a fraction would tell most milliseconds one too low.
    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000Z"), (1_700_000_000_001, "2023-11-14T22:13:20.001Z"),
        (1_700_000_000_577, "2023-11-14T22:13:20.577Z"), (951_827_696_789, "2000-02-29T12:34:56.789Z"),
        (4_107_542_399_999, "2100-02-28T23:59:59.999Z"), (-1, "1969-12-31T23:59:59.999Z"),
    ]) func timesAreTold(_ milliseconds: Int, _ text: String) {
        #expect(EventTime(milliseconds: milliseconds).text == text)
    }

    @Test func whatIsToldIsTheSameTime() {
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<10_000 {
            let time = Int.random(in: 0..<253_402_300_800_000, using: &generator)
            #expect(EventTime(EventTime(milliseconds: time).text)?.milliseconds == time)
        }
    }

    @Test(arguments: [
        "", "2026-03-01", "2026-03-01T12:00:00", "2026-13-01T12:00:00Z", "2026-03-32T12:00:00Z", "2026-03-01T24:00:00Z",
        "2026-03-01T12:00:00.Z", "2026-03-01T12:00:00+0100", "2026-03-01T12:00:00Zx", "1900-02-29T00:00:00Z",
        "1969-12-31T23:59:59Z", "２026-03-01T12:00:00Z",
    ]) func othersAreNoTimes(_ text: String) { #expect(EventTime(text) == nil) }
}
