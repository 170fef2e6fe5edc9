import Files
import Foundation

/// `items.jsonl` of a dataset directory.
enum ItemsFile {
    /// Checks all items and numbers their ids.
    ///
    /// - Throws: ``UserError`` that names the line when one is damaged or an id is there twice, or when the counts are not the manifest's.
    static func check(_ lines: MappedLines, _ manifest: DatasetManifest) throws -> IDTable {
        var ids = IDTable()
        var fields = ItemFields()
        var titles = 0
        var pictures = 0
        for index in 0..<lines.count {
            func damaged(_ problem: String) -> UserError {
                UserError(problem, at: "\(lines.file.url.path):\(index + 1)", remedy: Dataset.importAgain)
            }
            try lines.withLine(index) { line in
                do throws(JSONScanner.Failure) { try fields.read(line) } catch { throw damaged(error.description) }
                guard fields.isUTF8 else { throw damaged("not UTF-8") }
                guard let id = fields.idBytes, !id.isEmpty else { throw damaged("an item without an id") }
                if let picture = fields.picture {
                    guard PicturePath.isConfined(picture) else {
                        throw damaged("the picture path \(Excerpt(picture)) leaves the pictures folder")
                    }
                    pictures += 1
                }
                guard ids.insert(id).isNew else { throw damaged("item \(Excerpt(fields.id ?? "")) is there twice") }
                titles += fields.titleBytes == nil ? 0 : 1
            }
        }
        guard ids.count == manifest.items, titles == manifest.itemsWithTitle, pictures == manifest.itemsWithPicture else {
            throw UserError(
                "\(ids.count) items, \(titles) with a title and \(pictures) with a picture; dataset.json says "
                    + "\(manifest.items), \(manifest.itemsWithTitle) and \(manifest.itemsWithPicture)",
                at: lines.file.url.path, remedy: Dataset.importAgain)
        }
        return ids
    }

    /// Writes all items, one line each; where the lines start.
    static func write(_ items: [DatasetContents.Item], in folder: URL, _ stop: StopToken) throws -> [Int64] {
        try LineWriter.write(items.count, to: folder.appending(path: Dataset.itemsName), stop) { index, line in
            let item = items[index]
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
