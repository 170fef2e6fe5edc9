public import Datasets
package import Files
import Foundation
import Yams

/// The section `data.import`: which raw files a dataset is made of.
public struct ImportSettings: Sendable, Equatable {
    /// The forms that raw files come in.
    public enum Form: String, Sendable, CaseIterable {
        case iisan
        case table
        case microlens
        case amazon
        case recbole
        case movielens
    }

    /// The form.
    public var form = Form.iisan
    /// iisan: the users' file; table and recbole: the interactions; microlens: the pairs; amazon: the reviews; movielens: the ratings.
    public var interactions = ""
    /// iisan, table and recbole: the items' file; microlens: the titles; amazon: the metadata; movielens: the movies.
    public var items: String?
    /// The folder of pictures.
    public var pictures: String?
    /// table and recbole: the columns of the interactions.
    public var user, item, timestamp: Column?
    /// table and recbole: the columns of the items.
    public var id, title, picture: Column?
    /// table: how rows are written; nil to tell by the files' names, or else by their first rows.
    public var tableFormat: Table.Format?
    /// table: what is between columns; nil to tell by the first row.
    public var separator: Separator?
    /// table: what the first row has.
    public var firstRow = Table.FirstRow.auto
    /// table and recbole: how characters are written; nil for UTF-8, or what a byte order mark says.
    public var encoding: TextEncoding?
    /// How a user's interactions are ordered.
    public var order = ImportOptions.Order.time
    /// What becomes of duplicate interactions.
    public var duplicates = ImportOptions.Duplicates.keep
    /// What becomes of items in histories that the items' file lacks.
    public var unknownItems = ImportOptions.UnknownItems.fail
    /// What becomes of an item that is listed twice.
    public var duplicateItems = ImportOptions.DuplicateItems.fail
    /// What happens to items without interactions.
    public var unusedItems = ImportOptions.UnusedItems.keep
    /// Whether `&amp;` and its like in titles are decoded.
    public var decodeEntities = true

    /// The defaults.
    public init() {}

    /// The import these settings describe.
    ///
    /// - Throws: ``UserError`` when a file that the form needs is not named, or a setting is given that it does not use.
    public func datasetImport(name: String, replacing: Bool) throws -> DatasetImport {
        guard !interactions.isEmpty else {
            throw UserError(
                "no file is named", at: "data.import.interactions", remedy: "Name the file with the users' histories.")
        }
        var problems = Problems()
        problems.add(self.problems(), below: "data.import")
        try problems.check()
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
        case .movielens:
            source = .movieLens(ratings: url(interactions), movies: items.map(url), pictures: pictures)
        case .table:
            source = .tables(interactions: interactionTable, items: itemTable, pictures: pictures)
        case .recbole:
            source = .recBole(interactions: interactionTable, items: itemTable, pictures: pictures)
        }
        var options = ImportOptions()
        options.name = name
        options.order = order
        options.duplicates = duplicates
        options.unknownItems = unknownItems
        options.duplicateItems = duplicateItems
        options.unusedItems = unusedItems
        options.decodesEntities = decodeEntities
        options.replacing = replacing
        return DatasetImport(source, options: options)
    }

    private var interactionTable: InteractionTable {
        InteractionTable(table(interactions), user: user, item: item, timestamp: timestamp)
    }

    private var itemTable: ItemTable? { items.map { ItemTable(table($0), id: id, title: title, picture: picture) } }

    private func table(_ path: String) -> Table {
        Table(URL(filePath: path), format: tableFormat, firstRow: firstRow, separator: separator, encoding: encoding)
    }

    /// Settings that were given and that the form does not use: they would change nothing, and nobody would be told.
    package func problems() -> Problems {
        var problems = Problems()
        func need(_ isGiven: Bool, _ name: String, _ forms: [Form]) {
            problems.require(
                !isGiven || forms.contains(form),
                "has no effect with the form \(form.rawValue): \(forms.map(\.rawValue).joined(separator: " and ")) read it",
                at: name,
                remedy: "Leave it out, or choose another form.")
        }
        for (name, column) in [
            ("user", user), ("item", item), ("timestamp", timestamp), ("id", id), ("title", title), ("picture", picture),
        ] {
            need(column != nil, name, [.table, .recbole])
        }
        need(tableFormat != nil, "table_format", [.table, .recbole])
        need(separator != nil, "separator", [.table, .recbole])
        need(firstRow != .auto, "first_row", [.table, .recbole])
        need(encoding != nil, "encoding", [.table, .recbole])
        return problems
    }

    /// The files that are read, for telling whether they have changed.
    var files: [String] { [interactions] + [items, pictures].compactMap { $0 } }
}

