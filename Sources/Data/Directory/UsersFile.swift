import Files
import Foundation

/// `users.jsonl` of a dataset directory: a JSON text per line, the user's id.
enum UsersFile {
    /// Reads all users' ids.
    ///
    /// - Throws: ``UserError`` that names the line when one is damaged or the number of lines is not the manifest's.
    static func read(_ manifest: DatasetManifest, in folder: URL) throws -> [String] {
        let reader = try LineReader(folder.appending(path: Dataset.usersName))
        var users: [String] = []
        var seen = IDTable()
        var line: [UInt8] = []
        var id: [UInt8] = []
        while try reader.read(into: &line) {
            func damaged(_ problem: String) -> UserError { UserError(problem, at: reader.place, remedy: Dataset.importAgain) }
            id.removeAll(keepingCapacity: true)
            do {
                var scanner = JSONScanner(line)
                try scanner.readString(into: &id)
                try scanner.readEnd()
            } catch { throw damaged(error.description) }
            guard !id.isEmpty, let text = String(validating: id, as: UTF8.self) else {
                throw damaged("the user's id is empty or not UTF-8")
            }
            guard seen.insert(id[...]).isNew else { throw damaged("user \"\(text)\" is there twice") }
            users.append(text)
        }
        guard users.count == manifest.users else {
            throw UserError(
                "\(users.count) users, dataset.json says \(manifest.users)", at: reader.url.path, remedy: Dataset.importAgain)
        }
        return users
    }

    /// Writes all users' ids, one line each.
    static func write(_ users: [String], in folder: URL) throws {
        try LineWriter.write(users, to: folder.appending(path: Dataset.usersName)) { JSONText.append($0, to: &$1) }
    }
}
