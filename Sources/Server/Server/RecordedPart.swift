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
    ///   - source: a server's folder, which may be in use, the address of the database that servers share, or a file with an event a
    ///     line.
    ///   - pictures: the folder of the items' pictures, for a database that servers share.
    ///   - dataset: what it will be appended to, which says what it has already.
    ///   - kinds: kinds of events that count; nil counts all.
    /// - Throws: ``UserError`` for a folder of another kind, and for a line that is no event; `CancellationError`.
    package init(
        _ source: String, pictures: URL? = nil, for dataset: URL, kinds: [String]?, stop: StopToken
    ) async throws {
        append = DatasetAppend()
        if ServedFolder.isShared(source) {
            note = try Self.next(from: Self.name(of: source), for: dataset)
            let database = try await ServedFolder.shared(source)
            try await read(database, pictures: pictures, kinds, stop)
            try await database.close()
            return
        }
        let file = URL(filePath: source)
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: file.path, isDirectory: &isFolder) else {
            throw UserError("there is no such file", at: file.path, remedy: "Name a server's folder or a file of events.")
        }
        let path = file.standardizedFileURL.path
        if isFolder.boolValue {
            note = try Self.next(from: path, for: dataset)
            let database = try SQLiteDatabase(reading: file)
            try await read(database, pictures: pictures ?? file.appending(path: "pictures"), kinds, stop)
            try await database.close()
        } else {
            note = AppendedPart(source: path, hash: try ContentHash.of(file: file))
            try read(file, kinds, stop)
        }
    }

    /// What a dataset calls a database that servers share: who may read the dataset need not know the password.
    static func name(of address: String) -> String {
        URLComponents(string: address).map { "postgres://\($0.host ?? "")\($0.path)" } ?? "postgres"
    }

    /// The part that comes after the last one of a server.
    private static func next(from source: String, for dataset: URL) throws -> AppendedPart {
        let last = try AppendedParts.read(of: dataset).last(from: source)
        return AppendedPart(source: source, place: last?.place ?? 0, revision: last?.revision ?? 0)
    }

    private mutating func read(
        _ database: any ServerDatabase, pictures: URL?, _ kinds: [String]?, _ stop: StopToken
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
                        picture: try content.picture.map { try Self.file(of: $0, item.id, in: pictures) }))
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

    private static func file(of picture: String, _ item: String, in pictures: URL?) throws -> URL {
        guard let pictures else {
            throw UserError(
                "item \(item.quoted) has a picture, and where the pictures are is not known",
                remedy: "Give --pictures: the folder pictures in what the servers keep.")
        }
        return try PictureFolder.file(of: picture, in: pictures)
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
