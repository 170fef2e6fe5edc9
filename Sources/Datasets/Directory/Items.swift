import Files
public import Foundation

/// One item of a dataset: what it is called, and where its picture is.
public struct Item: Sendable, Equatable {
    /// The id the source gave it, unique in the dataset.
    public let id: String
    /// The title; nil where the source has none.
    public let title: String?
    /// The picture's path below the pictures root; nil where the item has none. It never leaves the root.
    public let picturePath: String?
    private let root: URL?

    /// Makes an item; `root` is the folder that `picturePath` starts from.
    init(id: String, title: String?, picturePath: String?, root: URL?) {
        self.id = id
        self.title = title
        self.picturePath = picturePath
        self.root = root
    }

    /// Where the picture is; nil where the item has none.
    public var picture: URL? {
        guard let root, let picturePath else { return nil }
        return root.appending(path: picturePath)
    }
}

/// Reads lines of `items.jsonl`; what was read holds until the next line.
struct ItemFields {
    private static let keys = JSONFields(["id", "title", "picture"])
    private var record = Record()

    mutating func read(_ line: UnsafeRawBufferPointer) throws(JSONScanner.Failure) { try Self.keys.read(line, into: &record) }

    /// The bytes of the id; nil where there is none.
    var idBytes: UnsafeRawBufferPointer? { record[0] }
    /// The bytes of the title; nil where there is none.
    var titleBytes: UnsafeRawBufferPointer? { record[1] }
    /// The id, title and picture as text; bytes that are not UTF-8 become U+FFFD.
    var id: String? { record[0].map { String(decoding: $0, as: UTF8.self) } }
    var title: String? { record[1].map { String(decoding: $0, as: UTF8.self) } }
    var picture: String? { record[2].map { String(decoding: $0, as: UTF8.self) } }
    /// Whether all three are UTF-8.
    var isUTF8: Bool { (0..<3).allSatisfy { record[$0].map { String(validating: $0, as: UTF8.self) != nil } ?? true } }
}

/// The items of a dataset; an item's index is its place here. Each is read from the mapped file when it is asked for.
///
/// An item whose line is damaged has an empty id, no title and no picture; ``Dataset/verify()`` finds and names such lines.
public struct Items: RandomAccessCollection, Sendable {
    let lines: MappedLines
    private let places: MappedArray<UInt64>
    private let root: URL?

    init(_ index: DatasetIndex, root: URL?) {
        lines = index.items
        places = index.places
        self.root = root
    }

    /// The first index, always 0.
    public var startIndex: Int { 0 }
    /// The number of items.
    public var endIndex: Int { lines.count }

    /// An item.
    public subscript(index: Int) -> Item {
        lines.withLine(index) { line in
            var fields = ItemFields()
            do { try fields.read(line) } catch { return Item(id: "", title: nil, picturePath: nil, root: root) }
            let picture = fields.picture.flatMap { PicturePath.isConfined($0) ? $0 : nil }
            return Item(id: fields.id ?? "", title: fields.title, picturePath: picture, root: root)
        }
    }

    /// The index of the item with an id; nil when there is none.
    func index(of id: String) -> Int? {
        var wanted = id
        return wanted.withUTF8 { wanted in
            let wanted = UnsafeRawBufferPointer(wanted)
            return places.withElements { places in
                var fields = ItemFields()
                let place = IDPlaces.find(IDHash.hash(wanted), in: places) { index in
                    index < count
                        && lines.withLine(index) { line in
                            (try? fields.read(line)) != nil && fields.idBytes?.elementsEqual(wanted) == true
                        }
                }
                guard let place, places[place] != IDPlaces.free else { return nil }
                return IDPlaces.number(places[place])
            }
        }
    }

    /// Whether lines and ids are found where they are.
    func isIndexed(as ids: IDTable) -> Bool { lines.startsAreTrue && places.elementsEqual(ids.places) }
}

/// `items.jsonl` of a dataset directory.
enum ItemsFile {
    /// Checks all items and numbers their ids.
    ///
    /// - Throws: ``UserError`` that names the line when one is damaged or an id occurs twice, or when the counts are not the manifest's.
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
                        throw damaged("the picture path \(picture.quoted) leaves the pictures folder")
                    }
                    pictures += 1
                }
                guard ids.insert(id).isNew else { throw damaged("item \((fields.id ?? "").quoted) occurs twice") }
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
