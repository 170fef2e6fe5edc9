import Database
import Files
import Foundation
import Testing

/// What every form of the database promises of events.
@Suite struct EventContractTests {
    private func event(_ item: String, at time: Int, by user: String = "u", _ kind: String = "view", key: String? = nil)
        -> Event
    {
        Event(user: user, item: item, kind: kind, time: time, key: key)
    }

    @Test(arguments: Form.all) func eventsComeInTheOrderOfTheirTimesAndThenOfTheirArrival(_ form: Form) async throws {
        try await form.withDatabase { (database) async throws in
            #expect(try await database.add([event("z", at: 5), event("b", at: 9), event("a", at: 5)]) == 3)
            #expect(try await database.add([event("m", at: 5), event("c", at: -7), event("x", at: 1, by: "other")]) == 3)
            #expect(try await items(database, 100) == ["c", "z", "a", "m", "b"])
            #expect(try await items(database, 3) == ["a", "m", "b"])
            #expect(try await items(database, 1) == ["b"])
            #expect(try await items(database, 0).isEmpty)
            #expect(try await database.events(of: "nobody", newest: 10, kinds: nil).isEmpty)
            #expect(try await database.events(of: "other", newest: 10, kinds: nil) == [event("x", at: 1, by: "other")])
        }
    }

    private func items(_ database: any ServerDatabase, _ newest: Int, _ kinds: [String]? = nil) async throws -> [String] {
        try await database.events(of: "u", newest: newest, kinds: kinds).map(\.item)
    }

    @Test(arguments: Form.all) func kindsAreReadApart(_ form: Form) async throws {
        try await form.withDatabase { (database) async throws in
            let kinds = ["view", "buy", "it's \"odd\""]
            for time in 0..<9 { _ = try await database.add([event("\(time)", at: time, kinds[time % 3])]) }
            #expect(try await items(database, 2, ["buy"]) == ["4", "7"])
            #expect(try await items(database, 100, ["it's \"odd\"", "view"]) == ["0", "2", "3", "5", "6", "8"])
            #expect(try await items(database, 100, []).isEmpty)
            #expect(try await items(database, 100, ["none"]).isEmpty)
        }
    }

    @Test(arguments: Form.all) func anEventIsKeptOnce(_ form: Form) async throws {
        try await form.withDatabase { (database) async throws in
            #expect(try await database.add([event("a", at: 1), event("a", at: 1), event("a", at: 2)]) == 2)
            #expect(try await database.add([event("a", at: 1), event("a", at: 1, "buy"), event("b", at: 1)]) == 2)
            // With keys these alone count, whoever has them.
            let first = event("a", at: 1, key: "k1")
            #expect(try await database.add([first, event("a", at: 1, key: "k2")]) == 2)
            #expect(try await database.add([event("q", at: 7, by: "late", key: "k1"), first]) == 0)
            #expect(try await database.events(of: "late", newest: 10, kinds: nil).isEmpty)
            #expect(try await database.events(of: "u", newest: 10, kinds: nil).map(\.key) == [nil, nil, nil, "k1", "k2", nil])
            let statistics = try await database.statistics()
            #expect((statistics.events, statistics.users) == (6, 1))
            await #expect(throws: UserError.self) { try await database.add([event("c", at: 3), event("a\0", at: 3)]) }
            #expect(try await database.statistics().events == 6)
        }
    }

    @Test(arguments: Form.all) func textsThatLookAlikeAreNotOne(_ form: Form) async throws {
        try await form.withDatabase { (database) async throws in
            // Two spellings of one letter, which Swift calls equal.
            let (one, other) = ("\u{e9}", "e\u{301}")
            let twice = [event("a", at: 1, by: one, key: one), event("a", at: 1, by: other, key: other)]
            #expect(try await database.add(twice) == 2)
            #expect(try await database.statistics().users == 2)
            let kept = try await database.events(of: other, newest: 10, kinds: nil)
            #expect(kept.map { Array($0.key!.utf8) } == [Array(other.utf8)])
        }
    }

    @Test(arguments: Form.all) func allEventsAreReadInTheOrderInWhichTheyCame(_ form: Form) async throws {
        try await form.withDatabase { (database) async throws in
            let all = (0..<25).map { event("i\($0)", at: 100 - $0, by: "u\($0 % 4)", key: $0 % 2 == 0 ? "k\($0)" : nil) }
            for start in stride(from: 0, to: 25, by: 5) { _ = try await database.add(Array(all[start..<start + 5])) }
            _ = try await database.erase(user: "u3")
            var (seen, place): ([Event], Int) = ([], 0)
            while true {
                let page = try await database.events(after: place, most: 4)
                #expect(page.count <= 4 && page.map(\.place) == page.map(\.place).sorted())
                guard let last = page.last else { break }
                seen += page.map(\.event)
                place = last.place
            }
            #expect(seen == all.filter { $0.user != "u3" })
            // What comes later has a later place, also after the last one was erased.
            _ = try await database.erase(user: "u0")
            _ = try await database.add([event("new", at: 0)])
            #expect(try await database.events(after: place, most: 4).map(\.event.item) == ["new"])
        }
    }

    @Test(arguments: Form.all) func manyAddEventsAtOnce(_ form: Form) async throws {
        try await form.withDatabase { (database) async throws in
            let counts = try await withThrowingTaskGroup(of: Int.self) { group in
                for writer in 0..<200 {
                    // Two writers send the same.
                    group.addTask {
                        try await database.add([event("i\(writer / 2)", at: writer / 2, by: "u\(writer % 20 / 2)")])
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(counts == 100)
            let statistics = try await database.statistics()
            #expect((statistics.events, statistics.users) == (100, 10))
            #expect(try await database.events(after: 0, most: 1000).count == 100)
        }
    }

    @Test(arguments: Form.all) func anErasedUserIsGoneAndMayComeAgain(_ form: Form) async throws {
        try await form.withDatabase { (database) async throws in
            _ = try await database.add([event("a", at: 1), event("b", at: 2, key: "k"), event("a", at: 1, by: "v")])
            #expect(try await database.erase(user: "u") == 2)
            #expect(try await database.erase(user: "u") == 0)
            #expect(try await items(database, 10).isEmpty)
            var statistics = try await database.statistics()
            #expect((statistics.events, statistics.users) == (1, 1))
            #expect(try await database.events(of: "v", newest: 10, kinds: nil).count == 1)
            // Keys and times are free again.
            #expect(try await database.add([event("a", at: 1), event("b", at: 2, key: "k")]) == 2)
            #expect(try await items(database, 10) == ["a", "b"])
            statistics = try await database.statistics()
            #expect((statistics.events, statistics.users) == (3, 2))
        }
    }

    @Test(arguments: Form.all) func theNewestUsersAreKnown(_ form: Form) async throws {
        try await form.withDatabase { (database) async throws in
            #expect(try await database.users(newest: 10).isEmpty)
            // Who came last counts, not when it was.
            _ = try await database.add([event("a", at: 9, by: "u"), event("b", at: 8, by: "v"), event("c", at: 1, by: "w")])
            _ = try await database.add([event("d", at: 2, by: "u")])
            #expect(try await database.users(newest: 10) == ["u", "w", "v"])
            #expect(try await database.users(newest: 2) == ["u", "w"])
            #expect(try await database.users(newest: 0).isEmpty)
            _ = try await database.erase(user: "w")
            #expect(try await database.users(newest: 10) == ["u", "v"])
        }
    }
}
