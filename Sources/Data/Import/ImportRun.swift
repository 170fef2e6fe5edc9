import Files
import Foundation

/// The state of an import while it runs. Each form of source fills it in its own way (`ImportRun+Form.swift`).
struct ImportRun {
    let options: ImportOptions
    let progress: Files.Progress.Handler?
    var catalogue: CatalogueBuilder
    var interactions = InteractionBuilder(hasTimestamps: false)
    var report: ImportReport
    /// What the source was, in words.
    var description = ""
    /// The file with the interactions, for messages.
    var interactionsFile: URL?
    /// The items table.
    var itemsFile: URL?
    /// The folder with a picture per item id.
    var pictures: URL?
    /// The folder that picture paths of the items table start from.
    var picturesRoot: URL?

    init(_ options: ImportOptions, progress: Files.Progress.Handler?) {
        self.options = options
        self.progress = progress
        catalogue = CatalogueBuilder(isFixed: false, options)
        report = ImportReport(problems: Findings(limit: options.listedProblems))
    }

    /// Tells how many interactions were read, now and then.
    func tell(always: Bool = false) {
        guard let progress, always || interactions.count & 0x1FFFF == 0 else { return }
        progress(Files.Progress("reading interactions", done: interactions.count, total: nil, unit: "interactions"))
    }

    /// Writes the dataset directory.
    mutating func finish(_ folder: URL, name: String) throws -> ImportReport {
        tell(always: true)
        let root = picturesRoot ?? pictures
        guard catalogue.ids.count > 0 else { throw UserError("there are no items", at: itemsFile?.path) }
        guard interactions.count > 0 else { throw UserError("no interactions are left", at: interactionsFile?.path) }
        var contents = DatasetContents(
            name: name, source: description,
            items: try catalogue.items(pictures: pictures, root: root, table: itemsFile, &report), pictures: root, users: [],
            offsets: [0], interactions: [])
        interactions.fill(&contents, &report)
        if options.unusedItems == .drop { report.unusedItemsLeftOut = contents.leaveOutUnusedItems() }
        if !contents.items.contains(where: { $0.picturePath != nil }) { contents.pictures = nil }
        let dataset = try contents.write(to: folder, replacing: options.replacing)
        report.users = dataset.userCount
        report.items = dataset.items.count
        report.interactions = dataset.manifest.interactions
        report.itemsWithoutTitle = dataset.items.count - dataset.manifest.itemsWithTitle
        report.itemsWithoutPicture = dataset.items.count - dataset.manifest.itemsWithPicture
        report.contentHash = dataset.manifest.contentHash
        return report
    }
}

extension DatasetContents {
    /// Leaves out items without interactions and numbers the others anew; how many were left out.
    mutating func leaveOutUnusedItems() -> Int {
        var isUsed = [Bool](repeating: false, count: items.count)
        for item in interactions { isUsed[Int(item)] = true }
        var number = [Int32](repeating: -1, count: items.count)
        var kept: [Item] = []
        for index in items.indices where isUsed[index] {
            number[index] = Int32(kept.count)
            kept.append(items[index])
        }
        let leftOut = items.count - kept.count
        items = kept
        interactions = interactions.map { number[Int($0)] }
        return leftOut
    }
}
