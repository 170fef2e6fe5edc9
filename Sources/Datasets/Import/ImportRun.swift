import Files
import Foundation
import Owned

/// The state of an import while it runs. Each form of source fills it in its own way (`ImportRun+Form.swift`).
struct ImportRun {
    let options: ImportOptions
    let progress: WorkProgress.Handler?
    let stop: StopToken
    var catalogue: CatalogueBuilder
    var interactions = InteractionBuilder()
    /// By what histories are ordered.
    var order = HistoryOrder(.rows)
    var report: ImportReport
    /// Rows of any table that were read.
    private var rows = 0
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

    init(_ options: ImportOptions, progress: WorkProgress.Handler?, stop: StopToken) {
        self.options = options
        self.progress = progress
        self.stop = stop
        catalogue = CatalogueBuilder(isFixed: false, options)
        report = ImportReport(problems: Findings(limit: options.listedProblems))
    }

    /// Looks, now and then, whether to stop.
    mutating func pause() throws {
        rows += 1
        if rows & 0x3FFF == 0 { try stop.check() }
    }

    /// Tells how many interactions were read, now and then.
    func tell(always: Bool = false) {
        guard let progress, always || interactions.count & 0x1FFFF == 0 else { return }
        progress(WorkProgress("reading interactions", done: interactions.count, total: nil, unit: "interactions"))
    }

    /// What goes into a dataset directory once all is read.
    private struct Gathered {
        var items: [DatasetContents.Item]
        var ids: IDTable
        var starts: [Int64]
        var users: [Int]
    }

    /// Orders the interactions and finds the pictures.
    private mutating func gather() throws -> Gathered {
        tell(always: true)
        guard catalogue.ids.count > 0 else { throw UserError("there are no items", at: (itemsFile ?? interactionsFile)?.path) }
        guard interactions.count > 0 else { throw UserError("no interactions are left", at: interactionsFile?.path) }
        try stop.check()
        var items = try catalogue.items(
            pictures: pictures, root: picturesRoot ?? pictures, table: itemsFile, stop, &report)
        var ids = catalogue.ids
        let list = interactions.list
        var starts = try list.group(users: interactions.users.count, stop)
        try settleDuplicates(list, &starts)
        noteOrder(list, starts)
        warnOfMissingIDs(list, starts)
        let users = (0..<interactions.users.count).filter { starts[$0] < starts[$0 + 1] }
        report.usersWithoutInteractions = interactions.users.count - users.count
        if options.unusedItems == .drop { report.unusedItemsLeftOut = list.leaveOutUnused(&items, &ids) }
        report.users = users.count
        report.items = items.count
        report.interactions = list.count
        report.itemsWithoutTitle = items.count { $0.title == nil }
        report.itemsWithoutPicture = items.count { $0.picturePath == nil }
        try stop.check()
        return Gathered(items: items, ids: ids, starts: starts, users: users)
    }

    /// Counts what a dataset would have, and writes none.
    mutating func trial() throws -> ImportReport {
        _ = try gather()
        return report
    }

    /// Writes the dataset directory.
    mutating func finish(
        _ place: OwnedFolder, name: String, completing: (URL) throws -> Void
    ) throws -> ImportReport {
        let gathered = try gather()
        let dataset = try DatasetWriter(
            name: name, source: description, items: gathered.items, itemIDs: gathered.ids,
            pictures: gathered.items.contains { $0.picturePath != nil } ? picturesRoot ?? pictures : nil,
            userIDs: interactions.users, users: gathered.users.map(Int32.init),
            offsets: gathered.users.map { gathered.starts[$0] } + [Int64(interactions.list.count)],
            interactions: interactions.list, order: order, stop: stop
        ).write(to: place, completing: completing)
        report.contentHash = dataset.manifest.contentHash
        return report
    }
}

extension InteractionList {
    /// Leaves out items without interactions and numbers the others again; how many were left out.
    func leaveOutUnused(_ items: inout [DatasetContents.Item], _ ids: inout IDTable) -> Int {
        var number = [Int32](repeating: -1, count: items.count)
        for row in rows[..<count] { number[Int(row.item)] = 0 }
        let kept = items.indices.filter { number[$0] == 0 }
        let leftOut = items.count - kept.count
        guard leftOut > 0 else { return 0 }
        ids = IDTable()
        for (index, item) in kept.enumerated() {
            number[item] = Int32(index)
            _ = ids.insert(items[item].id)
        }
        items = kept.map { items[$0] }
        for row in 0..<count { rows[row].item = number[Int(rows[row].item)] }
        return leftOut
    }
}
