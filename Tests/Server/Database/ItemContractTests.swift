import Database
import Files
import Foundation
import Testing

/// What every form of the database promises of items.
@Suite struct ItemContractTests {
    @Test(arguments: Form.allCases) func whatIsWrittenIsReadAgain(_ form: Form) async throws {
        try await form.withDatabase { (database) async throws in
            #expect(try await database.revision() == 0)
            #expect(try await database.item("a") == nil)
            let whole = ItemChange(
                id: "a/ü 💡",
                content: ItemContent(
                    title: "Kettle, \"blue\"'; --", picture: "p1",
                    states: [
                        EncodedStates(modality: "text", encoder: "e", numbers: Data([0, 255, 7])),
                        EncodedStates(modality: "image", encoder: "f", numbers: nil),
                        EncodedStates(modality: "text", encoder: "g", numbers: Data(repeating: 3, count: 100_000)),
                    ]), tags: ["x", "", "\"\\,{}"])
            var marked = ItemChange(id: "b", tags: [])
            marked.isHidden = true
            var removed = ItemChange(id: "c")
            removed.isRemoved = true
            let empty = ItemChange(id: "d", content: ItemContent())
            #expect(try await database.write([whole, marked, removed, empty]) == [1, 2, 3, 4])
            for (index, item) in [whole, marked, removed, empty].enumerated() {
                #expect(try await database.item(item.id) == StoredItem(revision: index + 1, item: item))
            }
            // The whole state is replaced, and nothing of the old one shines through.
            #expect(try await database.write([ItemChange(id: whole.id)]) == [5])
            #expect(try await database.item(whole.id) == StoredItem(revision: 5, item: ItemChange(id: whole.id)))
            #expect(try await database.revision() == 5)
            #expect(try await database.statistics().items == 4)
        }
    }

    @Test(arguments: Form.allCases) func changesComeInPagesEachItemOnceInRisingOrder(_ form: Form) async throws {
        try await form.withDatabase { (database) async throws in
            for round in 1...3 {
                for item in 0..<7 { _ = try await database.write([.titled("i\(item)", "\(round)")]) }
            }
            _ = try await database.write([.titled("i2", "last")])
            var (seen, after): ([StoredItem], Int) = ([], 0)
            while true {
                let page = try await database.changes(after: after, most: 3)
                #expect(page.count <= 3)
                guard let last = page.last else { break }
                seen += page
                after = last.revision
            }
            #expect(seen.map(\.item.id) == ["i0", "i1", "i3", "i4", "i5", "i6", "i2"])
            #expect(seen.map(\.revision) == [15, 16, 18, 19, 20, 21, 22])
            #expect(seen.last?.item == .titled("i2", "last"))
            #expect(try await database.changes(after: 22, most: 3).isEmpty)
            #expect(try await database.changes(after: 0, most: 0).isEmpty)
        }
    }

    @Test(arguments: Form.allCases) func aChangeThatExpectsAnotherRevisionIsRefusedWithAllBesideIt(_ form: Form) async throws {
        try await form.withDatabase { (database) async throws in
            #expect(try await database.write([.titled("a", "1", expected: 0)]) == [1])
            for expected in [0, 2] {
                await #expect(
                    performing: {
                        _ = try await database.write([.titled("b", "1"), .titled("a", "2", expected: expected)])
                    }, throws: isRefusal(.conflict))
            }
            #expect(try await database.item("b") == nil)
            #expect(try await database.item("a")?.item == .titled("a", "1"))
            #expect(try await database.revision() == 1)
            let twice: [ItemChange] = [.titled("a", "2", expected: 1), .titled("a", "3", expected: 2)]
            #expect(try await database.write(twice) == [2, 3])
            await #expect(throws: UserError.self) { try await database.write([.titled("a\0b", "")]) }
        }
    }

    @Test(arguments: Form.allCases) func writersAtOnceGetEachARevisionAndOneThatFailsFailsAlone(_ form: Form) async throws {
        try await form.withDatabase { (database) async throws in
            _ = try await database.write([.titled("taken", "1")])
            let revisions = await withTaskGroup(of: Int?.self) { group in
                for writer in 0..<200 {
                    group.addTask {
                        // Every tenth expects what is not so.
                        let change =
                            writer % 10 == 3
                            ? ItemChange.titled("taken", "2", expected: 0) : .titled("w\(writer)", "\(writer)", expected: 0)
                        do { return try await database.write([change])[0] } catch {
                            #expect(isRefusal(.conflict)(error), "\(error)")
                            return nil
                        }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(revisions.filter { $0 == nil }.count == 20)
            #expect(revisions.compactMap { $0 }.sorted() == Array(2...181))
            #expect(try await database.revision() == 181)
            #expect(try await database.item("taken")?.revision == 1)
            #expect(try await database.changes(after: 0, most: 1000).map(\.revision) == Array(1...181))
        }
    }

    @Test(arguments: Form.allCases) func statesAreReplacedOnlyWhereTheItemIsAsItWas(_ form: Form) async throws {
        try await form.withDatabase { (database) async throws in
            _ = try await database.write([.titled("a", "1"), .titled("b", "1"), ItemChange(id: "c")])
            _ = try await database.write([.titled("b", "2")])
            let states = [EncodedStates(modality: "text", encoder: "e2", numbers: Data([1, 2]))]
            try await database.write([
                ItemStates(id: "a", revision: 1, states: states), ItemStates(id: "b", revision: 2, states: states),
                ItemStates(id: "c", revision: 3, states: states), ItemStates(id: "unknown", revision: 0, states: states),
            ])
            #expect(try await database.item("a")?.revision == 1)
            #expect(try await database.item("a")?.item.content?.states == states)
            #expect(try await database.item("b")?.item == .titled("b", "2"))
            #expect(try await database.item("c")?.item == ItemChange(id: "c"))
            #expect(try await database.revision() == 4)
        }
    }

    @Test(arguments: Form.allCases) func picturesInUseAreKnown(_ form: Form) async throws {
        try await form.withDatabase { (database) async throws in
            _ = try await database.write([
                .titled("a", "1", picture: "p1"), .titled("b", "1", picture: "p1"), .titled("c", "1", picture: "p2"),
            ])
            _ = try await database.write([.titled("b", "1"), .titled("c", "1", picture: "p3")])
            #expect(try await database.pictures(among: ["p1", "p2", "p3", "p4"]) == ["p1", "p3"])
            #expect(try await database.pictures(among: []).isEmpty)
        }
    }
}
