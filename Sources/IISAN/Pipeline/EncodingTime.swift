import Files
import Foundation
import HiddenStates

/// How long making a hidden-state store took: `encoding.json` in the store's folder.
///
/// Runs that ended with a finished store are added up; the time of one that was interrupted is not known.
struct EncodingTime: Codable {
    /// Seconds from the first batch to the finished store.
    var seconds: Double
    /// Items that were encoded in that time.
    var items: Int

    /// What is noted of a store; nil where nothing is, as for one that was imported.
    static func read(of store: HiddenStateStore) -> EncodingTime? { read(in: store.folder) }

    /// What is noted in a store's folder.
    static func read(in folder: URL) -> EncodingTime? { try? JSONFile.read(EncodingTime.self, from: file(in: folder)) }

    /// Notes it.
    func write(in folder: URL) throws { try JSONFile.write(self, to: Self.file(in: folder)) }

    private static func file(in folder: URL) -> URL { folder.appending(path: "encoding.json") }
}
