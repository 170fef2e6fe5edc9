import Database
import Foundation
import IISAN
import TestSupport
import Testing

@testable import Server

/// New items before they are kept, and the health of the catalogue.
@Suite(.oneAtATime) struct PreviewTests {
    private static let body = #"{"title": "A new one", "n": 3}"#

    /// What is said of an item before it is kept is true after it is, and nothing has changed meanwhile.
    @Test func anItemIsAskedAboutBeforeItIsKept() async throws {
        try await TestServer.run { server in
            for user in 0..<5 {
                _ = try await server.database.add(
                    (0...user).map { Event(user: "u\(user)", item: "i\($0 + user)", kind: "view", time: $0) })
            }
            let before = try await server.client.send("GET", "/v1/items?n=100")
            let preview = try await server.client.send("POST", "/v1/preview", Self.body)
            #expect(preview.status == 200, "\(preview.raw)")
            let after = try await server.client.send("GET", "/v1/items?n=100")
            #expect(before.body == after.body)
            #expect(preview.number("users.looked_at") == 35 && preview.number("users.of_the_dataset") == 30)
            #expect(preview.text("similar.0.by") == "all" && preview.texts("similar.0.items", "item").count == 3)
            #expect((preview["users.best"] as? [Any])?.count == 3)
            #expect(try await server.client.send("PUT", "/v1/items/n1", #"{"title": "A new one"}"#).status == 201)
            let similar = try await server.client.send("GET", "/v1/items/n1/similar?n=3")
            #expect(similar.texts("items", "item") == preview.texts("similar.0.items", "item"))
            for member in preview["users.best"] as? [[String: Any]] ?? [] {
                let history = try JSONSerialization.data(withJSONObject: ["history": member["history"]!])
                let place = try await server.client.send("POST", "/v1/items/n1/rank", bytes: history)
                #expect(place.number("item.rank") == Double(try #require(member["rank"] as? Int)), "\(place.raw)")
            }
        }
    }

    @Test func thePageSaysWhoWouldGetIt() async throws {
        try await TestServer.run { server in
            _ = try await server.database.add([Event(user: "<anna>", item: "i1", kind: "view", time: 1)])
            let picture = ItemTests.picture.base64EncodedString()
            let reply = try await server.client.send("POST", "/try", #"{"title": "<b>New</b>", "picture": "\#(picture)"}"#)
            let page = Document(reply)
            #expect(reply.status == 200 && page.problems == [], "\(page.problems)")
            #expect(
                page.plain.contains("Of 1 user of the server and 30 of the dataset,") && page.plain.contains("Who would get it")
            )
            #expect(page.elements.contains { $0["id"] == "new-title" && $0["value"] == "<b>New</b>" })
            #expect(
                page.elements.contains { $0["id"] == "store" } && page.status.contains("would find it among their first 10"))
            #expect(try await server.client.send("GET", "/v1/items/new").status == 404)
        }
    }

    @Test(
        arguments: [
            (#"{"title": 5}"#, 422, "title"), (#"{"titel": "x"}"#, 422, "titel"), (#"{"title": "x", "n": 101}"#, 422, "n"),
            (#"{"title": "x", "n": 0}"#, 422, "n"), (#"{"title": "x", "picture": "bm8gcGljdHVyZQ=="}"#, 422, nil),
            ("{}", 422, nil),
            (#"{"title": "\#(String(repeating: "t", count: 4097))"}"#, 422, "title"), ("[", 400, nil),
        ] as [(String, Int, String?)])
    func whatIsWrongIsNamed(_ body: String, _ status: Int, _ param: String?) async throws {
        try await TestServer.run { server in
            let reply = try await server.client.send("POST", "/v1/preview", body)
            #expect(reply.status == status && reply.text("error.param") == param, "\(reply.raw)")
            let page = try await server.client.send("POST", "/try", body)
            #expect(page.status == status && page.headers["content-type"] == "text/html; charset=utf-8")
        }
    }

    @Test func aPictureThatIsTooLargeIsRefused() async throws {
        try await TestServer.run({ $0.picture = ByteCount(1000) }) { server in
            let picture = Data(repeating: 7, count: 1001).base64EncodedString()
            let reply = try await server.client.send("POST", "/v1/preview", #"{"picture": "\#(picture)"}"#)
            #expect(reply.status == 413)
            let page = try await server.client.send(
                "POST", "/try", #"{"title": "x"}"#, headers: ["Sec-Fetch-Site": "cross-site"])
            #expect(page.status == 403)
        }
    }

    @Test func aMethodOfInteractionsSaysThatItTakesNone() async throws {
        try await TestServer.run(acceptsItems: false) { server in
            let page = Document(try await server.client.send("GET", "/try"))
            #expect(page.plain.contains("This model takes none") && !page.elements.contains { $0["id"] == "try" })
            #expect(
                try await server.client.send("POST", "/v1/preview", Self.body).text("error.code") == "method_needs_training")
        }
    }

    /// What nobody and everybody is shown is what the answers say.
    @Test func healthCountsWhatIsShown() async throws {
        try await TestServer.run { server in
            _ = try await server.client.send("PUT", "/v1/items/i3/picture", type: "image/png", bytes: ItemTests.picture)
            _ = try await server.client.send("PATCH", "/v1/items/i5", #"{"hidden": true}"#)
            let page = Document(try await server.client.send("GET", "/health"))
            #expect(
                page.plain.contains("23 items that can be recommended")
                    || page.plain.contains("23items that can be recommended"))
            #expect(page.plain.contains("Counted over lists of 10 for 30 users of the dataset."))
            #expect(page.plain.contains("23 have none, the first of them these.") && page.plain.contains("Every item has one."))
            var shown: Set<String> = []
            let snapshot = try await server.model.ask { try $0.snapshot() }
            let state = HistorySample(server.state)
            let users = try await state.users(most: Coverage.mostUsers)
            #expect(users.count == 30 && users.sentence == "30 users of the dataset")
            for user in users {
                let body = try JSONSerialization.data(withJSONObject: ["history": user.history, "n": 10])
                shown.formUnion(try await server.client.send("POST", "/v1/recommend", bytes: body).texts("items", "item"))
            }
            let gallery = Gallery(
                engine: try server.state.engine, snapshot: snapshot, shape: .square, asksForTokens: false)
            let coverage = try await Coverage(server.state, gallery)
            #expect(Set(coverage.lists.keys) == shown && coverage.count == 30 && coverage.items == 23)
            #expect(Set(coverage.nobody).isDisjoint(with: shown) && !coverage.nobody.contains("i5"))
            #expect(shown.count + coverage.nobody.count == 23)
            #expect(coverage.everybody == coverage.lists.values.count { $0 > 15 })
        }
    }
}
