import Files
public import ArgumentParser
import Foundation
import IISAN

/// `iisan data import`: raw files to a dataset directory.
struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Make a dataset directory of raw files.",
        discussion: """
            The form of the files is iisan unless --form names another:

            iisan      users (user, tab, items oldest first), items (item, tab, title), a folder of pictures
            table      CSV, TSV or JSONL, plain or .gz: interactions with named columns, an items table, pictures
            recbole    RecBole's atomic files: NAME.inter and NAME.item, whose first rows have user_id:token and the like
            movielens  100K (u.data, u.item), 1M and 10M (ratings.dat, movies.dat), 20M and later (ratings.csv, movies.csv)
            microlens  MicroLens-100K: pairs, titles, covers
            amazon     Amazon Reviews 2018 or 2023: reviews and metadata, JSONL or .jsonl.gz

            iisan data import dataset --interactions users.tsv --items items.tsv --pictures posters
            iisan data import dataset --form table --interactions log.csv.gz --user customer --item sku --timestamp time \\
                --items products.csv --id sku --title name --pictures photos
            iisan data import dataset --form movielens --interactions ml-1m/ratings.dat --items ml-1m/movies.dat

            A table's separator, first row and time unit are told by what stands in it, and the report says what they were taken
            for. Spaces around ids that are not in quotes are taken off. Each option is a setting of data.import in a configuration
            too, with _ for -. To have a configuration written for a folder of files: iisan config --from FOLDER.
            """)

    @Argument(help: "The dataset directory to make.", completion: .directory)
    var folder: String

    @Option(help: "The form of the files: iisan, table, recbole, movielens, microlens or amazon.")
    var form = ImportSettings.Form.iisan

    @Option(
        help: "The histories: iisan users, table interactions, movielens ratings, microlens pairs, amazon reviews.",
        completion: .file())
    var interactions: String

    @Option(help: "The items with their titles; amazon: the metadata; movielens: the movies.", completion: .file())
    var items: String?

    @Option(help: "The folder of pictures, ID.jpg, .jpeg, .png or .webp.", completion: .directory)
    var pictures: String?

    @Option(help: "table: the column of the user, by name or number.")
    var user: String?

    @Option(help: "table: the column of the item.")
    var item: String?

    @Option(help: "table: the column of the time: numbers, or dates of ISO 8601.")
    var timestamp: String?

    @Option(help: "table: the column of the id in the items' file.")
    var id: String?

    @Option(help: "table: the column of the title in the items' file.")
    var title: String?

    @Option(help: "table: the column of the picture's path in the items' file.")
    var picture: String?

    @Option(help: "table: how rows are written, csv, tsv or jsonl; else it follows from the files' names or first rows.")
    var tableFormat: Table.Format?

    @Option(
        help: "table: what separates columns, a character, a text as ::, or tab; else it follows from the first row.",
        transform: { try Separator($0) })
    var separator: Separator?

    @Option(help: "table: what the first row has: names, data, or auto to decide by its contents.")
    var firstRow = Table.FirstRow.auto

    @Flag(inversion: .prefixedNo, help: "The same as --first-row names, and data.")
    var header: Bool?

    @Option(
        help: ArgumentHelp(
            "table: how characters are written, \(TextEncoding.allCases.map(\.rawValue).joined(separator: ", ")); else utf-8, or what a byte order mark says."
        ))
    var encoding: TextEncoding?

    @Option(help: "How histories are ordered: by time (by the rows where there is none), or as in the file.")
    var order = ImportOptions.Order.time

    @Option(help: "What becomes of interactions of the same user, item and time as another: keep, drop or fail.")
    var duplicates = ImportOptions.Duplicates.keep

    @Option(help: "What becomes of items in histories that the items' file lacks.")
    var unknownItems = ImportOptions.UnknownItems.fail

    @Option(help: "What becomes of an item that is listed twice.")
    var duplicateItems = ImportOptions.DuplicateItems.fail

    @Option(help: "What happens to items without interactions.")
    var unusedItems = ImportOptions.UnusedItems.keep

    @Flag(help: "Keep &amp; and its like in titles as they are.")
    var keepEntities = false

    @Flag(help: "Take the place of an older dataset.")
    var replace = false

    @OptionGroup var output: OutputOptions

    func validate() throws {
        if let header, firstRow != .auto, (firstRow == .names) != header {
            throw ValidationError(
                "--first-row \(firstRow.rawValue) and \(header ? "--header" : "--no-header") say opposite things.")
        }
    }

    func run() throws {
        var settings = ImportSettings()
        settings.form = form
        settings.interactions = interactions
        settings.items = items
        settings.pictures = pictures
        settings.user = user.map { Column($0) }
        settings.item = item.map { Column($0) }
        settings.timestamp = timestamp.map { Column($0) }
        settings.id = id.map { Column($0) }
        settings.title = title.map { Column($0) }
        settings.picture = picture.map { Column($0) }
        settings.tableFormat = tableFormat
        settings.separator = separator
        settings.firstRow = header.map { $0 ? .names : .data } ?? firstRow
        settings.encoding = encoding
        settings.order = order
        settings.duplicates = duplicates
        settings.unknownItems = unknownItems
        settings.duplicateItems = duplicateItems
        settings.unusedItems = unusedItems
        settings.decodeEntities = !keepEntities
        let url = URL(filePath: folder)
        let console = Console(stoppable: true)
        let report = try settings.datasetImport(name: url.lastPathComponent, replacing: replace)
            .run(to: url, progress: console.observer.onProgress, stop: console.observer.stop)
        try output.format.print(report, text: report.text)
    }
}

extension ImportSettings.Form: ExpressibleByArgument {}
extension ImportOptions.UnknownItems: ExpressibleByArgument {}
extension ImportOptions.DuplicateItems: ExpressibleByArgument {}
extension ImportOptions.UnusedItems: ExpressibleByArgument {}
extension ImportOptions.Order: ExpressibleByArgument {}
extension ImportOptions.Duplicates: ExpressibleByArgument {}
extension Table.Format: ExpressibleByArgument {}
extension Table.FirstRow: ExpressibleByArgument {}
extension TextEncoding: ExpressibleByArgument {}
