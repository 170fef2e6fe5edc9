import Files
import Foundation
import HiddenStates

/// The `streaming.json` in the folder of a store that is being built block by block: what an interrupted run needs to go on.
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

    /// Reads the record of an interrupted run; nil where there is none that can be gone on with.
    ///
    /// - Parameters:
    ///   - shards: the shards that are still to be written.
    ///   - items: how many items the catalogue has.
    ///   - last: the last hidden state that is kept.
    ///   - tokens: the most tokens of an item.
    static func read(
        _ url: URL, for shards: [HiddenStateStoreWriter.PendingShard], items: Int, last: Int, tokens: Int
    ) -> StreamingRecord? {
        guard FileManager.default.fileExists(atPath: url.path),
            let version = try? JSONFile.read(Version.self, from: url).formatVersion, version == currentVersion,
            let record = try? JSONFile.read(StreamingRecord.self, from: url),
            (0...last).contains(record.layer), record.batches.allSatisfy({ $0.isPossible(items: items, tokens: tokens) })
        else { return nil }
        // Shards of the record that were written meanwhile are not asked for; the others have to lack the same items still.
        let rest = shards.filter { record.missing[$0.index] != nil }
        return !rest.isEmpty && rest.allSatisfy { record.missing[$0.index] == $0.missing.count } ? record : nil
    }

    private struct Version: Decodable { let formatVersion: Int }
}
