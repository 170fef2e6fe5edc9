import Database
import Datasets
import Files
import Foundation
import Serving

/// Reads items as they are now: of the dataset, of the database, and their pictures.
struct ServedItems: PictureServing {
    let model: ModelService
    let database: any ServerDatabase
    let pictures: PictureFolder
    let log: DatabaseLog

    /// Where a picture is.
    enum Picture: Sendable, Equatable {
        /// In the server's folder, by name.
        case stored(String)
        /// Of the dataset.
        case file(URL)
    }

    /// An item that can be recommended or is hidden.
    struct Known: Sendable {
        var view: ItemView
        var picture: Picture?
        /// What it is where that is not as the dataset has it.
        var content: ItemContent?
    }

    /// What is known of an item now; nil where there is none.
    func known(_ id: String) async throws -> Known? { try await read(id).known }

    /// An item, and the revision of its last change: 0 where it was never changed, also where there is none.
    func read(_ id: String) async throws -> (known: Known?, revision: Int) {
        guard let stored = try await database.item(id) else { return (try await original(id), 0) }
        let (item, revision) = (stored.item, stored.revision)
        if item.isRemoved { return (nil, revision) }
        guard let content = item.content else {
            var known = try await original(id)
            known?.view.tags = item.tags?.sorted() ?? []
            known?.view.isHidden = item.isHidden
            known?.view.revision = revision
            return (known, revision)
        }
        let view = ItemView(
            id: id, title: content.title, tags: item.tags?.sorted() ?? [], isHidden: item.isHidden,
            picture: content.picture.map(Self.version), revision: revision)
        return (Known(view: view, picture: content.picture.map(Picture.stored), content: content), revision)
    }

    /// The dataset's item of an id; nil where it has none.
    private func original(_ id: String) async throws -> Known? {
        try await model.ask { model in
            guard let row = model.dataset.itemIndex(of: id) else { return nil }
            let item = model.dataset.items[row]
            let view = ItemView(id: id, title: item.title, picture: item.picture.flatMap(Self.version))
            return Known(view: view, picture: item.picture.map(Picture.file))
        }
    }

    func versions(of items: [String]) async throws -> [ExactText: String] {
        var (found, originals): ([ExactText: String], [String]) = ([:], [])
        for id in items {
            switch log.picture(of: id) {
            case .some(let name): found[ExactText(id)] = name.map(Self.version)
            case nil: originals.append(id)
            }
        }
        guard !originals.isEmpty else { return found }
        let asked = originals
        let files = try await model.ask { model in
            asked.map { id in model.dataset.itemIndex(of: id).flatMap { model.dataset.items[$0].picture } }
        }
        for (id, file) in zip(originals, files) { found[ExactText(id)] = file.flatMap(Self.version) }
        return found
    }

    func keep(_ bytes: Data) async throws -> URL {
        do {
            let name = try await pictures.store(bytes)
            guard let file = pictures.file(of: name) else {
                throw DatabaseError(.failed, UserError("the picture \(name.quoted) is gone"))
            }
            return file
        } catch let error as UserError { throw Refusal(.unusableItem, error) }
    }

    func picture(of item: String, as size: ServedPicture.Size) async throws -> ServedPicture? {
        guard let known = try await known(item), let picture = known.picture, let version = known.view.picture else {
            return nil
        }
        let folderSize: PictureFolder.Size = size == .whole ? .whole : .thumbnail
        func served(_ bytes: Data?) -> ServedPicture? {
            bytes.map { ServedPicture(bytes: $0, type: "image/jpeg", version: version) }
        }
        switch picture {
        case .stored(let name): return served(try await pictures.served(name, as: folderSize))
        case .file(let file):
            guard let bytes = try Self.bytes(of: file) else { return nil }
            do {
                // The folder keeps what is made of it, where it can.
                do {
                    return served(try await pictures.served(try await pictures.store(bytes), as: folderSize))
                } catch is DatabaseError {
                    return served(try await pictures.made(of: bytes, name: file.path, as: folderSize))
                }
            } catch is UserError {
                // The dataset took it with its pictures unread: what cannot be decoded is none.
                return nil
            }
        }
    }

    /// A file's bytes; nil where there is none.
    ///
    /// - Throws: ``DatabaseError`` where it is there and cannot be read now, as where too many files are open.
    private static func bytes(of file: URL) throws -> Data? {
        do { return try MappedFile(file).withBytes { Data($0) } } catch let error as UserError {
            var status = stat()
            if stat(file.path, &status) != 0 { return nil }
            throw DatabaseError(.failed, error)
        }
    }

    /// What tells a stored picture apart from others.
    private static func version(_ name: String) -> String { String(name.prefix(16)) }

    /// What tells a file apart from others, without reading it; nil where there is none.
    private static func version(_ file: URL) -> String? {
        guard let values = try? FileManager.default.attributesOfItem(atPath: file.path) else { return nil }
        let time = (values[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
        let text = "\(file.path) \(values[.size] ?? 0) \(time)"
        return String(Array(text.utf8).withUnsafeBytes { ContentHash.of($0) }.prefix(16))
    }
}
