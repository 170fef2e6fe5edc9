import Database
import Files
import Foundation
import TestSupport
import Testing

@testable import Server

/// Items and pictures over HTTP, good and bad.
@Suite(.oneAtATime) struct ItemTests {
    /// A PNG of one pixel.
    static let picture = Data(
        base64Encoded:
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")!

    @Test func anItemComesIsChangedAndGoes() async throws {
        try await TestServer.run { server in
            let made = try await server.client.send("PUT", "/v1/items/n1", #"{"title": "A new one", "tags": ["red"]}"#)
            #expect(made.status == 201 && made.headers["location"] == "/v1/items/n1")
            let revision = try #require(made.number("catalogue_revision"))
            #expect(made.headers["etag"] == "\"\(Int(revision))\"")
            let found = try await server.client.send(
                "POST", "/v1/recommend", #"{"history": ["i1"], "n": 5, "where": [["red"]]}"#)
            #expect(found.texts("items", "item") == ["n1"] && found.number("catalogue_revision") == revision)
            #expect(try await server.client.send("PUT", "/v1/items/n1", #"{"title": "Another"}"#).status == 200)
            let patched = try await server.client.send("PATCH", "/v1/items/n1", #"{"hidden": true, "tags": ["blue"]}"#)
            #expect(patched.status == 200)
            let item = try await server.client.send("GET", "/v1/items/n1")
            #expect(item.text("title") == "Another" && item["hidden"] as? Bool == true && item["tags"] as? [String] == ["blue"])
            let merge = try await server.client.send(
                "PATCH", "/v1/items/n1", #"{"hidden": false}"#, type: "application/merge-patch+json; charset=utf-8")
            #expect(merge.status == 200)
            // Null takes away what this model cannot be without.
            let without = try await server.client.send("PATCH", "/v1/items/n1", #"{"title": null}"#)
            #expect(without.status == 422 && without.text("error.code") == "unusable_item")
            #expect(try await server.client.send("DELETE", "/v1/items/n1").status == 204)
            for method in ["GET", "PATCH", "DELETE"] {
                let gone = try await server.client.send(method, "/v1/items/n1", method == "PATCH" ? "{}" : nil)
                #expect(gone.status == 404 && gone.text("error.code") == "unknown_item")
            }
        }
    }

    /// Ids are opaque: nothing in them is a path.
    @Test(arguments: [
        "a/b", "..", "../../etc/passwd", "a b+c%", "?q=1#x", "é漢\u{1F600}", "-", "a\r\nb", "e\u{301}",
        String(repeating: "x", count: 512),
    ])
    func anyTextIsAnId(_ id: String) async throws {
        try await TestServer.run { server in
            let path = Paths.item(id)
            let made = try await server.client.send("PUT", path, #"{"title": "By its id", "tags": ["t"]}"#)
            #expect(
                made.status == 201 && made.headers["location"] == path && made.text("id").map(ExactText.init) == ExactText(id))
            #expect(try await server.client.send("GET", path).text("id").map(ExactText.init) == ExactText(id))
            let found = try await server.client.send("POST", "/v1/recommend", #"{"history": ["i1"], "where": [["t"]]}"#)
            #expect(found.texts("items", "item").map(ExactText.init) == [ExactText(id)])
            #expect(try await server.client.send("DELETE", path).status == 204)
        }
    }

    /// Every byte of an id counts, also those that Foundation takes for a mark at a text's beginning.
    @Test func pathsAreDecodedToTheByte() {
        for id in ["\u{FEFF}x", "e\u{301}", "a/b%", "\u{1F600}", ""] {
            let decoded = PercentEncoding.decoded(Paths.encoded(id))
            #expect(decoded.map { Array($0.utf8) } == Array(id.utf8))
        }
        for text in ["%", "%4", "%zz", "%C3", "%ED%A0%80", "a%2"] { #expect(PercentEncoding.decoded(text) == nil) }
        #expect(PercentEncoding.decoded("a%2fb%C3%a9") == "a/b\u{E9}")
    }

    @Test(
        arguments: [
            ("PUT", "/v1/items/n1", #"{"titel": "x"}"#, 422, "titel"),
            ("PUT", "/v1/items/n1", #"{"title": 5}"#, 422, "title"),
            ("PUT", "/v1/items/n1", #"{"title": "x", "tags": ["\#(String(repeating: "t", count: 513))"]}"#, 422, "tags[0]"),
            ("PUT", "/v1/items/n1", #"{"title": "\#(String(repeating: "t", count: 4097))"}"#, 422, "title"),
            (
                "PUT", "/v1/items/n1", #"{"title": "x", "tags": [\#((0..<33).map { "\"\($0)\"" }.joined(separator: ","))]}"#,
                422, "tags"
            ),
            ("PUT", "/v1/items/n1", #"{"title": "x", "hidden": "no"}"#, 422, "hidden"),
            ("PUT", "/v1/items/\(String(repeating: "x", count: 513))", #"{"title": "x"}"#, 422, "item"),
            ("PUT", "/v1/items/%00", #"{"title": "x"}"#, 422, "item"),
            ("PUT", "/v1/items/%FF", #"{"title": "x"}"#, 400, "item"),
            ("PUT", "/v1/items/%2", #"{"title": "x"}"#, 400, "item"),
            ("PUT", "/v1/items/n1", #"{}"#, 422, nil),
            ("GET", "/v1/items/nobody", nil, 404, nil),
            ("GET", "/v1/items?n=0", nil, 422, "n"),
            ("GET", "/v1/items?n=1&n=2", nil, 422, "n"),
            ("GET", "/v1/items?q=%FF", nil, 400, nil),
            ("GET", "/v1/items?cursor=x", nil, 422, "cursor"),
        ] as [(String, String, String?, Int, String?)])
    func whatIsWrongIsNamed(_ method: String, _ path: String, _ body: String?, _ status: Int, _ param: String?) async throws {
        try await TestServer.run { server in
            let reply = try await server.client.send(method, path, body)
            #expect(reply.status == status && reply.text("error.param") == param, "\(reply.raw)")
        }
    }

    @Test func aMethodOfInteractionsTakesNoItems() async throws {
        try await TestServer.run(acceptsItems: false) { server in
            let reply = try await server.client.send("PUT", "/v1/items/n1", #"{"title": "x"}"#)
            #expect(reply.status == 409 && reply.text("error.code") == "method_needs_training")
            let info = try await server.client.send("GET", "/info")
            #expect(info["accepts_items"] as? Bool == false && info.text("accepts_no_items_because") != nil)
        }
    }

    @Test func itemsAreListedAndSearched() async throws {
        try await TestServer.run { server in
            _ = try await server.client.send("PUT", "/v1/items/n1", #"{"title": "Blue KETTLE"}"#)
            _ = try await server.client.send("DELETE", "/v1/items/i3")
            var (ids, cursor, pages): ([String], String?, Int) = ([], "0", 0)
            while let next = cursor {
                let page = try await server.client.send("GET", "/v1/items?n=10&cursor=\(next)")
                ids += page.texts("items", "id")
                cursor = page.text("next")
                pages += 1
            }
            #expect(pages == 3 && ids == (0..<24).filter { $0 != 3 }.map { "i\($0)" } + ["n1"])
            let found = try await server.client.send("GET", "/v1/items?q=kettle")
            #expect(found.texts("items", "id") == ["n1"] && found["next"] == nil)
            #expect(try await server.client.send("GET", "/v1/items?cursor=9223372036854775807").texts("items", "id").isEmpty)
        }
    }

    @Test func changesOnTopOfWhatIsUnknownAreRefused() async throws {
        try await TestServer.run { server in
            func put(_ headers: [String: String]) async throws -> RawClient.Reply {
                try await server.client.send("PUT", "/v1/items/n1", #"{"title": "x"}"#, headers: headers)
            }
            #expect(try await put(["If-Match": "*"]).status == 412)
            let made = try await put(["If-None-Match": "*"])
            #expect(made.status == 201)
            let tag = try #require(made.headers["etag"])
            #expect(try await put(["If-None-Match": "*"]).status == 412)
            let same = try await server.client.send("GET", "/v1/items/n1", headers: ["If-None-Match": tag])
            #expect(same.status == 304 && same.body.isEmpty && same.headers["etag"] == tag)
            #expect(try await put(["If-Match": tag]).status == 200)
            let late = try await put(["If-Match": tag])
            #expect(late.status == 412 && late.text("error.code") == "changed_meanwhile")
            let deleted = try await server.client.send("DELETE", "/v1/items/n1", headers: ["If-Match": tag])
            #expect(deleted.status == 412)
            #expect(try await server.client.send("GET", "/v1/items/n1", headers: ["If-None-Match": tag]).status == 200)
        }
    }

    @Test func manyItemsEachWithItsResult() async throws {
        try await TestServer.run { server in
            let lines = """
                {"id": "n1", "title": "One"}

                {"id": "i2", "title": "Other", "tags": ["t"]}
                {"id": "n1", "title": "Twice"}
                {"id": "n2"}
                {"id": "n3", "title": 
                {"title": "No id"}
                """
            let reply = try await server.client.send("POST", "/v1/items", lines, type: "application/x-ndjson")
            #expect(reply.status == 200 && reply.number("created") == 1 && reply.number("changed") == 1)
            #expect((reply["failed"] as? [[String: Any]])?.compactMap { $0["entry"] as? Int } == [3, 4, 5, 6])
            #expect(
                reply.text("failed.1.error.code") == "unusable_item" && reply.text("failed.2.error.code") == "malformed_json")
            #expect(reply.text("failed.3.error.param") == "id")
            let list = try await server.client.send("POST", "/v1/items", #"[{"id": "n5", "title": "Five"}, {"id": 6}]"#)
            #expect(list.number("created") == 1 && list.text("failed.0.error.param") == "[1].id")
            let many = (0..<1001).map { "{\"id\": \"m\($0)\", \"title\": \"x\"}" }.joined(separator: "\n")
            #expect(try await server.client.send("POST", "/v1/items", many, type: "application/x-ndjson").status == 422)
            #expect(try await server.client.send("POST", "/v1/items", lines, type: "text/plain").status == 415)
        }
    }

    @Test func picturesComeAndGo() async throws {
        try await TestServer.run { server in
            let path = "/v1/items/i1/picture"
            #expect(try await server.client.send("GET", path).text("error.code") == "no_picture")
            let put = try await server.client.send("PUT", path, type: "image/png", bytes: Self.picture)
            #expect(put.status == 201)
            #expect(try await server.client.send("PUT", path, type: "image/png", bytes: Self.picture).status == 200)
            let item = try await server.client.send("GET", "/v1/items/i1")
            let place = try #require(item.text("picture"))
            let fixed = try await server.client.send("GET", place)
            #expect(fixed.status == 200 && fixed.headers["content-type"] == "image/jpeg")
            // Encoded again, whatever was sent.
            #expect(fixed.body.starts(with: [0xFF, 0xD8, 0xFF]) && fixed.body != Self.picture)
            #expect(fixed.headers["cache-control"] == "private, max-age=31536000, immutable")
            #expect(fixed.headers["x-content-type-options"] == "nosniff" && fixed.headers["content-disposition"] == "inline")
            #expect(fixed.headers["content-security-policy"] == "default-src 'none'; sandbox")
            let small = try await server.client.send("GET", path + "?size=thumbnail")
            #expect(small.headers["cache-control"] == "private, no-cache" && small.headers["etag"] != fixed.headers["etag"])
            let tag = try #require(fixed.headers["etag"])
            #expect(try await server.client.send("GET", path, headers: ["If-None-Match": tag]).status == 304)
            let answer = try await server.client.send("POST", "/v1/recommend", #"{"history": ["i2"], "n": 100}"#)
            let shown = try #require((answer["items"] as? [[String: Any]])?.first { $0["item"] as? String == "i1" })
            #expect(shown["picture"] as? String == place)
            #expect(try await server.client.send("DELETE", path).status == 204)
            #expect(try await server.client.send("DELETE", path).status == 404)
            #expect(
                try await server.client.send("PUT", "/v1/items/no/picture", type: "image/png", bytes: Self.picture).status
                    == 404)
            #expect(try await server.client.send("GET", "/v1/items/no/picture").text("error.code") == "unknown_item")
        }
    }
}
