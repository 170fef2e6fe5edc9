import Files
import Foundation

/// `items.jsonl` of a dataset directory.
enum ItemsFile {
    /// Reads all items and the index of each id.
    ///
    /// - Throws: ``UserError`` that names the line when one is damaged, an id is there twice, or the number of lines is not the manifest's.
    static func read(
        _ manifest: DatasetManifest, in folder: URL, root: URL?
    ) throws -> (items: [Item], indices: [String: Int]) {
        let reader = try LineReader(folder.appending(path: Dataset.itemsName))
        var items: [Item] = []
        var indices: [String: Int] = [:]
        var line: [UInt8] = []
        var record = Record()
        let fields = JSONFields(["id", "title", "picture"])
        var pictures = 0
        var titles = 0
        while try reader.read(into: &line) {
            func damaged(_ problem: String) -> UserError { UserError(problem, at: reader.place, remedy: Dataset.importAgain) }
            do { try fields.read(line, into: &record) } catch { throw damaged(error.description) }
            func text(_ field: Int) throws -> String? {
                guard let bytes = record[field] else { return nil }
                guard let text = String(validating: bytes, as: UTF8.self) else { throw damaged("not UTF-8") }
                return text
            }
            guard let id = try text(0), !id.isEmpty else { throw damaged("an item without an id") }
            let picture = try text(2)
            if let picture { try PicturePath.check(picture, at: reader.place) }
            let item = Item(id: id, title: try text(1), picturePath: picture, root: root)
            guard indices.updateValue(items.count, forKey: id) == nil else { throw damaged("item \"\(id)\" is there twice") }
            items.append(item)
            titles += item.title == nil ? 0 : 1
            pictures += item.picturePath == nil ? 0 : 1
        }
        guard items.count == manifest.items, titles == manifest.itemsWithTitle, pictures == manifest.itemsWithPicture else {
            throw UserError(
                "\(items.count) items, \(titles) with a title and \(pictures) with a picture; dataset.json says "
                    + "\(manifest.items), \(manifest.itemsWithTitle) and \(manifest.itemsWithPicture)",
                at: reader.url.path, remedy: Dataset.importAgain)
        }
        return (items, indices)
    }

    /// Writes all items, one line each.
    static func write(_ items: [DatasetContents.Item], in folder: URL) throws {
        try LineWriter.write(items, to: folder.appending(path: Dataset.itemsName)) { item, line in
            line.append(contentsOf: #"{"id":"#.utf8)
            JSONText.append(item.id, to: &line)
            if let title = item.title {
                line.append(contentsOf: #","title":"#.utf8)
                JSONText.append(title, to: &line)
            }
            if let picture = item.picturePath {
                line.append(contentsOf: #","picture":"#.utf8)
                JSONText.append(picture, to: &line)
            }
            line.append(UInt8(ascii: "}"))
        }
    }
}
