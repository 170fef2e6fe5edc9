import Database
import Foundation
import TestSupport
import Testing

@testable import Server

/// The page as a browser gets it: what is in it, that nothing in titles becomes markup, and what it may load.
@Suite(.oneAtATime) struct PageTests {
    /// Every page says what it may load, and loads nothing from elsewhere.
    @Test(arguments: [
        "/", "/?history=i1,i2&was=i1", "/?q=item&history=i1", "/?user=nobody", "/item?q=Item%201", "/item/i3",
        "/item/i3?history=i1",
        "/try", "/try?history=i1", "/health",
    ])
    func aPageIsWholeAndStrict(_ path: String) async throws {
        try await TestServer.run { server in
            let reply = try await server.client.send("GET", path)
            #expect(reply.status == 200 && reply.headers["content-type"] == "text/html; charset=utf-8")
            #expect(
                reply.headers["content-security-policy"]
                    == """
                    default-src 'none'; img-src 'self'; script-src 'self'; style-src 'self'; connect-src 'self'; form-action 'self'; \
                    base-uri 'none'; frame-ancestors 'none'
                    """)
            #expect(reply.headers["x-content-type-options"] == "nosniff" && reply.headers["referrer-policy"] == "no-referrer")
            #expect(reply.headers["cache-control"] == "no-store")
            let page = Document(reply)
            #expect(page.problems == [], "\(page.text)")
            #expect(
                page.addresses.allSatisfy { $0.hasPrefix("/") && !$0.hasPrefix("//") || $0 == "#main" }, "\(page.addresses)")
            let head = try await server.client.send("HEAD", path)
            #expect(head.status == 200 && head.body.isEmpty)
        }
    }

    @Test func idsThatNoPathCanHaveHaveAPage() async throws {
        try await TestServer.run { server in
            #expect(try await server.client.send("PUT", "/v1/items/..", #"{"title": "Two dots"}"#).status == 201)
            let found = try await server.client.send("GET", "/item?q=Two%20dots")
            #expect(found.status == 303 && found.headers["location"] == "/item?id=..")
            let page = Document(try await server.client.send("GET", "/item?id=.."))
            #expect(page.problems == [] && page.plain.contains("Two dots"))
            #expect(try await server.client.send("GET", "/item?id=nobody").status == 404)
        }
    }

    /// Titles, ids, tags and words of others are text wherever they are shown.
    @Test func nothingOfOthersBecomesMarkup() async throws {
        let evil = #"</title><script>alert(1)</script>"'><img src=x onerror=alert(2)>{{7*7}}&lt;b&gt;"#
        try await TestServer.run { server in
            let id = #"<b id='x'>"&,\ "#
            let body = try JSONSerialization.data(withJSONObject: ["title": evil, "tags": [evil]])
            #expect(try await server.client.send("PUT", Paths.item(id), bytes: body).status == 201)
            _ = try await server.database.add([Event(user: evil, item: id, kind: "view", time: 1)])
            _ = try await server.database.add([Event(user: evil, item: "i1", kind: "view", time: 2)])
            let history = Paths.encoded(PageAddress.text(of: [id, "i1"]))
            for path in [
                "/", "/?history=\(history)&was=i1", "/?q=\(Paths.encoded(evil))",
                "/item/\(Paths.encoded(id))?history=\(history)",
                "/item?q=t&history=\(history)", "/item?q=\(Paths.encoded(evil + "x"))", "/?user=\(Paths.encoded(evil))",
                "/?user=\(Paths.encoded(evil + "x"))", "/health", "/item/\(Paths.encoded(evil))",
                "/?history=\(Paths.encoded(PageAddress.text(of: [evil, "i1"])))",
            ] {
                let page = Document(try await server.client.send("GET", path))
                #expect(page.problems == [], "\(path)")
                #expect(
                    page.elements.filter { $0.name == "script" }.count == 1
                        && !page.elements.contains { $0.name == "b" && $0["id"] != nil })
                #expect(!page.elements.contains { $0["onerror"] != nil || $0["src"] == "x" })
            }
            let page = Document(try await server.client.send("GET", "/item/\(Paths.encoded(id))"))
            #expect(page.plain.contains(evil))
        }
    }

    /// The answers are those that programs get, and looking needs links and forms alone.
    @Test func aHistoryIsLookedAtByLinksAndForms() async throws {
        try await TestServer.run { server in
            let answer = try await server.client.send("POST", "/v1/recommend", #"{"history": ["i1", "i2"], "n": 10}"#)
            let page = Document(try await server.client.send("GET", "/?history=i1,i2"))
            #expect(page.keys("a ") == answer.texts("items", "item") && page.keys("h0 ") == ["i1", "i2"])
            #expect(page.plain.contains("2 items, oldest first."))
            // The first answer can be added, an item of the history be taken away, and both lead to pages that say what has changed.
            let first = try #require(page.keys("a ").first)
            #expect(page.addresses.contains("/?history=i1,i2,\(first)&was=i1,i2"))
            #expect(page.addresses.contains("/?history=i2&was=i1,i2"))
            let next = Document(try await server.client.send("GET", "/?history=i1,i2,\(first)&was=i1,i2"))
            #expect(next.keys("h0 ").count == 3 && !next.keys("a ").contains(first))
            #expect(next.status.hasPrefix("Added Item \(first.dropFirst()). ") && next.status.contains("First is "))
            // Forms send the history along, and what they send is answered.
            for form in page.elements where form.name == "form" {
                #expect(form["method"] == "get" && ["/", "/item"].contains(form["action"]))
            }
            #expect(page.elements.contains { $0["name"] == "history" && $0["type"] == "hidden" && $0["value"] == "i1,i2" })
            let found = Document(try await server.client.send("GET", "/?history=i1,i2&q=item+11"))
            #expect(found.keys("s ") == ["i11"] && found.addresses.contains("/?history=i1,i2,i11&was=i1,i2"))
            let none = Document(try await server.client.send("GET", "/?q=zebra"))
            #expect(none.plain.contains("No title has zebra."))
        }
    }

    @Test func aPageWithoutAHistoryOffersSome() async throws {
        try await TestServer.run { server in
            _ = try await server.database.add((0..<3).map { Event(user: "anna", item: "i\($0)", kind: "view", time: $0) })
            let page = Document(try await server.client.send("GET", "/"))
            #expect(page.keys("a ").prefix(3) == ["i0", "i1", "i2"] && page.plain.contains("Popular"))
            #expect(page.addresses.contains("/?history=i0,i1,i2") && page.plain.contains("User anna, last Item 2"))
            #expect(page.plain.contains("Somebody of the dataset"))
            let user = Document(try await server.client.send("GET", "/?user=anna"))
            #expect(user.keys("h0 ") == ["i0", "i1", "i2"])
            let nobody = Document(try await server.client.send("GET", "/?user=bert"))
            #expect(nobody.keys("h0 ") == [] && nobody.plain.contains(#"Of the user "bert" no event is known."#))
        }
    }

    @Test func whatIsLeftOutIsSaid() async throws {
        try await TestServer.run { server in
            let page = Document(try await server.client.send("GET", "/?history=i1,gone"))
            #expect(page.plain.contains(#"Left out, because no item has this id: "gone"."#))
            let long = (0..<14).map { "i\($0)" }.joined(separator: ",")
            let older = Document(try await server.client.send("GET", "/?history=\(long)"))
            #expect(older.plain.contains("The model reads the newest 10; the 4 before them are pale."))
            #expect(older.elements.count { $0["class"] == "item unread" } == 4)
        }
    }

    /// An item's page has its place for the history, its reasons, and what is like it.
    @Test func anItemSaysWhyNot() async throws {
        try await TestServer.run { server in
            let rank = try await server.client.send("POST", "/v1/items/i20/rank", #"{"history": ["i1"], "reasons": true}"#)
            let page = Document(try await server.client.send("GET", "/item/i20?history=i1"))
            let place = try #require(rank.number("item.rank"))
            #expect(place > 10 && page.plain.contains("Why not this one?"))
            #expect(page.plain.contains("\(Int(place)) of \(Int(try #require(rank.number("among"))))"))
            #expect(page.plain.contains("text") && page.plain.contains("popularity") && page.plain.contains("together"))
            #expect(page.addresses.contains("/?history=i1,i20&was=i1"))
            let similar = try await server.client.send("GET", "/v1/items/i20/similar?n=8")
            for item in similar.texts("items", "item") { #expect(page.addresses.contains("/item/\(item)?history=i1")) }
            let own = Document(try await server.client.send("GET", "/item/i1?history=i1"))
            #expect(own.plain.contains("It is in the history itself") && own.addresses.contains("/?was=i1"))
            let alone = Document(try await server.client.send("GET", "/item/i1"))
            #expect(alone.plain.contains("Pick a history"))
        }
    }

    @Test func wordsLeadToAnItem() async throws {
        try await TestServer.run { server in
            for words in ["i7", "item+17"] {
                let reply = try await server.client.send("GET", "/item?q=\(words)&history=i1,i2")
                #expect(
                    reply.status == 303 && reply.headers["location"] == "/item/\(words == "i7" ? "i7" : "i17")?history=i1,i2")
            }
            let several = Document(try await server.client.send("GET", "/item?q=item+2&history=i1"))
            #expect(several.plain.contains("Which of them?") && several.addresses.contains("/item/i22?history=i1"))
            let none = Document(try await server.client.send("GET", "/item?q=zebra"))
            #expect(none.plain.contains("No item has these words"))
        }
    }

    /// What goes wrong is a page with the status and the words of the same failure in JSON.
    @Test(arguments: [
        ("/item/nobody", 404, "no item"), ("/?history=gone", 404, "no item"), ("/?n=51", 422, "n is 51"),
        ("/?nn=1", 422, "no parameter"),
        ("/item/%FF", 400, "percent-encoded"), ("/?history=%00", 422, "U+0000"),
        ("/?history=\((0...100).map { "i\($0)" }.joined(separator: ","))", 422, "at most 100"),
        ("/health?x", 422, "no parameter"),
    ])
    func aFailureIsAPage(_ path: String, _ status: Int, _ words: String) async throws {
        try await TestServer.run { server in
            let reply = try await server.client.send("GET", path)
            #expect(reply.status == status && reply.headers["content-type"] == "text/html; charset=utf-8")
            let page = Document(reply)
            #expect(page.problems == [] && page.plain.contains(words) && page.addresses.contains("/"), "\(page.plain)")
        }
    }

    @Test func withoutATokenThePageAsksForOne() async throws {
        try await TestServer.run(tokens: SecurityTests.tokens) { server in
            for path in ["/", "/item/i1", "/item?q=x", "/health", "/try"] {
                let reply = try await server.client.send("GET", path)
                let page = Document(reply)
                #expect(reply.status == 401 && reply.headers["www-authenticate"] == "Bearer" && page.problems == [])
                #expect(page.plain.contains("This server asks for a token.") && !page.plain.contains("Item"))
                #expect(page.elements.contains { $0.name == "noscript" } && page.elements.contains { $0["type"] == "password" })
                let told = try await server.client.send("GET", path, token: SecurityTests.read)
                #expect(told.status == 200 || path == "/item?q=x" && told.status == 303)
            }
            // Its own files hold nothing that is secret.
            #expect(try await server.client.send("GET", PageAsset.script.path).status == 200)
            // Pictures need the token too, which the script sends.
            let page = Document(try await server.client.send("GET", "/?history=i1", token: SecurityTests.read))
            #expect(
                !page.elements.contains { $0.name == "img" } && page.elements.first { $0.name == "html" }?["data-tokens"] != nil
            )
            let trial = try await server.client.send("POST", "/try", #"{"title": "x"}"#, token: SecurityTests.read)
            #expect(trial.status == 403)
        }
    }

    @Test func filesAreKeptByTheirVersions() async throws {
        try await TestServer.run { server in
            for asset in PageAsset.allCases {
                let reply = try await server.client.send("GET", asset.path)
                #expect(reply.status == 200 && reply.headers["content-type"] == asset.type && Array(reply.body) == asset.bytes)
                #expect(reply.headers["cache-control"] == "public, max-age=31536000, immutable")
                let old = try await server.client.send("GET", "/\(asset.rawValue)?v=old")
                #expect(old.status == 200 && old.headers["cache-control"] == "no-cache")
                let same = try await server.client.send("GET", asset.path, headers: ["If-None-Match": "\"\(asset.version)\""])
                #expect(same.status == 304 && same.body.isEmpty)
            }
            let script = String(decoding: PageAsset.script.bytes, as: UTF8.self)
            for word in ["innerHTML", "eval(", "document.write", "http://", "https://"] { #expect(!script.contains(word)) }
            let style = String(decoding: PageAsset.style.bytes, as: UTF8.self)
            #expect(!style.contains("url(") && !style.contains("@import") && style.contains("prefers-color-scheme:dark"))
        }
    }

    /// A picture is shown where there is one, the title in its place where there is none.
    @Test func picturesAreShownAndMissed() async throws {
        try await TestServer.run { server in
            _ = try await server.client.send("PUT", "/v1/items/i1/picture", type: "image/png", bytes: ItemTests.picture)
            let item = try await server.client.send("GET", "/v1/items/i1")
            let path = try #require(item.text("picture"))
            let page = Document(try await server.client.send("GET", "/?history=i1,i2"))
            #expect(page.elements.contains { $0.name == "img" && $0["src"] == "\(path)&size=thumbnail" && $0["alt"] == "" })
            #expect(page.elements.contains { $0["class"] == "blank" })
            #expect(try await server.client.send("GET", "\(path)&size=thumbnail").status == 200)
        }
    }
}
