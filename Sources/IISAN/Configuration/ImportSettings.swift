import Datasets
import Files
import Foundation

/// The section `data.import`: which raw files a dataset is made of.
public struct ImportSettings: Sendable, Equatable {
    /// The forms that raw files come in.
    public enum Form: String, Sendable, CaseIterable {
        case iisan
        case table
        case microlens
        case amazon
    }

    /// The form.
    public var form = Form.iisan
    /// iisan: the users' file; table: the interactions; microlens: the pairs; amazon: the reviews.
    public var interactions = ""
    /// iisan and table: the items' file; microlens: the titles; amazon: the metadata.
    public var items: String?
    /// The folder of pictures.
    public var pictures: String?
    /// table: the columns of the interactions.
    public var user, item, timestamp: Column?
    /// table: the columns of the items.
    public var id, title, picture: Column?
    /// table: the form of the files; nil to tell by their names.
    public var format: Table.Format?
    /// table: whether the first row names the columns.
    public var header = true
    /// What becomes of items in histories that the items' file lacks.
    public var unknownItems = ImportOptions.UnknownItems.fail
    /// What becomes of an item that is listed twice.
    public var duplicateItems = ImportOptions.DuplicateItems.fail
    /// What becomes of items that nobody has.
    public var unusedItems = ImportOptions.UnusedItems.keep
    /// Whether `&amp;` and its like in titles are decoded.
    public var decodeEntities = true

    /// The defaults.
    public init() {}

    /// The import these settings describe.
    ///
    /// - Throws: ``UserError`` when a file that the form needs is not named.
    public func datasetImport(name: String, replacing: Bool) throws -> DatasetImport {
        guard !interactions.isEmpty else {
            throw UserError(
                "no file is named", at: "data.import.interactions", remedy: "Name the file with the users' histories.")
        }
        func url(_ path: String) -> URL { URL(filePath: path) }
        func required(_ path: String?, _ what: String) throws -> URL {
            guard let path else {
                throw UserError("no file is named", at: "data.import.items", remedy: "Name the file with \(what).")
            }
            return url(path)
        }
        let source: ImportSource
        let pictures = pictures.map(url)
        switch form {
        case .iisan:
            source = .iisan(users: url(interactions), items: try required(items, "the items' titles"), pictures: pictures)
        case .microlens:
            source = .microLens(pairs: url(interactions), titles: try required(items, "the titles"), covers: pictures)
        case .amazon:
            source = .amazon(reviews: url(interactions), metadata: try required(items, "the metadata"), pictures: pictures)
        case .table:
            source = .tables(
                interactions: InteractionTable(
                    Table(url(interactions), format: format, hasHeader: header), user: user, item: item, timestamp: timestamp),
                items: items.map {
                    ItemTable(Table(url($0), format: format, hasHeader: header), id: id, title: title, picture: picture)
                },
                pictures: pictures)
        }
        var options = ImportOptions()
        options.name = name
        options.unknownItems = unknownItems
        options.duplicateItems = duplicateItems
        options.unusedItems = unusedItems
        options.decodesEntities = decodeEntities
        options.replacing = replacing
        return DatasetImport(source, options: options)
    }

    /// The files that are read, for telling whether they have changed.
    var files: [String] { [interactions] + [items, pictures].compactMap { $0 } }
}

extension ImportSettings: SettingsSection {
    static var settings: [Setting<ImportSettings>] {
        [
            .value("form", \.form, "iisan, table (CSV, TSV, JSONL), microlens or amazon (Reviews 2018 or 2023)."),
            .value(
                "interactions", \.interactions,
                "The histories: iisan users, table interactions, microlens pairs, amazon reviews."),
            .optional("items", \.items, "The items: ids and titles; amazon: the metadata."),
            .optional("pictures", \.pictures, "The folder of pictures, by default ID.jpg, .jpeg, .png or .webp."),
            .optional("user", \.user, "table: the column of the user, by name or number."),
            .optional("item", \.item, "table: the column of the item."),
            .optional("timestamp", \.timestamp, "table: the column of the time; without one the order of rows counts."),
            .optional("id", \.id, "table: the column of the item's id in the items' file."),
            .optional("title", \.title, "table: the column of the title."),
            .optional("picture", \.picture, "table: the column of the picture's path below the pictures' folder."),
            .optional("format", \.format, "table: csv, tsv or jsonl; left out, the file's name tells."),
            .value("header", \.header, "table: whether the first row names the columns."),
            .value("unknown_items", \.unknownItems, "Items in histories that the items' file lacks: fail or drop."),
            .value(
                "duplicate_items", \.duplicateItems,
                "Items that are listed twice: \(Self.choices(ImportOptions.DuplicateItems.self))."),
            .value("unused_items", \.unusedItems, "Items that nobody has: \(Self.choices(ImportOptions.UnusedItems.self))."),
            .value("decode_entities", \.decodeEntities, "Whether &amp; and its like in titles are decoded."),
        ]
    }

    private static func choices<Choice: CaseIterable & RawRepresentable<String>>(_ type: Choice.Type) -> String {
        type.allCases.map(\.rawValue).joined(separator: " or ")
    }
}

extension ImportSettings.Form: SettingValue {}
extension Table.Format: SettingValue {}
extension ImportOptions.UnknownItems: SettingValue {}
extension ImportOptions.DuplicateItems: SettingValue {}
extension ImportOptions.UnusedItems: SettingValue {}
