import Datasets
import Files
import Foundation
import Synchronization
import TestModels
import TestSupport
import Testing
import Torch

@testable import Serving

/// Snapshots against a plain dictionary, through random changes, with readers that keep old ones.
@Suite(.oneAtATime) struct CatalogueSnapshotTests {
    private static let width = 8

    /// The plain form: items in the order in which their rows were made.
    private struct Plain: Sendable {
        struct Item: Sendable {
            var row: Int
            var title: String?
            var tags: Set<String>
            var isHidden: Bool
            var vector: [Float]
        }
        var items: [String: Item] = [:]
        var rows = 0

        mutating func apply(_ change: CatalogueSnapshot.Change) {
            switch change {
            case .put(let id, let title, let tags, let vector, _):
                let row = items[id]?.row ?? rows
                rows = max(rows, row + 1)
                items[id] = Item(row: row, title: title, tags: tags, isHidden: false, vector: vector)
            case .hide(let id, let isHidden): items[id]?.isHidden = isHidden
            case .tag(let id, let tags): items[id]?.tags = tags
            case .remove(let id): items[id] = nil
            }
        }

        /// The ids of the greatest scores among the items that have a tag of each group.
        func best(_ top: Int, for question: [Float], where groups: [Set<String>]) -> [String] {
            var found: [(id: String, row: Int, score: Double)] = []
            for (id, item) in items where !item.isHidden {
                if groups.contains(where: { $0.isDisjoint(with: item.tags) }) { continue }
                // Whole numbers: sums are exact in any order.
                found.append((id, item.row, zip(item.vector, question).reduce(0.0) { $0 + Double($1.0 * $1.1) }))
            }
            return found.sorted { ($0.score, $1.row) > ($1.score, $0.row) }.prefix(top).map(\.id)
        }
    }

    /// The plain form at every revision.
    private final class Reference: Sendable {
        let states: Mutex<[Plain]>
        init(_ first: Plain) { states = Mutex([first]) }
        func append(_ next: Plain) { states.withLock { $0.append(next) } }
    }

    private func vector(_ generator: inout SeededGenerator) -> [Float] {
        (0..<Self.width).map { _ in Float(Int.random(in: -3...3, using: &generator)) }
    }

    private func started(_ folder: URL, items: Int, coded: Bool) throws -> (CatalogueSnapshot, Plain) {
        let world = try SmallWorld(folder, items: items)
        var generator = SeededGenerator(seed: 1)
        var plain = Plain()
        var numbers: [Float] = []
        for item in world.dataset.items {
            let own = vector(&generator)
            numbers += own
            plain.apply(.put(id: item.id, title: item.title, tags: [], vector: own))
        }
        let search = try ExactSearch(Tensor(numbers).reshaped([items, Self.width]))
        return (CatalogueSnapshot(world.dataset, search: coded ? try search.coded() : search), plain)
    }

    private func change(_ plain: Plain, _ generator: inout SeededGenerator) -> CatalogueSnapshot.Change {
        let known = plain.items.keys.sorted().randomElement(using: &generator) ?? "i1"
        let tags = Set(["red", "blue", "tall"].filter { _ in Bool.random(using: &generator) })
        switch Int.random(in: 0..<7, using: &generator) {
        case 0, 1:
            return .put(
                id: "new \(Int.random(in: 0..<400, using: &generator))", title: nil, tags: tags, vector: vector(&generator))
        case 2: return .put(id: known, title: "Another", tags: tags, vector: vector(&generator))
        case 3: return .hide(id: known, true)
        case 4: return .hide(id: known, false)
        case 5: return .tag(id: known, tags)
        default: return .remove(id: known)
        }
    }

    private let filters: [[Set<String>]] = [[], [["red"]], [["red", "blue"], ["tall"]], [["none"]]]

    private func check(_ snapshot: CatalogueSnapshot, _ plain: Plain, _ generator: inout SeededGenerator) throws {
        let question = vector(&generator)
        let groups = filters.randomElement(using: &generator)!
        let left = groups.isEmpty ? snapshot.leftOut : snapshot.leftOut(where: groups)
        let found = try snapshot.search.best(7, for: [.init(question)], leavingOut: left).lists[0]
        #expect(found.map { snapshot[$0.row].id } == plain.best(7, for: question, where: groups))
    }

