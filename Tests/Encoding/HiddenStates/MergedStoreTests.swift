import Files
import Foundation
import TestSupport
import Testing

@testable import HiddenStates

/// What becomes of a store that was put together from parts.
@Suite struct MergedStoreTests {
    private let identity = Samples.identity()

    /// Puts parts of items together, those made that have to be; returns for each part how many items were encoded.
    @discardableResult
    private func merged(_ store: URL, _ items: [StoreItem], parts count: Int = 4) throws -> [Int] {
        var encoded: [Int] = []
        for part in WorkPart.all(count) {
            let writer = try HiddenStateStoreWriter(
                StorePart.beside(store, part), identity: identity, items: Array(items[part.range(of: items.count)]),
                shardItems: 3,
                others: [StorePart.inside(store, part), store])
            encoded.append(try Samples.write(writer))
            try writer.finish()
        }
        _ = try StoreMerge(
            store, of: count, identity: identity, ids: items.map(\.id), contentHashes: items.map(\.contentHash)
        ).run()
        return encoded
    }

    private func expect(_ store: URL, _ items: [StoreItem], sourceLocation: SourceLocation = #_sourceLocation) throws {
        try withTemporaryFolder { folder in
            let whole = try Samples.store(at: folder.appending(path: "whole"), items: items)
            let found = try HiddenStateStore.open(store)
            try found.verify()
            #expect(try found.items() == items, sourceLocation: sourceLocation)
            for item in items.indices { #expect(found.row(item) == whole.row(item), sourceLocation: sourceLocation) }
        }
    }

    @Test func newItemsAreAddedAsToAnyStore() throws {
        try withTemporaryFolder { folder in
            let store = folder.appending(path: "store")
            try merged(store, Samples.items(30))
            let old = try HiddenStateStore.open(store)
            let writer = try HiddenStateStoreWriter(store, identity: identity, items: Samples.items(33), shardItems: 7)
            #expect(writer.pendingShards.flatMap(\.missing) == [30, 31, 32])
            try Samples.write(writer)
            // The parts are there until the new store is whole, and readers keep what they have opened.
            try HiddenStateStore.open(store).verify()
            try writer.finish()
            try expect(store, Samples.items(33))
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["store"])
            #expect(!FileManager.default.fileExists(atPath: store.appending(path: "parts").path))
            #expect(old.row(29) == (try HiddenStateStore.open(store)).row(29))
        }
    }

