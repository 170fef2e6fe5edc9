import Files
import Foundation

/// The users' histories, flat and mapped: user u's items are `items[offsets[u]..<offsets[u + 1]]`, oldest first.
public struct Histories: RandomAccessCollection, Sendable {
    /// Item indices of all users, one user after the other [interactions].
    package let items: MappedArray<Int32>
    /// Where each user's items start; one more at the end [users + 1].
    package let offsets: MappedArray<Int64>
    /// When each interaction was, in the unit of the source, not falling within a user [interactions]; nil where unknown.
    package let timestamps: MappedArray<Int64>?

    /// The first user, always 0.
    public var startIndex: Int { 0 }
    /// The number of users.
    public var endIndex: Int { offsets.count - 1 }

    /// The items of a user, oldest first; mapped, not copied.
    public subscript(user: Int) -> MappedArray<Int32> { items.part(range(of: user)) }

    /// Where a user's interactions are in ``items`` and ``timestamps``.
    ///
    /// Always within them, whatever damage there may be in the file.
    package func range(of user: Int) -> Range<Int> {
        let end = Swift.min(Swift.max(0, Int(offsets[user + 1])), items.count)
        return Swift.min(Swift.max(0, Int(offsets[user])), end)..<end
    }
}

extension Histories {
    static let fileName = "histories.safetensors"

    /// Opens a histories file and checks its shape; nothing the size of the histories is read.
    ///
    /// - Throws: ``UserError`` when the file is damaged or does not fit `users`, `items` and `interactions`.
    static func open(_ manifest: DatasetManifest, in folder: URL) throws -> Histories {
        let file = try SafetensorsFile(folder.appending(path: fileName))
        let path = file.file.url.path
        func damaged(_ problem: String) -> UserError { UserError(problem, at: path, remedy: Dataset.importAgain) }
        let offsets = MappedArray(try file.elements("offsets", type: "I64", as: Int64.self), of: file.file)
        let items = MappedArray(try file.elements("items", type: "I32", as: Int32.self), of: file.file)
        let timestamps =
            manifest.hasTimestamps
            ? MappedArray(try file.elements("timestamps", type: "I64", as: Int64.self), of: file.file) : nil
        guard offsets.count == manifest.users + 1 else {
            throw damaged("\(offsets.count) offsets, expected \(manifest.users + 1)")
        }
        guard items.count == manifest.interactions, timestamps.map({ $0.count == items.count }) ?? true else {
            throw damaged("\(items.count) items and \(timestamps?.count ?? 0) timestamps, expected \(manifest.interactions)")
        }
        guard offsets[0] == 0, offsets[manifest.users] == Int64(items.count) else {
            throw damaged("the offsets do not run from 0 to \(items.count)")
        }
        return Histories(items: items, offsets: offsets, timestamps: timestamps)
    }

    /// Checks every offset, item index and timestamp.
    ///
    /// - Throws: ``UserError`` that names the first that is not as it has to be.
    func check(items itemCount: Int, in folder: URL) throws {
        func damaged(_ problem: String) -> UserError {
            UserError(problem, at: folder.appending(path: Self.fileName).path, remedy: Dataset.importAgain)
        }
        if let user = offsets.withElements({ offsets in indices.first { offsets[$0] > offsets[$0 + 1] } }) {
            throw damaged("the offsets fall after user \(user)")
        }
        let limit = UInt32(itemCount)
        if let bad = items.withElements({ items in items.first { UInt32(bitPattern: $0) >= limit } }) {
            throw damaged("item index \(bad), expected 0..<\(itemCount)")
        }
        try timestamps?.withElements { timestamps in
            for user in indices {
                for index in range(of: user).dropFirst() where timestamps[index] < timestamps[index - 1] {
                    throw damaged("the timestamps of user \(user) fall")
                }
            }
        }
    }
}

/// `users.jsonl` of a dataset directory: a JSON text per line, the user's id.
enum UsersFile {
    /// Checks all users' ids.
    ///
    /// - Throws: ``UserError`` that names the line when one is damaged or an id occurs twice.
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
                    throw damaged("user \(id.quoted) occurs twice")
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
