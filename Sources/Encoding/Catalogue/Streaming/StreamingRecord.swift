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
    /// - Parameter shards: the shards that are still to be written.
    static func read(_ url: URL, for shards: [HiddenStateStoreWriter.PendingShard]) -> StreamingRecord? {
        guard FileManager.default.fileExists(atPath: url.path),
            let version = try? JSONFile.read(Version.self, from: url).formatVersion, version == currentVersion,
            let record = try? JSONFile.read(StreamingRecord.self, from: url), record.layer >= 0
        else { return nil }
        // Shards of the record that were written meanwhile are not asked for; the others have to lack the same items still.
        let rest = shards.filter { record.missing[$0.index] != nil }
        return !rest.isEmpty && rest.allSatisfy { record.missing[$0.index] == $0.missing.count } ? record : nil
    }

    private struct Version: Decodable { let formatVersion: Int }
}
