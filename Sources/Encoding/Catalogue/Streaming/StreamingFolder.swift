import Files
import Foundation
import HiddenStates
import Torch

/// The files of a store's building folder that serve the way through the blocks, and go when it is done.
struct StreamingFolder {
    /// The folder that the store is built in.
    let url: URL

    var record: URL { url.appending(path: "streaming.json") }
    /// Pooled states of the kept layers, float32 [items, layers, width]; rows of other items are holes.
    var pooled: URL { url.appending(path: "streaming-pooled.bin") }
    /// The token states before or after a block: those of hidden state `layer` are in the file of its parity, so that a block that is
    /// interrupted has spoiled nothing.
    func activations(_ layer: Int) -> URL { url.appending(path: "streaming-activations-\(layer % 2).bin") }

    /// Removes the files.
    func clear() {
        for file in [record, pooled, activations(0), activations(1)] { try? FileManager.default.removeItem(at: file) }
    }
}

/// The `streaming.json` in the folder of a store that is being built block by block: what an interrupted run needs to continue.
struct StreamingRecord: Codable {
    static let currentVersion = 1

    var formatVersion = StreamingRecord.currentVersion
    /// For each shard whose items are on their way how many they are, by the shard's number.
    var missing: [Int: Int]
    /// The batches, in the order they are computed in.
    var batches: [StreamedBatch] = []
    /// Pictures that could not be read: the item and the reason.
    var problems: [Int: String] = [:]
    /// The number of the hidden state that the activation files hold; -1 while they are filled for the first time.
    var layer = -1

    /// Reads the record of an interrupted run; nil where there is none that can be continued.
    ///
    /// - Parameters:
    ///   - shards: the shards that are still to be written.
    ///   - inputs: how many inputs each item of the catalogue has.
    ///   - last: the last hidden state that is kept.
    ///   - tokens: the most tokens of an item.
    static func read(
        _ url: URL, for shards: [HiddenStateStoreWriter.PendingShard], inputs: [Int], last: Int, tokens: Int
    ) -> StreamingRecord? {
        guard FileManager.default.fileExists(atPath: url.path),
            let version = try? JSONFile.read(Version.self, from: url).formatVersion, version == currentVersion,
            let record = try? JSONFile.read(StreamingRecord.self, from: url),
            (0...last).contains(record.layer), record.batches.allSatisfy({ $0.isPossible(inputs: inputs, tokens: tokens) })
        else { return nil }
        // Shards of the record that were written meanwhile are not asked for; the others have to lack the same items still.
        let rest = shards.filter { record.missing[$0.index] != nil }
        return !rest.isEmpty && rest.allSatisfy { record.missing[$0.index] == $0.missing.count } ? record : nil
    }

    private struct Version: Decodable { let formatVersion: Int }
}

/// The token states of all batches between two blocks, on the disk.
///
/// The system keeps in spare memory what it has room for; the process itself holds one batch at a time.
struct ActivationFile {
    let file: RandomAccessFile

    init(_ url: URL) throws { file = try RandomAccessFile(updating: url) }

    /// The states of a batch [rows, tokens, width].
    func read(_ batch: StreamedBatch, width: Int, dtype: ElementType) throws -> Tensor {
        let states = Tensor.empty([batch.rows.count, batch.tokens, width], dtype: dtype)
        try states.withMutableBytes { try file.read(into: $0, at: batch.place) }
        return states
    }

    /// Writes the states of a batch.
    func write(_ states: Tensor, of batch: StreamedBatch) throws {
        try states.withBytes { try file.write($0, at: batch.place) }
    }

    /// Tells the system that a batch is read soon.
    func willRead(_ batch: StreamedBatch, width: Int, dtype: ElementType) {
        file.willRead(batch.place..<(batch.place + batch.byteCount(width: width, dtype: dtype)))
    }
}

/// A batch of a catalogue that goes through an encoder block by block.
struct StreamedBatch: Codable, Equatable {
    /// An item that gets the states of another one, since their inputs are equal.
    struct Copy: Codable, Equatable {
        var from: Int
        var to: Int
    }

    /// Where its token states are in the activation files, in bytes.
    var place: Int
    /// Tokens per item.
    var tokens: Int
    /// The item of each input, as indices into the catalogue; those of one item follow one another.
    var rows: [Int]
    /// Items that get the states of one of the rows.
    var copies: [Copy] = []

    /// Bytes of the token states.
    func byteCount(width: Int, dtype: ElementType) -> Int { rows.count * tokens * width * dtype.size }

    /// Whether a batch that was read from the disk names items that there are and a place that can be.
    ///
    /// - Parameter inputs: how many inputs each item has.
    func isPossible(inputs: [Int], tokens most: Int) -> Bool {
        let catalogue = inputs.indices
        let starts = rows.indices.count { $0 == 0 || rows[$0] != rows[$0 - 1] }
        let counts = Dictionary(rows.map { ($0, 1) }, uniquingKeysWith: +)
        return (0..<(1 << 60)).contains(place) && (1...most).contains(tokens) && !rows.isEmpty
            && counts.count == starts && counts.allSatisfy { catalogue.contains($0.key) && $0.value <= inputs[$0.key] }
            && copies.allSatisfy { catalogue.contains($0.from) && catalogue.contains($0.to) }
    }
}
