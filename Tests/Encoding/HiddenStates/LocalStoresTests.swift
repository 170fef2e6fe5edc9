import Files
import Foundation
import Owned
import Synchronization
import TestSupport
import Testing

@testable import HiddenStates

/// Copies of stores: equal to the store, made once, within their limit, and never half.
@Suite struct LocalStoresTests {
    private func names(in folder: URL) -> Set<String> {
        Set((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [])
    }

    private func size(of folder: URL) throws -> Int {
        let files = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
        return try files.map { folder.appending(path: $0) }.reduce(0) {
            $0 + (try $1.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0)
        }
    }

    @Test func aCopyIsTheStore() throws {
        try withTemporaryFolder { folder in
            let store = try Samples.store(at: folder.appending(path: "store"), items: Samples.items(30))
            let copies = LocalStores(folder.appending(path: "copies/here"), limit: 1 << 30)
            var seen: [WorkProgress] = []
            let copy = try #require(try copies.copy(of: store, progress: { seen.append($0) }))
            #expect(copy.folder.deletingLastPathComponent().path == copies.folder.path && copy.manifest == store.manifest)
            try copy.verify()
            for item in 0..<30 { #expect(copy.row(item) == store.row(item)) }
            #expect(seen.last?.done == (try size(of: copy.folder)) && seen.last?.total == seen.last?.done)
            // The second time nothing is read of the store, not even where it is gone.
            try FileManager.default.removeItem(at: store.folder)
            seen = []
            let again = try #require(try copies.copy(of: store, progress: { seen.append($0) }))
            #expect(again.folder == copy.folder && seen.isEmpty && names(in: copies.folder) == [copy.folder.lastPathComponent])
        }
    }

    /// A store of parts is copied with them; another content has another copy.
    @Test func partsAndOtherContents() throws {
        try withTemporaryFolder { folder in
            let items = Samples.items(20)
            let place = folder.appending(path: "store")
            for part in WorkPart.all(3) {
                let own = Array(items[part.range(of: items.count)])
                let writer = try HiddenStateStoreWriter(
                    StorePart.beside(place, part), identity: Samples.identity(), items: own, shardItems: 3)
                try Samples.write(writer)
                try writer.finish()
            }
            _ = try StoreMerge(
                place, of: 3, identity: Samples.identity(), ids: items.map(\.id), contentHashes: items.map(\.contentHash)
            ).run()
            let merged = try HiddenStateStore.open(place)
            let other = try Samples.store(at: folder.appending(path: "other"), items: Samples.items(21))
            let copies = LocalStores(folder.appending(path: "copies"), limit: 1 << 30)
            for store in [merged, other] {
                let copy = try #require(try copies.copy(of: store))
                try copy.verify()
                #expect(copy.row(19) == store.row(19))
            }
            #expect(names(in: copies.folder).count == 2)
        }
    }

    /// What was not asked for the longest goes; a store that is too large is read where it is; other folders are never touched.
    @Test func theLimitHolds() throws {
        try withTemporaryFolder { folder in
            let stores: [HiddenStateStore] = try (0..<3).map {
                try Samples.store(at: folder.appending(path: "store \($0)"), items: Samples.items(30 + $0))
            }
            let place = folder.appending(path: "copies")
            let mine = ["notes", String(repeating: "0f", count: 16), String(repeating: "a1", count: 16)]
            for name in mine { try Folder.make(place.appending(path: name)) }
            try AtomicFile.write("mine", to: place.appending(path: "\(mine[1])/manifest.json"))
            // A store with something of somebody's in it.
            _ = try Samples.store(at: place.appending(path: mine[2]))
            try AtomicFile.write("mine", to: place.appending(path: "\(mine[2])/thesis.txt"))
            let one = try size(of: stores[2].folder)
            let copies = LocalStores(place, limit: one * 5 / 2)
            func age(_ copy: HiddenStateStore, _ seconds: Double) throws {
                try FileManager.default.setAttributes(
                    [.modificationDate: Date(timeIntervalSinceNow: -seconds)],
                    ofItemAtPath: copy.folder.appending(path: "manifest.json").path)
            }
            let first = try #require(try copies.copy(of: stores[0]))
            let second = try #require(try copies.copy(of: stores[1]))
            try age(first, 200)
            try age(second, 100)
            // Asked for again, the first is the newer one.
            _ = try copies.copy(of: stores[0])
            var told: [String] = []
            let third = try #require(try copies.copy(of: stores[2], onMessage: { told.append($0) }))
            #expect(names(in: place) == Set(mine + [first.folder.lastPathComponent, third.folder.lastPathComponent]))
            #expect(told.count == 1 && told[0].contains(second.folder.path))
            // Whoever reads what has gone keeps it.
            #expect(second.row(3) == stores[1].row(3))
            #expect(try LocalStores(place, limit: one / 2).copy(of: stores[1], onMessage: { told.append($0) }) == nil)
            #expect(names(in: place).count == 5 && told.count == 2 && told[1].contains("encode.cache.limit"))
            // What this process reads does not go: no copy is made then, and none is lost.
            let both = [first.folder, third.folder]
            #expect(try copies.copy(of: stores[1], keeping: both, onMessage: { told.append($0) }) == nil)
            #expect(names(in: place).count == 5 && told.count == 3 && told[2].contains("copies that are read"))
            #expect(try copies.copy(of: stores[1], keeping: [third.folder]) != nil)
            #expect(!names(in: place).contains(first.folder.lastPathComponent))
        }
    }

    /// A copy that is there is not waited for; what killed processes have left goes with the next copy.
    @Test func othersThatCopyAndHaveCopied() throws {
        try withTemporaryFolder { folder in
            let stores = try [30, 31].map {
                try Samples.store(at: folder.appending(path: "store \($0)"), items: Samples.items($0))
            }
            let place = folder.appending(path: "copies")
            let copies = LocalStores(place, limit: 1 << 30)
            _ = try copies.copy(of: stores[0])
            do {
                let lock = try FolderLock(place.appending(path: ".copies.lock"), of: place)
                defer { withExtendedLifetime(lock) {} }
                #expect(try copies.copy(of: stores[0]) != nil)
                let stop = StopToken()
                var told: [String] = []
                #expect(throws: CancellationError.self) {
                    try copies.copy(
                        of: stores[1],
                        onMessage: {
                            told.append($0); stop.request()
                        }, stop: stop)
                }
                #expect(told.count == 1 && told[0].contains("waiting"))
            }
            let left = [
                ".\(LocalStores.name(of: stores[1])).12-34.partial", ".\(String(repeating: "0f", count: 16)).1-2.partial",
            ]
            for name in left { try Folder.make(place.appending(path: name)) }
            try AtomicFile.write("", to: place.appending(path: HiddenName.lock(of: String(repeating: "0f", count: 16))))
            try Folder.make(place.appending(path: ".run.12-34.partial"))
            _ = try copies.copy(of: stores[1])
            #expect(names(in: place) == Set(stores.map(LocalStores.name) + [".run.12-34.partial"]))
        }
    }

    /// A shard whose bytes are others is named, and nothing is left of the copy; a copy that was cut off is made again.
    @Test func damageIsFound() throws {
        try withTemporaryFolder { folder in
            let store = try Samples.store(at: folder.appending(path: "store"), items: Samples.items(30))
            let copies = LocalStores(folder.appending(path: "copies"), limit: 1 << 30)
            let copy = try #require(try copies.copy(of: store))
            let cut = copy.shards[0].url
            let file = try RandomAccessFile(updating: cut)
            try file.truncate(to: 100)
            for name in ["", "manifest.json", "items.jsonl"] {
                if !name.isEmpty { try FileManager.default.removeItem(at: copy.folder.appending(path: name)) }
                try #require(try copies.copy(of: store)).verify()
            }
            // Something else in its place is not removed.
            try FileManager.default.removeItem(at: copy.folder.appending(path: "manifest.json"))
            try AtomicFile.write("mine", to: copy.folder.appending(path: "thesis.txt"))
            let other = #expect(throws: UserError.self) { try copies.copy(of: store) }
            #expect(other?.place == copy.folder.path && names(in: copy.folder).contains("thesis.txt"))
            try FileManager.default.removeItem(at: copies.folder)
            let shard = store.shards[store.shards.count - 1].url
            var bytes = try Data(contentsOf: shard)
            bytes[bytes.count - 1] ^= 1
            try bytes.write(to: shard)
            let error = #expect(throws: UserError.self) { try copies.copy(of: .open(store.folder)) }
            #expect(error?.place == shard.path && error?.problem.contains("SHA-256") == true)
            #expect(names(in: copies.folder).isEmpty)
        }
    }

    /// Stopped in the middle, nothing is left; several that want the same copy wait for one another.
    @Test func stopsAndOthers() throws {
        try withTemporaryFolder { folder in
            let store = try Samples.store(at: folder.appending(path: "store"), items: Samples.items(30))
            let place = folder.appending(path: "copies")
            let stop = StopToken()
            #expect(throws: CancellationError.self) {
                try LocalStores(place, limit: 1 << 30).copy(of: store, progress: { _ in stop.request() }, stop: stop)
            }
            #expect(names(in: place).isEmpty)
            let folders = Mutex<[String]>([])
            let failures = Mutex<[String]>([])
            DispatchQueue.concurrentPerform(iterations: 6) { _ in
                do {
                    let copy = try LocalStores(place, limit: 1 << 30).copy(of: .open(store.folder))
                    folders.withLock { $0.append(copy?.folder.path ?? "none") }
                } catch { failures.withLock { $0.append("\(error)") } }
            }
            #expect(failures.withLock { $0 }.isEmpty && Set(folders.withLock { $0 }).count == 1)
            #expect(names(in: place).count == 1)
        }
    }
}