    /// Every snapshot answers as the dictionary did at its revision, also after many more changes.
    @Test(arguments: [false, true]) func everyRevisionIsThePlainForm(_ coded: Bool) throws {
        try withTemporaryFolder { folder in
            // Rows of a block, and changes that make a second.
            var (snapshot, plain) = try started(folder, items: RowBlock.usualCount - 30, coded: coded)
            var generator = SeededGenerator(seed: 2)
            var kept = [(snapshot, plain)]
            for revision in 1...60 {
                let changes = (0..<Int.random(in: 1...9, using: &generator)).map { _ in change(plain, &generator) }
                // Later ones may be of an item that an earlier one has removed.
                var next = plain
                var sound: [CatalogueSnapshot.Change] = []
                for change in changes {
                    if case .hide(let id, _) = change, next.items[id] == nil { continue }
                    if case .remove(let id) = change, next.items[id] == nil { continue }
                    if case .tag(let id, _) = change, next.items[id] == nil { continue }
                    next.apply(change)
                    sound.append(change)
                }
                (snapshot, plain) = (try snapshot.applying(sound), next)
                #expect(snapshot.revision == revision)
                if revision.isMultiple(of: 6) { kept.append((snapshot, plain)) }
                try check(snapshot, plain, &generator)
            }
            #expect(snapshot.search.blocks.count == 2)
            for (snapshot, plain) in kept {
                for _ in 0..<4 { try check(snapshot, plain, &generator) }
                for (id, item) in plain.items.prefix(200) {
                    #expect(snapshot.row(of: id) == item.row && snapshot.search.row(item.row) == item.vector)
                    let entry = snapshot[item.row]
                    #expect(entry == .init(id: id, title: item.title, tags: item.tags, isHidden: item.isHidden))
                }
            }
            // What was not changed is shared.
            let (first, last) = (
                snapshot, try snapshot.applying([.put(id: "one more", title: nil, tags: [], vector: [1, 0, 0, 0, 0, 0, 0, 0])])
            )
            #expect(first.search.blocks[0] === last.search.blocks[0] && first.search.blocks[1] !== last.search.blocks[1])
            #expect(first.row(of: "one more") == nil && last.row(of: "one more") == first.search.count)
        }
    }

    @Test func wrongChangesChangeNothing() throws {
        try withTemporaryFolder { folder in
            let (snapshot, _) = try started(folder, items: 30, coded: false)
            let live = LiveCatalogue(snapshot)
            let wrong: [CatalogueSnapshot.Change] = [
                .hide(id: "nobody", true), .remove(id: "nobody"), .put(id: "a", title: nil, tags: [], vector: [1]),
                .put(id: "a", title: nil, tags: [], vector: [Float](repeating: .nan, count: Self.width)),
            ]
            for change in wrong {
                #expect(throws: UserError.self) { try live.apply([.hide(id: "i3", true), change]) }
                #expect(live.snapshot.revision == 0 && live.snapshot.leftOut.count == 0)
            }
            #expect(try live.apply([.hide(id: "i3", true), .remove(id: "i4")]) == 1)
            #expect(live.snapshot.leftOut.count == 2 && live.snapshot.row(of: "i4") == nil)
        }
    }

    /// Ids are bytes, as in the dataset and in databases: `é` of one code point is another than `é` of two, which `String` takes for the same.
    @Test func idsThatLookAlikeAreNotOne() throws {
        let (composed, decomposed) = ("caf\u{E9}", "cafe\u{301}")
        #expect(composed == decomposed)
        try withTemporaryFolder { folder in
            let (snapshot, _) = try started(folder, items: 30, coded: false)
            let (one, two) = ([Float](repeating: 1, count: Self.width), [Float](repeating: 2, count: Self.width))
            let both = try snapshot.applying([
                .put(id: composed, title: "One", tags: [], vector: one),
                .put(id: decomposed, title: "Two", tags: [], vector: two),
            ])
            #expect(both.row(of: composed) == 30 && both.row(of: decomposed) == 31)
            #expect(both[30].title == "One" && both.search.row(31) == two)
            let left = try both.applying([.remove(id: composed)])
            #expect(left.row(of: composed) == nil && left.row(of: decomposed) == 31)
            var changes = ItemChanges()
            for (id, title) in [(composed, "One"), (decomposed, "Two")] {
                changes.note(.put(EncodedItem(NewItem(id: id, title: title), states: [:], encoders: [:])))
            }
            changes.note(.remove(id: decomposed))
            let put = changes.all.compactMap { if case .put(let item) = $0 { item.item.title } else { nil } }
            #expect(put == ["One"])
        }
    }

    /// Readers in several tasks see whole revisions while writers in others make them.
    @Test func readersSeeWholeRevisions() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let (snapshot, plain) = try started(folder, items: 300, coded: false)
        let live = LiveCatalogue(snapshot)
        let reference = Reference(plain)
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                var generator = SeededGenerator(seed: 9)
                for _ in 0..<150 {
                    var next = reference.states.withLock { $0.last! }
                    let made = self.change(next, &generator)
                    next.apply(made)
                    // Known before it is seen.
                    reference.append(next)
                    do { try live.apply([made]) } catch { Issue.record(error) }
                }
            }
            for reader in 0..<7 {
                group.addTask {
                    var generator = SeededGenerator(seed: UInt64(reader))
                    for _ in 0..<40 {
                        let snapshot = live.snapshot
                        let plain = reference.states.withLock { $0[snapshot.revision] }
                        do { try self.check(snapshot, plain, &generator) } catch { Issue.record(error) }
                        await Task.yield()
                    }
                }
            }
        }
        #expect(live.snapshot.revision == 150)
    }
}
