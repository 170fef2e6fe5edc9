import ArgumentParser
import Foundation
import IISAN

/// `iisan data import`: raw files to a dataset directory.
struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Make a dataset directory of raw files.",
        discussion: """
            iisan      users (user, tab, items oldest first), items (item, tab, title), a folder of pictures
            table      CSV, TSV or JSONL, plain or .gz: interactions with named columns, an items table, pictures
            microlens  MicroLens-100K: pairs, titles, covers
            amazon     Amazon Reviews 2018 or 2023: reviews and metadata, JSONL or .jsonl.gz

            iisan data import dataset --form iisan --interactions users.tsv --items items.tsv --pictures posters
            iisan data import dataset --form table --interactions log.csv.gz --user customer --item sku --timestamp time \\
                --items products.csv --id sku --title name --pictures photos
            """)

    @Argument(help: "The dataset directory to make.", completion: .directory)
    var folder: String

    @Option(help: "The form of the files: iisan, table, microlens or amazon.")
    var form = ImportSettings.Form.iisan

    @Option(help: "The histories: iisan users, table interactions, microlens pairs, amazon reviews.", completion: .file())
    var interactions: String

    @Option(help: "The items with their titles; amazon: the metadata.", completion: .file())
    var items: String?

    @Option(help: "The folder of pictures, ID.jpg, .jpeg, .png or .webp.", completion: .directory)
    var pictures: String?

    @Option(help: "table: the column of the user, by name or number.")
    var user: String?

    @Option(help: "table: the column of the item.")
    var item: String?

    @Option(help: "table: the column of the time.")
    var timestamp: String?

    @Option(help: "table: the column of the id in the items' file.")
    var id: String?

    @Option(help: "table: the column of the title in the items' file.")
    var title: String?

    @Option(help: "table: the column of the picture's path in the items' file.")
    var picture: String?

    @Flag(inversion: .prefixedNo, help: "table: whether the first row names the columns.")
    var header = true

    @Option(help: "What becomes of items in histories that the items' file lacks.")
    var unknownItems = ImportOptions.UnknownItems.fail

    @Option(help: "What becomes of an item that is listed twice.")
    var duplicateItems = ImportOptions.DuplicateItems.fail

    @Option(help: "What becomes of items that nobody has.")
    var unusedItems = ImportOptions.UnusedItems.keep

    @Flag(help: "Keep &amp; and its like in titles as they are.")
    var keepEntities = false

    @Flag(help: "Take the place of an older dataset.")
    var replace = false

    @OptionGroup var output: OutputOptions

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
        settings.header = header
        settings.unknownItems = unknownItems
        settings.duplicateItems = duplicateItems
        settings.unusedItems = unusedItems
        settings.decodeEntities = !keepEntities
        let url = URL(filePath: folder)
        let console = Console()
        let report = try settings.datasetImport(name: url.lastPathComponent, replacing: replace)
            .run(to: url, progress: console.observer.onProgress)
        try output.format.print(report, text: report.text)
    }
}

extension ImportSettings.Form: ExpressibleByArgument {}
extension ImportOptions.UnknownItems: ExpressibleByArgument {}
extension ImportOptions.DuplicateItems: ExpressibleByArgument {}
extension ImportOptions.UnusedItems: ExpressibleByArgument {}
