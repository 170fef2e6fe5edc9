import Files
import Foundation
import Owned
import TestSupport
import Testing

@testable import HiddenStates

/// Stores that were made in parts.
@Suite struct MergeTests {
    /// A folder with some parts of a store and what they have to be put together to.
    private struct Shop {
        let folder: URL
        var items = Samples.items(31)
        var count = 4
        var store: URL { folder.appending(path: "store") }
        var building: URL { folder.appending(path: "store.building") }
        var parts: [WorkPart] { WorkPart.all(count) }

        func beside(_ part: WorkPart) throws -> URL { try StorePart.beside(store, part) }

        /// Makes a part; returns how many items were encoded for it, and the store, which may be in the one that is there.
        @discardableResult
        func make(_ part: WorkPart, _ identity: StoreIdentity = Samples.identity(), shards: Int = .max) throws -> Int {
            let own = Array(items[part.range(of: items.count)])
            let writer = try HiddenStateStoreWriter(
                beside(part), identity: identity, items: own, shardItems: 3,
                others: [StorePart.inside(store, part), store])
            let encoded = try Samples.write(writer, shards: shards)
            if shards == .max { try writer.finish() }
            return encoded
        }

        func merge(_ identity: StoreIdentity = Samples.identity(), titles: Bool = true, stop: StopToken = StopToken()) throws
            -> HiddenStateStore?
        {
            try plan(identity, titles: titles).run(stop: stop)
        }

        func plan(_ identity: StoreIdentity = Samples.identity(), titles: Bool = true) -> StoreMerge {
            StoreMerge(
                store, of: count, identity: identity, ids: items.map(\.id),
                contentHashes: titles ? items.map(\.contentHash) : nil)
        }

        /// Expects the store to hold what one that was never cut holds.
        func expectWhole(sourceLocation: SourceLocation = #_sourceLocation) throws {
            let store = try HiddenStateStore.open(store)
            try store.verify()
            let whole = try Samples.store(at: folder.appending(path: "whole-\(UUID().uuidString)"), items: items)
            #expect(try store.items() == items && store.manifest.items == whole.manifest.items, sourceLocation: sourceLocation)
            for item in items.indices {
                #expect(store.isPresent(item) == whole.isPresent(item), sourceLocation: sourceLocation)
                #expect(store.row(item) == whole.row(item), sourceLocation: sourceLocation)
            }
            try store.check(ids: items.map(\.id))
            // Nothing is left beside it.
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(names.allSatisfy { $0 == "store" || $0.hasPrefix("whole-") }, sourceLocation: sourceLocation)
            let inner = try FileManager.default.contentsOfDirectory(atPath: self.store.path)
            #expect(Set(inner).isSubset(of: ["manifest.json", "items.jsonl", "parts"]), sourceLocation: sourceLocation)
        }
    }

    private func inode(_ url: URL) throws -> UInt64 {
        try #require(try FileManager.default.attributesOfItem(atPath: url.path)[.systemFileNumber] as? UInt64)
    }

    @Test(arguments: [1, 2, 4, 31]) func partsBecomeTheStoreAndNothingIsCopied(count: Int) throws {
        try withTemporaryFolder { folder in
            let shop = Shop(folder: folder, count: count)
            var numbers: [UInt64] = []
            for part in shop.parts.reversed() {
                try shop.make(part)
                numbers.insert(try inode(shop.beside(part).appending(path: "states-00000.safetensors")), at: 0)
            }
            let store = try #require(try shop.merge())
            #expect(store.manifest.formatVersion == 2 && store.manifest.parts == count)
            #expect(
                try shop.parts.map { try inode(StorePart.inside(shop.store, $0).appending(path: "states-00000.safetensors")) }
                    == numbers)
            try shop.expectWhole()
            let before = try Data(contentsOf: shop.store.appending(path: "manifest.json"))
            #expect(try shop.merge() == nil)
            #expect(try Data(contentsOf: shop.store.appending(path: "manifest.json")) == before)
            // A task that comes again finds its part in the store, and makes nothing.
            for part in shop.parts { #expect(try shop.make(part) == 0) }
            try shop.expectWhole()
        }
    }

