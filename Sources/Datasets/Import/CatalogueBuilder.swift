import Files
import Foundation

/// The items of an import, gathered from an items table, or from the interactions where there is none.
struct CatalogueBuilder {
    /// The items' ids.
    private(set) var ids = IDTable()
    /// Whether items come from a table: the interactions may then not bring new ones.
    let isFixed: Bool
    private var titles: [String?] = []
    private var pictures: [String?] = []
    private var lines: [Int32] = []
    private let options: ImportOptions

    init(isFixed: Bool, _ options: ImportOptions) {
        self.isFixed = isFixed
        self.options = options
    }

    /// Adds a row of the items table.
    ///
    /// - Throws: ``UserError`` for an empty, damaged or repeated id, a title that is not UTF-8, or a picture path that leaves its folder.
    mutating func add(
        _ id: UnsafeRawBufferPointer, title: UnsafeRawBufferPointer?, picture: UnsafeRawBufferPointer?, line: Int,
        at place: @autoclosure () -> String, _ report: inout ImportReport
    ) throws {
        guard let name = String(validating: id, as: UTF8.self), !name.isEmpty else {
            throw id.isEmpty
                ? UserError("an item without an id", at: place()) : UserError.notUTF8("the item's id", id, at: place())
        }
        guard ids.count < IDTable.capacity else { throw UserError("more than \(IDTable.capacity) items", at: place()) }
        let (index, isNew) = ids.insert(id)
        guard isNew else {
            guard options.duplicateItems == .keepFirst else {
                throw UserError(
                    "item \(name.quoted) occurs twice, first in line \(lines[index])", at: place(),
                    remedy: "Remove one, or keep the first of each: \(ImportOption.duplicateItems.sentence("keep-first"))")
            }
            report.duplicateItems += 1
            report.problems.add("item rows skipped", at: place(), "item \(name.quoted) was in line \(lines[index])")
            return
        }
        lines.append(Int32(clamping: line))
        titles.append(try Self.text(title, "title", at: place()).flatMap(clean))
        let path = try Self.text(picture, "picture path", at: place()).flatMap { $0.isEmpty ? nil : $0 }
        if let path { try PicturePath.check(path, at: place()) }
        pictures.append(path)
        if titles[index] == nil { report.problems.add("items without a title", at: place(), "item \(name.quoted)") }
    }

    /// The index of an interaction's item; nil when it is to be left out.
    ///
    /// - Throws: ``UserError`` that names an item the table does not have, or an id that is empty or not UTF-8.
    mutating func index(
        of id: UnsafeRawBufferPointer, at place: @autoclosure () -> String, _ report: inout ImportReport
    ) throws -> Int32? {
        if let index = ids.index(of: id) { return Int32(index) }
        guard let name = String(validating: id, as: UTF8.self), !name.isEmpty else {
            throw id.isEmpty
                ? UserError("an interaction without an item", at: place()) : UserError.notUTF8("the item's id", id, at: place())
        }
        if isFixed {
            guard options.unknownItems == .drop else {
                throw UserError(
                    "item \(name.quoted) is not in the items table", at: place(),
                    remedy: "Add it there, or leave such interactions out: \(ImportOption.unknownItems.sentence("drop"))")
            }
            report.unknownInteractions += 1
            report.problems.add("interactions left out", at: place(), "item \(name.quoted) is not in the items table")
            return nil
        }
        guard ids.count < IDTable.capacity else { throw UserError("more than \(IDTable.capacity) items", at: place()) }
        titles.append(nil)
        pictures.append(nil)
        return Int32(ids.insert(id).index)
    }

    /// The items, with pictures that exist: by the path in the table, else by id in `folder`.
    ///
    /// - Parameters:
    ///   - root: the folder that paths in the table start from.
    ///   - table: the items table, to name lines of.
    /// - Throws: ``UserError`` when the folder cannot be listed; `CancellationError`.
    func items(
        pictures folder: URL?, root: URL?, table: URL?, _ stop: StopToken, _ report: inout ImportReport
    ) throws -> [DatasetContents.Item] {
        let pictureFolder = try folder.map(PictureFolder.init)
        var found = 0
        let items = try (0..<ids.count).map { index in
            // A look at the disk for each item can take long.
            if index & 0x3FF == 0 { try stop.check() }
            let id = ids.text(index)
            var item = DatasetContents.Item(id: id, title: titles[index])
            func place() -> String { table.map { "\($0.path):\(lines[index])" } ?? folder?.path ?? "" }
            let named = pictureFolder?.name(of: id)
            found += named == nil ? 0 : 1
            if let path = pictures[index], let root {
                if FileManager.default.fileExists(atPath: root.appending(path: path).path) {
                    item.picturePath = path
                } else {
                    report.problems.add("pictures missing", at: place(), "\(path.quoted) of item \(id.quoted)")
                }
            } else if let named {
                item.picturePath = named
            } else if pictureFolder != nil {
                report.problems.add("items without a picture", at: place(), "item \(id.quoted)")
            }
            return item
        }
        report.picturesWithoutItem = (pictureFolder?.count ?? 0) - found
        return items
    }

    private func clean(_ title: String) -> String? {
        let text = options.decodesEntities ? HTMLEntities.decode(title) : title
        return text.allSatisfy(\.isWhitespace) ? nil : text
    }

    private static func text(_ bytes: UnsafeRawBufferPointer?, _ role: String, at place: @autoclosure () -> String) throws
        -> String?
    {
        guard let bytes else { return nil }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw UserError.notUTF8("the \(role)", bytes, at: place())
        }
        return text
    }
}

extension UserError {
    /// The error for bytes that are not UTF-8.
    static func notUTF8(_ what: String, _ bytes: UnsafeRawBufferPointer, at place: String) -> UserError {
        UserError(
            "\(what) is not UTF-8: \(bytes.quoted)", at: place,
            remedy:
                "Give the encoding that the file is in: \(ImportOption.encoding.sentence(TextEncoding.windows1252.rawValue))")
    }
}

/// The interactions of an import, gathered row by row.
struct InteractionBuilder {
    /// The users' ids.
    private(set) var users = IDTable()
    /// The interactions.
    let list = InteractionList()

    /// How many there are.
    var count: Int { list.count }

    /// The number of a user, and whether it is a new one.
    ///
    /// - Throws: ``UserError`` when the id is empty or not UTF-8.
    mutating func user(_ id: UnsafeRawBufferPointer, at place: @autoclosure () -> String) throws -> (index: Int32, isNew: Bool)
    {
        guard users.count < IDTable.capacity else { throw UserError("more than \(IDTable.capacity) users", at: place()) }
        let (index, isNew) = users.insert(id)
        if isNew {
            guard let text = String(validating: id, as: UTF8.self), !text.isEmpty else {
                throw id.isEmpty
                    ? UserError("an interaction without a user", at: place())
                    : UserError.notUTF8("the user's id", id, at: place())
            }
        }
        return (Int32(index), isNew)
    }

    /// Adds an interaction.
    ///
    /// - Throws: ``UserError`` when there are more than can be numbered.
    func add(user: Int32, item: Int32, timestamp: Int64 = 0, at place: @autoclosure () -> String) throws {
        guard count < InteractionList.capacity else {
            throw UserError("more than \(InteractionList.capacity) interactions", at: place())
        }
        list.append(Interaction(user: user, item: item, timestamp: timestamp))
    }
}
