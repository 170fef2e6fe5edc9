import Files
import Foundation

/// `users.jsonl` of a dataset directory: a JSON text per line, the user's id.
enum UsersFile {
    /// Checks all users' ids.
    ///
    /// - Throws: ``UserError`` that names the line when one is damaged or an id is there twice.
    static func check(_ lines: MappedLines) throws {
        var seen = IDTable()
        let text = TextMemory()
        for user in 0..<lines.count {
            func damaged(_ problem: String) -> UserError {
                UserError(problem, at: "\(lines.file.url.path):\(user + 1)", remedy: Dataset.importAgain)
            }
            try lines.withLine(user) { line in
                let id: UnsafeRawBufferPointer
                do throws(JSONScanner.Failure) { id = try read(line, text) } catch { throw damaged(error.description) }
                guard !id.isEmpty, String(validating: id, as: UTF8.self) != nil else {
                    throw damaged("the user's id is empty or not UTF-8")
                }
                guard seen.insert(id).isNew else {
                    throw damaged("user \(Excerpt(id)) is there twice")
                }
            }
        }
    }

    /// The id in a line; empty when the line is damaged.
    static func id(_ user: Int, in lines: MappedLines) -> String {
        let text = TextMemory()
        return lines.withLine(user) { line in (try? read(line, text)).map { String(decoding: $0, as: UTF8.self) } ?? "" }
    }

    private static func read(
        _ line: UnsafeRawBufferPointer, _ text: TextMemory
    ) throws(JSONScanner.Failure) -> UnsafeRawBufferPointer {
        text.count = 0
        var scanner = JSONScanner(line, resolvingIn: text)
        let id = try scanner.readString()
        try scanner.readEnd()
        return id
    }

    /// Writes some of the ids of a table, one line each; where the lines start.
    static func write(_ users: [Int32], of ids: IDTable, in folder: URL, _ stop: StopToken) throws -> [Int64] {
        try LineWriter.write(users.count, to: folder.appending(path: Dataset.usersName), stop) { user, line in
            ids.withBytes(Int(users[user])) { JSONText.append($0, to: &line) }
        }
    }
}