    @Test func everyPartThatDoesNotBelongIsNamedAndNothingIsTouched() throws {
        try withTemporaryFolder { folder in
            var shop = Shop(folder: folder, count: 8)
            for part in shop.parts {
                switch part.number {
                case 1: break
                case 2: try shop.make(part, shards: 1)
                case 3: try shop.make(part, Samples.identity(.bfloat16))
                case 4:
                    shop.items[part.range(of: 31).lowerBound].id = "another"
                    try shop.make(part)
                    shop.items = Samples.items(31)
                case 5:
                    shop.items[part.range(of: 31).lowerBound].contentHash = "another"
                    try shop.make(part)
                    shop.items = Samples.items(31)
                case 6:
                    var own = Array(shop.items[part.range(of: 31)])
                    own.removeLast()
                    try Samples.store(at: shop.beside(part), items: own)
                case 7:
                    var other = Samples.identity()
                    other.encoder.weightsHash = String(repeating: "f", count: 64)
                    other.encoder.tokenizerHash = "c"
                    other.preprocessing["maximumTokens"] = "12"
                    try shop.make(part, other)
                default: try shop.make(part)
                }
            }
            let before = try FileManager.default.subpathsOfDirectory(atPath: folder.path).sorted()
            let error = try #require(throws: UserError.self) { try shop.merge() }
            for text in [
                "1 of 8 parts are not there: 1", "part 2 of 8 is unfinished", "dtype: bfloat16, float16", "\"another\"",
                "part 5 of 8 has the states of another title", "part 6 of 8 has 3 items", "weights: ffff", "tokenizer: c, b",
                "preprocessing.maximumTokens: 12, 30", "7 problems were found",
            ] { #expect(error.description.contains(text), "\(text) in \(error)") }
            #expect(try FileManager.default.subpathsOfDirectory(atPath: folder.path).sorted() == before)
            // Of pictures the contents are not known without reading all.
            let less = try #require(throws: UserError.self) { try shop.merge(titles: false) }
            #expect(less.description.contains("6 problems") && !less.description.contains("part 5"))
        }
    }

    @Test func aStoreBehindALinkHasItsPartsBesideTheTarget() throws {
        try withTemporaryFolder { folder in
            let disk = folder.appending(path: "disk")
            try FileManager.default.createDirectory(at: disk, withIntermediateDirectories: true)
            let linked = Shop(folder: folder)
            try FileManager.default.createSymbolicLink(
                at: linked.store, withDestinationURL: disk.appending(path: "store"))
            for part in linked.parts { try linked.make(part) }
            #expect(try FileManager.default.contentsOfDirectory(atPath: disk.path).count == 4)
            _ = try linked.merge()
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: linked.store.path).hasSuffix("disk/store"))
            try Shop(folder: disk).expectWhole()
            try HiddenStateStore.open(linked.store).verify()
        }
    }

    @Test func partsOfAnotherNumberAreMentioned() throws {
        try withTemporaryFolder { folder in
            var shop = Shop(folder: folder)
            for part in shop.parts { try shop.make(part) }
            shop.count = 3
            let error = try #require(throws: UserError.self) { try shop.merge() }
            #expect(error.description.contains("3 of 3 parts are not there: 1, 2, 3"), "\(error)")
            #expect(error.description.contains("There are parts of 4"), "\(error)")
        }
    }

    @Test func aDamagedPartIsNotTaken() throws {
        try withTemporaryFolder { folder in
            let shop = Shop(folder: folder)
            for part in shop.parts { try shop.make(part) }
            let file = try shop.beside(shop.parts[2]).appending(path: "states-00001.safetensors")
            let whole = try Data(contentsOf: file)
            var data = whole
            data[data.count - 20] ^= 1
            try data.write(to: file)
            let error = try #require(throws: UserError.self) { try shop.merge() }
            #expect(error.description.contains("00003-of-00004/states-00001") || error.description.contains("SHA-256"))
            #expect(!FileManager.default.fileExists(atPath: shop.store.path))
            try whole.write(to: file)
            _ = try shop.merge()
            try shop.expectWhole()
        }
    }

    @Test func aPartThatIsWrittenIsRefusedWithItsOwner() throws {
        try withTemporaryFolder { folder in
            let shop = Shop(folder: folder)
            for part in shop.parts { try shop.make(part) }
            let lock = try OwnedFolder(.store, at: shop.beside(shop.parts[1]), for: .going)
            let error = try #require(throws: UserError.self) { try shop.merge() }
            #expect(error.description.contains("another process is writing here: process \(getpid())"), "\(error)")
            withExtendedLifetime(lock) {}
        }
        try withTemporaryFolder { folder in
            let shop = Shop(folder: folder)
            for part in shop.parts { try shop.make(part) }
            _ = try shop.merge()
            try shop.expectWhole()
        }
    }

    /// What a kill leaves after some parts were moved.
    @Test(arguments: 0...4) func aMergeThatWasKilledWhileMovingIsUndoneOrDoneAgain(moved: Int) throws {
        for restored in [false, true] {
            try withTemporaryFolder { folder in
                let shop = Shop(folder: folder)
                for part in shop.parts { try shop.make(part) }
                let inner = shop.building.appending(path: "parts")
                try FileManager.default.createDirectory(at: inner, withIntermediateDirectories: true)
                try Data("{}".utf8).write(to: shop.building.appending(path: "building.json"))
                for part in shop.parts.prefix(moved) {
                    try FileManager.default.moveItem(
                        at: shop.beside(part), to: StorePart.inside(shop.building, part))
                }
                if restored {
                    try StorePart.restore(shop.store)
                    #expect(!FileManager.default.fileExists(atPath: shop.building.path))
                    for part in shop.parts { #expect(try shop.make(part) == 0, "nothing of it is lost") }
                }
                _ = try shop.merge()
                try shop.expectWhole()
            }
        }
    }

    @Test func aMergeThatWasKilledBeforeItsLastStepIsFinishedByWhoeverComes() throws {
        for next in 0..<3 {
            try withTemporaryFolder { folder in
                let shop = Shop(folder: folder)
                try Samples.store(at: shop.store, items: Array(shop.items.prefix(9)))
                for part in shop.parts { try shop.make(part) }
                do {
                    let place = try OwnedFolder(.store, at: shop.store, for: .replacing)
                    let sources = try shop.parts.map { part in
                        StoreMerge.Source(
                            part: part, store: try HiddenStateStore.open(shop.beside(part)), isInside: false)
                    }
                    try shop.plan().fill(shop.building, with: sources, at: place)
                    // Where names were exchanged, the old store lies in the new one's former place.
                    if next == 1 {
                        try FileManager.default.moveItem(at: shop.store, to: folder.appending(path: "old"))
                        try FileManager.default.moveItem(at: shop.building, to: shop.store)
                        try FileManager.default.moveItem(at: folder.appending(path: "old"), to: shop.building)
                    }
                }
                if next < 2 {
                    #expect(try shop.merge() == nil, "\(next)")
                } else {
                    let writer = try HiddenStateStoreWriter(shop.store, identity: Samples.identity(), items: shop.items)
                    #expect(writer.isComplete)
                }
                try shop.expectWhole()
            }
        }
    }

    @Test func aMergeThatFailsPutsThePartsBack() throws {
        try withTemporaryFolder { folder in
            let shop = Shop(folder: folder)
            for part in shop.parts { try shop.make(part) }
            do {
                let place = try OwnedFolder(.store, at: shop.store, for: .replacing)
                let sources = try shop.parts.map { part in
                    StoreMerge.Source(part: part, store: try HiddenStateStore.open(shop.beside(part)), isInside: false)
                }
                // The third is another one since it was looked at.
                var changed = shop
                changed.items[17].contentHash = "changed"
                try changed.make(shop.parts[2])
                let error = try #require(throws: UserError.self) {
                    try shop.plan().fill(shop.building, with: sources, at: place)
                }
                #expect(error.description.contains("part 3 of 4 was written while it was checked"), "\(error)")
                #expect(!FileManager.default.fileExists(atPath: shop.building.path))
            }
            #expect(try shop.parts.map { try shop.make($0) } == [0, 0, 1, 0])
            _ = try shop.merge()
            try shop.expectWhole()
        }
    }

    @Test func aStoppedMergeLeavesThePartsWhereTheyAre() throws {
        try withTemporaryFolder { folder in
            let shop = Shop(folder: folder)
            for part in shop.parts { try shop.make(part) }
            let stop = StopToken()
            stop.request()
            #expect(throws: CancellationError.self) { try shop.merge(stop: stop) }
            #expect(!FileManager.default.fileExists(atPath: shop.store.path))
            _ = try shop.merge()
            try shop.expectWhole()
        }
    }
}
