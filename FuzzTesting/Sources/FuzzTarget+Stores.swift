import Files
import Foundation
import HiddenStates

extension FuzzTarget {
    static let stores = [
        FuzzTarget(name: "store-manifest") {
            try [Data(contentsOf: makeStore().appending(path: "manifest.json"))]
        } read: { bytes in
            let file = store.appending(path: "manifest.json")
            try write(bytes, to: file)
            try open()
            // The identity's hash stands before all that follows from the identity: the second time it is right.
            guard var manifest = try? JSONFile.read(StoreManifest.self, from: file) else { return }
            manifest.identityHash = manifest.identity.hash
            try JSONFile.write(manifest, to: file)
            try open()
        },
        FuzzTarget(name: "store-items") {
            try [Data(contentsOf: makeStore().appending(path: "items.jsonl"))]
        } read: { bytes in
            try write(bytes, to: store.appending(path: "items.jsonl"))
            var manifest = manifestOfStore
            manifest.items.sha256 = ContentHash.of(bytes)
            try JSONFile.write(manifest, to: store.appending(path: "manifest.json"))
            try open()
        },
    ]

    /// The store whose files are changed, and its manifest as it was at first.
    private static let (store, manifestOfStore): (URL, StoreManifest) = {
        do {
            let folder = try makeStore()
            return (folder, try HiddenStateStore.open(folder).manifest)
        } catch {
            fatalError("\(error)")
        }
    }()

    /// A store of five items in two shards.
    private static func makeStore() throws -> URL {
        let folder = FuzzInput.folder.appending(path: "store")
        if FileManager.default.fileExists(atPath: folder.path) { return folder }
        let identity = StoreIdentity(
            encoder: .init(family: "bert", name: "tiny", weightsHash: "a", tokenizerHash: "b"),
            preprocessing: ["maximumTokens": "30"], modality: .text, pooling: .first, layers: [0, 2], width: 3, dtype: .float16)
        let items = (0..<5).map { StoreItem(id: "item-\($0)", contentHash: "hash-\($0)") }
        let writer = try HiddenStateStoreWriter(folder, identity: identity, items: items, shardItems: 3)
        for shard in writer.pendingShards {
            let count = shard.missing.count
            try writer.write(
                shard, states: (0..<count * 6).map { Float($0) / 8 }, present: (0..<count).map { $0 != 1 })
        }
        _ = try writer.finish()
        return folder
    }

    private static func write(_ bytes: UnsafeRawBufferPointer, to url: URL) throws {
        do { try Data(bytes).write(to: url) } catch { fatalError("\(url.path): \(error)") }
    }

    /// Opens the store and reads all of it.
    private static func open() throws {
        let store = try HiddenStateStore.open(store)
        for item in 0..<store.itemCount {
            claim(store.row(item).count == store.layers.count * store.width, "a row of \(store.row(item).count) values")
            _ = store.isPresent(item)
        }
        let items = try store.items()
        claim(items.count == store.itemCount, "\(items.count) items, expected \(store.itemCount)")
        try store.check(ids: items.map(\.id))
        try store.verify()
    }
}