extension ImportSettings: SettingsSection {
    static var settings: [Setting<ImportSettings>] {
        [
            .value(
                "form", \.form,
                "iisan, table (CSV, TSV, JSONL), microlens, amazon (Reviews 2018 or 2023), recbole (.inter, .item) or movielens."
            ),
            .value(
                "interactions", \.interactions,
                "The histories: iisan users, table interactions, microlens pairs, amazon reviews, movielens ratings."),
            .optional("items", \.items, "The items: ids and titles; amazon: the metadata; movielens: the movies."),
            .optional("pictures", \.pictures, "The folder of pictures, by default ID.jpg, .jpeg, .png or .webp."),
            .optional("user", \.user, "table: the column of the user, by name or number."),
            .optional("item", \.item, "table: the column of the item."),
            .optional("timestamp", \.timestamp, "table: the column of the time: numbers, or dates of ISO 8601."),
            .value(
                "order", \.order,
                "Histories are ordered by time (by the rows where there is none, with a warning) or as in the file."),
            .optional("id", \.id, "table: the column of the item's id in the items' file."),
            .optional("title", \.title, "table: the column of the title."),
            .optional("picture", \.picture, "table: the column of the picture's path below the pictures' folder."),
            .optional(
                "table_format", \.tableFormat,
                "table: csv, tsv or jsonl; left out, it follows from the files' names or first rows."),
            .formerly("format") { try $0.tableFormat = $1.null == nil ? Table.Format.read($1) : nil },
            .optional(
                "separator", \.separator,
                "table: what separates columns: a character, a text as ::, or tab; left out, it follows from the first row."),
            .value(
                "first_row", \.firstRow, "table: what the first row has: names, data, or auto to decide by its contents."),
            .formerly("header") { try $0.firstRow = Bool.read($1) ? .names : .data },
            .optional(
                "encoding", \.encoding,
                "table: \(choices(TextEncoding.self)); left out, utf-8 or what a byte order mark says."),
            .value(
                "duplicates", \.duplicates,
                "Interactions of the same user, item and time as another: \(choices(ImportOptions.Duplicates.self))."),
            .value("unknown_items", \.unknownItems, "Items in histories that the items' file lacks: fail or drop."),
            .value(
                "duplicate_items", \.duplicateItems,
                "Items that are listed twice: \(Self.choices(ImportOptions.DuplicateItems.self))."),
            .value(
                "unused_items", \.unusedItems, "Items without interactions: \(Self.choices(ImportOptions.UnusedItems.self))."),
            .value("decode_entities", \.decodeEntities, "Whether &amp; and its like in titles are decoded."),
        ]
    }

    private static func choices<Choice: CaseIterable & RawRepresentable<String>>(_ type: Choice.Type) -> String {
        let names = type.allCases.map(\.rawValue)
        return names.dropLast().joined(separator: ", ") + " or " + names[names.count - 1]
    }
}

extension ImportSettings.Form: SettingValue {}
extension Table.Format: SettingValue {}
extension ImportOptions.UnknownItems: SettingValue {}
extension ImportOptions.DuplicateItems: SettingValue {}
extension ImportOptions.UnusedItems: SettingValue {}
extension Table.FirstRow: SettingValue {}
extension TextEncoding: SettingValue {}
extension ImportOptions.Order: SettingValue {}
extension ImportOptions.Duplicates: SettingValue {}
extension Separator: SettingValue {
    static func read(_ node: Node) throws -> Separator { try Separator(String.read(node)) }
    var yaml: String { description.yaml }
}
