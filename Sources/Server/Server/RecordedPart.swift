import Database
package import Datasets
package import Files
package import Foundation

/// What was recorded since the last time, to be appended to a dataset.
package struct RecordedPart: Sendable {
    /// The items and events.
    package var append: DatasetAppend
    /// Where they came from, and how far they go.
    package var note: AppendedPart

    /// Reads what a server has kept, or a file of events.
    ///
    /// - Parameters:
    ///   - source: a server's folder, which may be in use, or a file with an event a line.
    ///   - dataset: what it will be appended to, which says what it has already.
    ///   - kinds: kinds of events that count; nil counts all.
    /// - Throws: ``UserError`` for a folder of another kind, and for a line that is no event; `CancellationError`.
    package init(_ source: URL, for dataset: URL, kinds: [String]?, stop: StopToken) async throws {
        let path = source.standardizedFileURL.path
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: source.path, isDirectory: &isFolder) else {
            throw UserError("there is no such file", at: source.path, remedy: "Name a server's folder or a file of events.")
        }
        append = DatasetAppend()
        if isFolder.boolValue {
            let last = try AppendedParts.read(of: dataset).last(from: path)
            note = AppendedPart(source: path, place: last?.place ?? 0, revision: last?.revision ?? 0)
            let database = try SQLiteDatabase(reading: source)
            try await read(database, pictures: source.appending(path: "pictures"), kinds, stop)
            try await database.close()
        } else {
            note = AppendedPart(source: path, hash: try ContentHash.of(file: source))
            try read(source, kinds, stop)
        }
    }

    private mutating func read(
        _ database: SQLiteDatabase, pictures: URL, _ kinds: [String]?, _ stop: StopToken
    ) async throws {
        while true {
            try stop.check()
            let changes = try await database.changes(after: note.revision!, most: 1000)
            guard let last = changes.last else { break }
            note.revision = last.revision
            for item in changes.map(\.item) {
                guard let content = item.content else { continue }
                append.items.append(
                    DatasetAppend.Item(
                        id: item.id, title: content.title,
                        picture: try content.picture.flatMap { try PictureFolder.file(of: $0, in: pictures) }))
            }
        }
        while true {
            try stop.check()
            let events = try await database.events(after: note.place!, most: 10_000)
            guard let last = events.last else { break }
            note.place = last.place
            append.events += events.map(\.event).filter { kinds?.contains($0.kind) ?? true }.map(DatasetAppend.Event.init)
        }
    }

    private mutating func read(_ file: URL, _ kinds: [String]?, _ stop: StopToken) throws {
        let reader = try LineReader(file)
        let decoder = JSONDecoder()
        var number = 0
        while let line = try reader.line() {
            number += 1
            if number & 0xFFF == 0 { try stop.check() }
            if line.allSatisfy({ [9, 13, 32].contains($0) }) { continue }
            do {
                let event = try decoder.decode(EventBody.self, from: Data(line)).event
                if kinds?.contains(event.kind) ?? true { append.events.append(DatasetAppend.Event(event)) }
            } catch {
                let failure = Failure.decoding(error)
                throw UserError(failure.message, at: "\(file.path):\(number)", remedy: failure.remedy)
            }
        }
    }
}

extension DatasetAppend.Event {
    fileprivate init(_ event: Event) { self.init(user: event.user, item: event.item, time: event.time) }
}