    @Test func partsOfMoreItemsTakeTheirRowsFromTheStore() throws {
        try withTemporaryFolder { folder in
            let store = folder.appending(path: "store")
            try merged(store, Samples.items(30))
            // Every range is another one; only the new items are encoded.
            #expect(try merged(store, Samples.items(47)).reduce(0, +) == 17)
            try expect(store, Samples.items(47))
            #expect(try merged(store, Samples.items(47), parts: 3).reduce(0, +) == 0)
            try expect(store, Samples.items(47))
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["store"])
            #expect(try FileManager.default.contentsOfDirectory(atPath: store.appending(path: "parts").path).count == 3)
        }
    }

    @Test func onlyThePartOfAChangedItemIsMadeAgain() throws {
        try withTemporaryFolder { folder in
            let store = folder.appending(path: "store")
            var items = Samples.items(30)
            try merged(store, items)
            let old = try HiddenStateStore.open(store)
            items[9].contentHash = "changed"
            let parts = WorkPart.all(4)
            let writer = try HiddenStateStoreWriter(
                StorePart.beside(store, parts[1]), identity: identity, items: Array(items[parts[1].range(of: 30)]),
                shardItems: 3,
                others: [StorePart.inside(store, parts[1]), store])
            #expect(try Samples.write(writer) == 1)
            try writer.finish()
            // The store that is there is untouched by the new part.
            try HiddenStateStore.open(store).verify()
            #expect(try merged(store, items) == [0, 0, 0, 0])
            try expect(store, items)
            #expect(old.row(29) == (try HiddenStateStore.open(store)).row(29))
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["store"])
        }
    }

    @Test func aKilledMergeThatTookPartsOfTheStoreLeavesItWhole() throws {
        try withTemporaryFolder { folder in
            let store = folder.appending(path: "store")
            let items = Samples.items(30)
            try merged(store, items)
            let building = folder.appending(path: "store.building")
            let inner = building.appending(path: "parts")
            try FileManager.default.createDirectory(at: inner, withIntermediateDirectories: true)
            try Data("{}".utf8).write(to: building.appending(path: "building.json"))
            for name in ["00001-of-00004", "00002-of-00004"] {
                try FileManager.default.copyItem(at: store.appending(path: "parts/\(name)"), to: inner.appending(path: name))
            }
            try FileManager.default.removeItem(at: inner.appending(path: "00002-of-00004/manifest.json"))
            try StorePart.restore(store)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["store"])
            #expect(try merged(store, items) == [0, 0, 0, 0])
            try expect(store, items)
        }
    }

    @Test func storesOfAnotherEncoderAreNotReplaced() throws {
        try withTemporaryFolder { folder in
            let store = folder.appending(path: "store")
            try Samples.store(at: store, Samples.identity(.float32))
            let error = try #require(throws: UserError.self) { try merged(store, Samples.items(30)) }
            #expect(error.description.contains("dtype: float32, float16"), "\(error)")
            try HiddenStateStore.open(store).verify()
        }
    }

    @Test func whatDoesNotBelongInTheStoreIsNotLost() throws {
        try withTemporaryFolder { folder in
            let store = folder.appending(path: "store")
            try merged(store, Samples.items(30))
            for name in ["parts/notes.txt", "parts/00001-of-00004/notes.txt"] {
                let file = store.appending(path: name)
                try Data("mine".utf8).write(to: file)
                let error = try #require(throws: UserError.self) {
                    try HiddenStateStoreWriter(store, identity: identity, items: Samples.items(31))
                }
                #expect(error.description.contains(name), "\(error)")
                #expect(try String(contentsOf: file, encoding: .utf8) == "mine")
                try FileManager.default.removeItem(at: file)
            }
        }
    }

    @Test(arguments: [
        "../store/parts/00002-of-00004/states-00000.safetensors", "parts/../parts/00002-of-00004/states-00000.safetensors",
        "/etc/passwd", "states-00000.safetensors", "parts/00003-of-00004/states-00000.safetensors",
        "parts/00002-of-00005/states-00000.safetensors", "parts/00002-of-00004/states-00001.safetensors",
    ])
    func pathsThatAreNotOfTheFormAreRefused(_ path: String) throws {
        try withTemporaryFolder { folder in
            let store = folder.appending(path: "store")
            try merged(store, Samples.items(30))
            let manifest = store.appending(path: "manifest.json")
            let text = try String(contentsOf: manifest, encoding: .utf8).replacing("\\/", with: "/")
            let name = "parts/00002-of-00004/states-00000.safetensors"
            #expect(text.contains(name))
            try text.replacing(name, with: path).write(to: manifest, atomically: true, encoding: .utf8)
            let error = try #require(throws: UserError.self) { try HiddenStateStore.open(store) }
            #expect(error.description.contains("is called"), "\(error)")
        }
    }

    @Test(arguments: [
        ("\"parts\" : 4", "\"parts\" : 5"), ("\"parts\" : 4", "\"parts\" : 0"),
        ("\"formatVersion\" : 2", "\"formatVersion\" : 1"),
    ])
    func aManifestWhoseNumbersDoNotFitIsRefused(_ old: String, _ new: String) throws {
        try withTemporaryFolder { folder in
            let store = folder.appending(path: "store")
            try merged(store, Samples.items(30))
            let manifest = store.appending(path: "manifest.json")
            let text = try String(contentsOf: manifest, encoding: .utf8)
            #expect(text.contains(old))
            try text.replacing(old, with: new).write(to: manifest, atomically: true, encoding: .utf8)
            #expect(throws: UserError.self) { try HiddenStateStore.open(store) }
        }
    }

    @Test func aStoreWithoutOneOfItsPartsSaysWhichFileIsMissing() throws {
        try withTemporaryFolder { folder in
            let store = folder.appending(path: "store")
            try merged(store, Samples.items(30))
            try FileManager.default.removeItem(at: store.appending(path: "parts/00003-of-00004"))
            let error = try #require(throws: UserError.self) { try HiddenStateStore.open(store) }
            #expect(error.description.contains("parts/00003-of-00004/states-00000.safetensors"), "\(error)")
        }
    }
}
