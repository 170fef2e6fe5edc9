import Files
import Foundation
import HiddenStates
import TestSupport
import Testing

@Suite struct WriterTests {
    @Test func bytesDoNotDependOnInterruptions() throws {
        try withTemporaryFolder { folder in
            try Samples.store(at: folder.appending(path: "whole"))
            let whole = try Samples.contents(folder.appending(path: "whole"))
            #expect(
                whole.keys.sorted() == ["items.jsonl", "manifest.json"] + (0..<5).map { "states-0000\($0).safetensors" })
            var generator = SeededGenerator(seed: 5)
            for round in 0..<6 {
                let url = folder.appending(path: "interrupted-\(round)")
                var encoded = 0
                while true {
                    let writer = try HiddenStateStoreWriter(
                        url, identity: Samples.identity(), items: Samples.items(30), shardItems: 7)
                    encoded += try Samples.write(writer, shards: Int.random(in: 0...2, using: &generator))
                    guard writer.pendingShards.isEmpty else { continue }
                    try writer.finish()
                    break
                }
                #expect(encoded == 30)
                #expect(try Samples.contents(url) == whole)
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 7)
        }
    }

    @Test func aShardThatIsNotWholeIsWrittenAgain() throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "store")
            func writer() throws -> HiddenStateStoreWriter {
                try HiddenStateStoreWriter(url, identity: Samples.identity(), items: Samples.items(30), shardItems: 7)
            }
            try Samples.write(writer(), shards: 3)
            let file = folder.appending(path: "store.building/states-00001.safetensors")
            try Data(contentsOf: file).dropLast(9).write(to: file)
            #expect(try writer().pendingShards.map(\.index) == [1, 3, 4])
            try Samples.write(writer())
            try writer().finish().verify()
        }
    }

    @Test func aFinishedStoreIsLeftAlone() throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "store")
            try Samples.store(at: url)
            let before = try Samples.contents(url)
            let writer = try HiddenStateStoreWriter(url, identity: Samples.identity(), items: Samples.items(30))
            #expect(writer.isComplete && writer.pendingShards.isEmpty && writer.reusedItems == 30)
            #expect(try writer.finish().itemCount == 30)
            #expect(try Samples.contents(url) == before)
        }
    }

    @Test func onlyNewAndChangedItemsAreEncoded() throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "store")
            try Samples.store(at: url)
            var items = Samples.items(40)
            items.remove(at: 12)
            items.swapAt(2, 25)
            items[5].contentHash = "changed"
            do {
                let writer = try HiddenStateStoreWriter(url, identity: Samples.identity(), items: items, shardItems: 7)
                #expect(writer.pendingShards.flatMap(\.missing) == [5] + Array(29..<39))
                #expect(writer.reusedItems == 28)
                // The former store can be read while the new one is made.
                #expect(try HiddenStateStore.open(url).itemCount == 30)
                #expect(try Samples.write(writer, shards: 2) == 1)
            }
            let next = try HiddenStateStoreWriter(url, identity: Samples.identity(), items: items, shardItems: 7)
            try Samples.write(next)
            try next.finish().verify()
            try Samples.store(at: folder.appending(path: "fresh"), items: items)
            #expect(try Samples.contents(url) == Samples.contents(folder.appending(path: "fresh")))
        }
    }

    @Test func rowsOfADamagedFormerStoreAreNotUsed() throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "store")
            try Samples.store(at: url)
            let file = url.appending(path: "states-00000.safetensors")
            var data = try Data(contentsOf: file)
            data[data.count - 20] ^= 4
            try data.write(to: file)
            let writer = try HiddenStateStoreWriter(url, identity: Samples.identity(), items: Samples.items(31), shardItems: 7)
            let error = try #require(throws: UserError.self) { try Samples.write(writer) }
            #expect(error.place?.hasSuffix("states-00000.safetensors") == true)
        }
    }

    @Test func somethingElseGivesWayOnlyWhenAsked() throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "store")
            func writer(_ identity: StoreIdentity, items: Int = 30, anew: Bool = false) throws -> HiddenStateStoreWriter {
                try HiddenStateStoreWriter(
                    url, identity: identity, items: Samples.items(items), shardItems: 7, startingAnew: anew)
            }
            try Samples.write(writer(Samples.identity()), shards: 2)
            #expect(throws: UserError.self) { try writer(Samples.identity(.float32)) }
            #expect(throws: UserError.self) { try writer(Samples.identity(), items: 29) }
            #expect(try writer(Samples.identity()).pendingShards.count == 3)
            let anew = try writer(Samples.identity(.float32), anew: true)
            #expect(anew.pendingShards.count == 5)
            try Samples.write(anew)
            try anew.finish()
            #expect(throws: UserError.self) { try writer(Samples.identity()) }
            #expect(try HiddenStateStore.open(url).dtype == .float32)
            let second = try writer(Samples.identity(), anew: true)
            try Samples.write(second)
            #expect(try HiddenStateStore.open(url).dtype == .float32)
            try second.finish()
            #expect(try HiddenStateStore.open(url).dtype == .float16)
        }
    }

    @Test func otherFoldersAreNotTouched() throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "photos")
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
            try Data("mine".utf8).write(to: url.appending(path: "manifest.json"))
            for anew in [false, true] {
                #expect(throws: UserError.self) {
                    try HiddenStateStoreWriter(
                        url, identity: Samples.identity(), items: Samples.items(3), startingAnew: anew)
                }
            }
            #expect(try Samples.contents(url) == ["manifest.json": Data("mine".utf8)])
        }
    }

    @Test func aSecondWriterIsKeptOut() throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "store")
            let first = try HiddenStateStoreWriter(url, identity: Samples.identity(), items: Samples.items(30))
            let error = try #require(throws: UserError.self) {
                try HiddenStateStoreWriter(url, identity: Samples.identity(), items: Samples.items(30))
            }
            #expect(error.problem.contains("another process"))
            try Samples.write(first)
            try first.finish()
        }
    }

    @Test func aBuildThatOnlyLacksItsRenameIsPutInPlace() throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "store")
            try Samples.store(at: url)
            try FileManager.default.moveItem(at: url, to: folder.appending(path: "store.building"))
            let writer = try HiddenStateStoreWriter(url, identity: Samples.identity(), items: Samples.items(30))
            #expect(writer.isComplete)
            try HiddenStateStore.open(url).verify()
        }
    }

    /// A kill after the new store has taken its place: what was exchanged is the old one, and not a finished build.
    @Test func theStoreThatWasExchangedIsNotPutBack() throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "store")
            let building = folder.appending(path: "store.building")
            try Samples.store(at: folder.appending(path: "old"), Samples.identity(.float32))
            try Samples.store(at: url)
            try FileManager.default.moveItem(at: folder.appending(path: "old"), to: building)
            let contents = try Samples.contents(url)
            try AtomicFile.write("{}", to: url.appending(path: "building.json"))
            let writer = try HiddenStateStoreWriter(url, identity: Samples.identity(), items: Samples.items(30))
            #expect(writer.isComplete && !FileManager.default.fileExists(atPath: building.path))
            #expect(try Samples.contents(url) == contents)
            // The same while the last file goes.
            try AtomicFile.write("{}", to: url.appending(path: "building.json"))
            let more = try HiddenStateStoreWriter(url, identity: Samples.identity(), items: Samples.items(31), shardItems: 7)
            try Samples.write(more)
            try more.finish().verify()
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["store"])
        }
    }

    /// A kill between the manifest and the exchange: the build is whole and takes its place.
    @Test func aFinishedBuildTakesThePlaceOfTheFormerStore() throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "store")
            let building = folder.appending(path: "store.building")
            try Samples.store(at: url, items: Samples.items(20))
            try Samples.store(at: building)
            try AtomicFile.write("{}", to: building.appending(path: "building.json"))
            let writer = try HiddenStateStoreWriter(url, identity: Samples.identity(), items: Samples.items(30))
            #expect(writer.isComplete && writer.items.count == 30)
            let store = try HiddenStateStore.open(url)
            try store.verify()
            #expect(store.itemCount == 30)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["store"])
            #expect(!FileManager.default.fileExists(atPath: url.appending(path: "building.json").path))
        }
    }

    @Test func aStoreThatIsALinkIsFilledAtItsTarget() throws {
        try withTemporaryFolder { folder in
            let disk = folder.appending(path: "disk/text")
            try Folder.make(disk)
            let link = folder.appending(path: "store")
            try FileManager.default.createSymbolicLink(atPath: link.path, withDestinationPath: "disk/text")
            try Samples.store(at: link, items: Samples.items(20))
            try Samples.store(at: link)
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link.path) == "disk/text")
            #expect(try HiddenStateStore.open(disk).itemCount == 30)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["disk", "store"])
        }
    }

    @Test func whatLiesBesideAStoresFilesIsNotLost() throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "store")
            try Samples.store(at: url)
            try AtomicFile.write("mine", to: url.appending(path: "notes.txt"))
            let error = #expect(throws: UserError.self) {
                try HiddenStateStoreWriter(url, identity: Samples.identity(), items: Samples.items(31))
            }
            #expect(error?.problem.contains("notes.txt") == true)
            // Nothing is to be done for these items, so nothing is in danger.
            #expect(try HiddenStateStoreWriter(url, identity: Samples.identity(), items: Samples.items(30)).isComplete)
        }
    }

    @Test(arguments: [Float.nan, .infinity, -.infinity, 65520, -1e9])
    func whatDoesNotFitIsNotStored(value: Float) throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "store")
            let writer = try HiddenStateStoreWriter(url, identity: Samples.identity(), items: Samples.items(10), shardItems: 5)
            var states = [Float](repeating: 1, count: 5 * 15)
            // The shard's item 3, its second layer (layer 2), third value.
            states[3 * 15 + 5 + 2] = value
            let error = try #require(throws: UserError.self) {
                try writer.write(writer.pendingShards[1], states: states, present: [true, true, true, true, true])
            }
            #expect(error.place == "item \"item-8\", layer 2")
            #expect(error.problem.contains("\(value)"))
            #expect(error.remedy?.contains("bfloat16 or float32") == true)
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: "store.building").path)
            #expect(!names.contains { $0.contains("states-") })
            // A missing item's states are not looked at.
            try writer.write(writer.pendingShards[1], states: states, present: [true, true, true, false, true])
            #expect(writer.pendingShards.map(\.index) == [0])
            #expect(throws: UserError.self) { try writer.finish() }
        }
    }

    @Test func impossibleInputIsRefused() throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "store")
            func fails(_ identity: StoreIdentity = Samples.identity(), _ items: [StoreItem] = Samples.items(3)) {
                #expect(throws: UserError.self) { try HiddenStateStoreWriter(url, identity: identity, items: items) }
            }
            fails(Samples.identity(), [])
            fails(Samples.identity(), Samples.items(3) + Samples.items(1))
            fails(Samples.identity(layers: []))
            fails(Samples.identity(layers: [1, 1]))
            fails(Samples.identity(layers: [-1]))
            fails(Samples.identity(width: 0))
            fails(Samples.identity(width: .max))
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(names == [])
        }
    }
}
