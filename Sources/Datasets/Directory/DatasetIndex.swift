import Files
import Foundation

/// Where the lines of items and users start and where each item's id is found: `index.safetensors` of a dataset directory.
///
/// It follows from the other files and only saves reading them: a directory without it, from another
/// program or imported before there was one, is read when it is opened.
struct DatasetIndex {
    /// The lines of `items.jsonl`.
    let items: MappedLines
    /// The lines of `users.jsonl`.
    let users: MappedLines
    /// The table of the items' ids, see ``IDPlaces``.
    let places: MappedArray<UInt64>

    static let fileName = "index.safetensors"

    /// Opens the index of a directory and maps the files it is of.
    ///
    /// - Throws: ``UserError`` when a file is missing, or the index does not fit the manifest and the files' sizes.
    static func open(_ manifest: DatasetManifest, in folder: URL) throws -> DatasetIndex {
        let itemsFile = try MappedFile(folder.appending(path: Dataset.itemsName))
        let usersFile = try MappedFile(folder.appending(path: Dataset.usersName))
        let url = folder.appending(path: fileName)
        guard FileManager.default.fileExists(atPath: url.path) else {
            let items = MappedLines(file: itemsFile, starts: MappedArray(copying: MappedLines.starts(in: itemsFile)))
            let users = MappedLines(file: usersFile, starts: MappedArray(copying: MappedLines.starts(in: usersFile)))
            try check(items, count: manifest.items, "items")
            try check(users, count: manifest.users, "users")
            let ids = try ItemsFile.check(items, manifest)
            return DatasetIndex(items: items, users: users, places: MappedArray(copying: ids.places))
        }
        let file = try SafetensorsFile(url)
        let itemStarts = MappedArray(try file.elements("items", type: "I64", as: Int64.self), of: file.file)
        let userStarts = MappedArray(try file.elements("users", type: "I64", as: Int64.self), of: file.file)
        let places = MappedArray(try file.elements("ids", type: "U64", as: UInt64.self), of: file.file)
        let isPowerOfTwo = places.count > 0 && places.count & (places.count - 1) == 0
        guard !itemStarts.isEmpty, !userStarts.isEmpty, isPowerOfTwo, places.count / 2 >= manifest.items else {
            throw UserError("the index is not one of \(manifest.items) items", at: url.path, remedy: Dataset.importAgain)
        }
        let items = MappedLines(file: itemsFile, starts: itemStarts)
        let users = MappedLines(file: usersFile, starts: userStarts)
        try check(items, count: manifest.items, "items")
        try check(users, count: manifest.users, "users")
        return DatasetIndex(items: items, users: users, places: places)
    }

    /// Checks the number of lines and the file's size, which a change by hand nearly always changes.
    private static func check(_ lines: MappedLines, count: Int, _ what: String) throws {
        let path = lines.file.url.path
        guard lines.count == count else {
            throw UserError("\(lines.count) \(what), dataset.json says \(count)", at: path, remedy: Dataset.importAgain)
        }
        guard lines.starts[0] == 0, lines.starts[count] == Int64(lines.file.bytes.count) else {
            throw UserError(
                "the file has \(lines.file.bytes.count) bytes, had \(lines.starts[count]) when it was written", at: path,
                remedy: Dataset.importAgain)
        }
    }

    /// Writes the index of a directory.
    ///
    /// - Throws: ``UserError`` when the disk fails.
    static func write(items: [Int64], users: [Int64], places: [UInt64], in folder: URL) throws {
        let writer = try SafetensorsWriter(
            folder.appending(path: fileName),
            [
                .init("items", type: "I64", shape: [items.count]), .init("users", type: "I64", shape: [users.count]),
                .init("ids", type: "U64", shape: [places.count]),
            ])
        try writer.append(items)
        try writer.append(users)
        try writer.append(places)
        try writer.commit()
    }
}
