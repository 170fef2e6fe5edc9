import Files
import Foundation

/// What `dataset.json` says: the dataset's name, origin, counts and hash.
public struct DatasetManifest: Codable, Sendable, Equatable {
    /// The version of the directory's form that this code reads and writes.
    package static let currentVersion = 1
    static let fileName = "dataset.json"

    /// The version of the directory's form.
    package var formatVersion = DatasetManifest.currentVersion
    /// The dataset's name.
    package var name: String
    /// Where it came from, in words.
    package var source: String
    /// How many users.
    package var users: Int
    /// How many items.
    package var items: Int
    /// How many interactions.
    package var interactions: Int
    /// How many items have a title.
    package var itemsWithTitle: Int
    /// How many items have a picture.
    package var itemsWithPicture: Int
    /// Whether the interactions have timestamps.
    package var hasTimestamps: Bool
    /// By what each history is ordered; nil where that is not known.
    package var ordering: HistoryOrder?
    /// The folder of the pictures, absolute or from the dataset directory; nil where there are none.
    package var picturesRoot: String?
    /// SHA-256 of the items' ids in their order, as hidden-state stores have it; nil where that is not known.
    package var idsHash: String?
    /// SHA-256 of items, users and histories, in hexadecimal.
    public var contentHash: String

    /// Reads the manifest of a dataset directory.
    ///
    /// - Throws: ``UserError`` when it is missing, damaged or of another version.
    static func read(in folder: URL) throws -> DatasetManifest {
        struct Version: Decodable { let formatVersion: Int }
        let url = folder.appending(path: fileName)
        guard FileManager.default.fileExists(atPath: url.path) else {
            throw UserError(
                "not a dataset directory: it has no \(fileName)", at: folder.path,
                remedy: "Make one with: iisan data import.")
        }
        let version = try JSONFile.read(Version.self, from: url).formatVersion
        guard version == currentVersion else {
            throw UserError(
                "the dataset has format version \(version), this program reads \(currentVersion)", at: url.path,
                remedy: version > currentVersion ? "Use a newer release." : Dataset.importAgain)
        }
        let manifest = try JSONFile.read(DatasetManifest.self, from: url)
        for (key, count) in [
            ("users", manifest.users), ("items", manifest.items), ("interactions", manifest.interactions),
            ("itemsWithTitle", manifest.itemsWithTitle), ("itemsWithPicture", manifest.itemsWithPicture),
        ] where count < 0 || count > Int(Int32.max) * 1024 {
            throw UserError("\"\(key)\" is \(count)", at: url.path, remedy: Dataset.importAgain)
        }
        return manifest
    }
}
