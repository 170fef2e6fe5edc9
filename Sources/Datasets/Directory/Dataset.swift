import Files
public import Foundation

/// Items and users' histories in the one form that all later stages read: a directory, mapped and checked.
///
/// The directory holds `dataset.json` (``DatasetManifest``), `items.jsonl` (one object with `id`, `title`, `picture` per line; the line
/// is the item's index), `users.jsonl` (one JSON text per line, the user's id), `histories.safetensors` (`offsets` int64
/// [users + 1], `items` int32 [interactions], `timestamps` int64 [interactions] when known) and `index.safetensors`, which tells where
/// the lines and ids are. Opening maps them: milliseconds whatever the size. Items and ids are read when they are asked for.
public struct Dataset: Sendable {
    /// Where the directory is.
    public let folder: URL
    /// The counts, the name and the hash.
    public let manifest: DatasetManifest
    /// The items; an item's index is its place here.
    public let items: Items
    /// The users' histories, oldest item first.
    public let histories: Histories
    /// The folder that the pictures' paths start from; nil where there are no pictures.
    package let picturesRoot: URL?
    private let users: MappedLines

    static let itemsName = "items.jsonl"
    static let usersName = "users.jsonl"
    static let importAgain = "Import the dataset again: iisan data import."

    /// The index of the item with an id; nil when there is none.
    public func itemIndex(of id: String) -> Int? { items.index(of: id) }

    /// The id of a user; empty where its line is damaged.
    public func userID(_ user: Int) -> String { UsersFile.id(user, in: users) }

    /// How many users there are.
    public var userCount: Int { users.count }

    /// Opens a dataset directory and checks what says how large it is; ``verify()`` checks all of it.
    ///
    /// - Parameters:
    ///   - folder: the directory.
    ///   - pictures: the folder of the pictures, where it is not the one that was imported.
    /// - Throws: ``UserError`` when a file is missing, cut off, of another size than it was written with, or of another version.
    public static func open(_ folder: URL, pictures: URL? = nil) throws -> Dataset {
        let manifest = try DatasetManifest.read(in: folder)
        let root = pictures ?? manifest.picturesRoot.map { picturesFolder($0, in: folder) }
        let index = try DatasetIndex.open(manifest, in: folder)
        return Dataset(
            folder: folder, manifest: manifest, items: Items(index, root: root),
            histories: try Histories.open(manifest, in: folder), picturesRoot: root, users: index.users)
    }

    /// Reads the whole dataset and checks its hash, every line, every number and the index.
    ///
    /// - Throws: ``UserError`` that names the first file and line that is damaged or was changed.
    package func verify() throws {
        let ids = try ItemsFile.check(items.lines, manifest)
        try UsersFile.check(users)
        try histories.check(items: items.count, in: folder)
        guard try Dataset.contentHash(in: folder) == manifest.contentHash else {
            throw UserError(
                "the contents do not have the hash in \(DatasetManifest.fileName)", at: folder.path, remedy: Dataset.importAgain
            )
        }
        guard items.isIndexed(as: ids), users.startsAreTrue, manifest.idsHash.map({ $0 == ids.hash }) ?? true else {
            throw UserError(
                "the index is not that of the items and users", at: folder.appending(path: DatasetIndex.fileName).path,
                remedy: Dataset.importAgain)
        }
    }

    private static func picturesFolder(_ path: String, in folder: URL) -> URL {
        path.hasPrefix("/") ? URL(filePath: path) : folder.appending(path: path)
    }

    /// The hash of a directory's items, users and histories: each file's name, length and bytes.
    static func contentHash(in folder: URL) throws -> String {
        var hash = ContentHash()
        for name in [itemsName, usersName, Histories.fileName] {
            let url = folder.appending(path: name)
            let size = try MappedFile(url).bytes.count
            hash.update("\(name) \(size)")
            try hash.update(file: url, size: size)
        }
        return hash.digits
    }
}
