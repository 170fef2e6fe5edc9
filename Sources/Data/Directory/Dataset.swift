import Files
import Foundation

/// Items and users' histories in the one form that all later stages read: a directory, mapped and checked.
///
/// The directory holds `dataset.json` (``DatasetManifest``), `items.jsonl` (one object with `id`, `title`, `picture` per line; the line
/// is the item's index), `users.jsonl` (one JSON text per line, the user's id) and `histories.safetensors` (`offsets` int64
/// [users + 1], `items` int32 [interactions], `timestamps` int64 [interactions] when known).
public struct Dataset: Sendable {
    /// Where the directory is.
    public let folder: URL
    /// The counts, the name and the hash.
    public let manifest: DatasetManifest
    /// The items; an item's index is its place here.
    public let items: [Item]
    /// The users' histories, oldest item first.
    public let histories: Histories
    /// The folder that the pictures' paths start from; nil where there are no pictures.
    public let picturesRoot: URL?
    private let users: [String]
    private let indices: [String: Int]

    static let itemsName = "items.jsonl"
    static let usersName = "users.jsonl"
    static let importAgain = "Import the dataset again: iisan data import."

    /// The index of the item with an id; nil when there is none.
    public func itemIndex(of id: String) -> Int? { indices[id] }

    /// The id of a user.
    public func userID(_ user: Int) -> String { users[user] }

    /// How many users there are.
    public var userCount: Int { users.count }

    /// Opens a dataset directory and checks all of it.
    ///
    /// - Parameters:
    ///   - folder: the directory.
    ///   - pictures: the folder of the pictures, where it is not the one that was imported.
    ///   - verifyingHash: whether the contents must still have the hash in the manifest (reads every byte once).
    /// - Throws: ``UserError`` when a file is missing, damaged, changed or of another version.
    public static func open(_ folder: URL, pictures: URL? = nil, verifyingHash: Bool = true) throws -> Dataset {
        let manifest = try DatasetManifest.read(in: folder)
        let root = pictures ?? manifest.picturesRoot.map { picturesFolder($0, in: folder) }
        let items = try ItemsFile.read(manifest, in: folder, root: root)
        let users = try UsersFile.read(manifest, in: folder)
        let histories = try Histories.open(manifest, in: folder)
        if verifyingHash {
            guard try contentHash(in: folder) == manifest.contentHash else {
                throw UserError("the contents do not have the hash in dataset.json", at: folder.path, remedy: importAgain)
            }
        }
        return Dataset(
            folder: folder, manifest: manifest, items: items.items, histories: histories, picturesRoot: root,
            users: users, indices: items.indices)
    }

    private static func picturesFolder(_ path: String, in folder: URL) -> URL {
        path.hasPrefix("/") ? URL(filePath: path) : folder.appending(path: path)
    }

    /// The hash of a directory's items, users and histories: each file's name, length and bytes.
    static func contentHash(in folder: URL) throws -> String {
        var hash = ContentHash()
        for name in [itemsName, usersName, Histories.fileName] {
            let file = try MappedFile(folder.appending(path: name))
            hash.update("\(name) \(file.bytes.count)")
            hash.update(UnsafeRawBufferPointer(file.bytes))
        }
        return hash.digits
    }
}
