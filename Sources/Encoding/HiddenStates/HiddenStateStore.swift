import Files
public import Foundation
import Owned

/// The hidden states of every item of a catalogue, as one frozen encoder left them, read by memory map.
///
/// A store is a folder: `manifest.json`, `items.jsonl` and safetensors shards `states-00000.safetensors` with the tensors `states`
/// [items, layers, width] and `present` U8 [items]; one that was encoded in parts has their folders with the shards in `parts`. Opening reads the manifest and the shards' headers only: milliseconds whatever
/// the size. The mappings live as long as the store or any of its shards.
public final class HiddenStateStore: Sendable {
    /// Where the store is.
    package let folder: URL
    /// What it says of itself.
    package let manifest: StoreManifest
    /// The files of states, in item order; together they hold every item once.
    package let shards: [StoreShard]

    /// What determines the numbers.
    package var identity: StoreIdentity { manifest.identity }
    /// How many items there are.
    package var itemCount: Int { manifest.itemCount }
    /// The encoder's layers that are kept, in the order stored.
    public var layers: [Int] { identity.layers }
    /// Values per layer.
    public var width: Int { identity.width }
    /// The number format.
    package var dtype: StateType { identity.dtype }
    /// Bytes of one item: layers x width x bytes of a value.
    package var bytesPerItem: Int { identity.rowBytes }

    private init(folder: URL, manifest: StoreManifest, shards: [StoreShard]) {
        self.folder = folder
        self.manifest = manifest
        self.shards = shards
    }

    /// Opens a finished store.
    ///
    /// - Throws: ``UserError`` for a folder that is no store, an unfinished store, and a damaged manifest or shard header.
    public static func open(_ folder: URL) throws -> HiddenStateStore { try open(folder, expecting: nil) }

    /// Opens a finished store.
    ///
    /// - Parameters:
    ///   - folder: the store's folder.
    ///   - expected: when given, the identity it must have.
    /// - Throws: ``UserError`` as ``open(_:)`` does, and for a store of another identity.
    package static func open(_ folder: URL, expecting expected: StoreIdentity?) throws -> HiddenStateStore {
        OwnedFolder.recover(.store, at: folder)
        let manifestFile = folder.appending(path: StoreManifest.fileName)
        guard FileManager.default.fileExists(atPath: manifestFile.path) else { throw missing(folder) }
        let manifest = try StoreManifest.read(from: manifestFile)
        if let expected, expected != manifest.identity { throw mismatch(folder, found: manifest.identity, expected: expected) }
        let shards = try zip(manifest.shards, manifest.firstItemsOfFiles).map { record, firstOfFile in
            try StoreShard(
                folder.appending(path: record.file), items: record.firstItem..<(record.firstItem + record.count),
                firstOfFile: firstOfFile, identity: manifest.identity, identityHash: manifest.identityHash)
        }
        return HiddenStateStore(folder: folder, manifest: manifest, shards: shards)
    }

    /// The shard that holds an item.
    package func shard(of item: Int) -> StoreShard {
        precondition(item >= 0 && item < itemCount, "item \(item) of \(itemCount)")
        var low = 0
        var high = shards.count - 1
        while low < high {
            let middle = (low + high) / 2
            if item < shards[middle].items.upperBound { high = middle } else { low = middle + 1 }
        }
        return shards[low]
    }

    /// Whether an item had a title or picture to encode; where it had none its row is zero.
    package func isPresent(_ item: Int) -> Bool {
        let shard = shard(of: item)
        return shard.present[item - shard.items.lowerBound] != 0
    }

    /// The states of one item as float32, [layers, width].
    public func row(_ item: Int) -> [Float] {
        let shard = shard(of: item)
        let start = (item - shard.items.lowerBound) * bytesPerItem
        let bytes = UnsafeRawBufferPointer(rebasing: shard.states[start..<(start + bytesPerItem)])
        return [Float](unsafeUninitializedCapacity: identity.rowCount) { buffer, count in
            dtype.expand(bytes, into: UnsafeMutableBufferPointer(rebasing: buffer[..<identity.rowCount]))
            count = identity.rowCount
        }
    }

    /// Where the given layers of the encoder are in the store.
    ///
    /// - Throws: ``UserError`` when the store does not keep one of them.
    package func positions(ofLayers wanted: [Int]) throws -> [Int] {
        try wanted.map { layer in
            guard let position = layers.firstIndex(of: layer) else {
                throw UserError(
                    "the store does not keep layer \(layer); it keeps \(layers)", at: folder.path,
                    remedy: "Choose among the layers kept, or encode again with the layers you need.")
            }
            return position
        }
    }

    private static func missing(_ folder: URL) -> UserError {
        let files = FileManager.default
        if files.fileExists(atPath: StoreBuilding.folder(of: folder).path) {
            return UserError(
                "the hidden-state store is unfinished: its encoding was interrupted", at: folder.path,
                remedy: "Run the same encode command again: it continues where it stopped.")
        }
        if files.fileExists(atPath: folder.path) {
            return UserError(
                "not a hidden-state store: there is no \(StoreManifest.fileName)", at: folder.path,
                remedy: "Give the folder that `iisan encode` made.")
        }
        return UserError("there is no such hidden-state store", at: folder.path, remedy: "Make it with `iisan encode`.")
    }

    static func mismatch(_ folder: URL, found: StoreIdentity, expected: StoreIdentity) -> UserError {
        let (name, other) = (found.encoder.name, expected.encoder.name)
        let what =
            name == other ? "the hidden states of \(name) are others" : "the hidden states are of \(name), expected \(other)"
        return UserError(
            "\(what); they differ in (found, expected) "
                + found.differences(from: expected).joined(separator: "; "),
            at: folder.path, remedy: "Encode again, or choose another folder for this encoder.")
    }
}
