public import Files
public import Foundation
import Owned

/// Reads raw files and writes a dataset directory.
public struct DatasetImport: Sendable {
    /// Where it reads from.
    package var source: ImportSource
    /// The choices.
    package var options: ImportOptions

    /// Makes an import; nothing is read yet.
    public init(_ source: ImportSource, options: ImportOptions = ImportOptions()) {
        self.source = source
        self.options = options
    }

    /// Reads everything and writes the directory, whole or not at all.
    ///
    /// - Parameters:
    ///   - folder: where the dataset directory will be.
    ///   - progress: takes reports while interactions are read.
    ///   - stop: asks the import to stop; nothing is then left behind.
    ///   - completing: adds to the directory before it takes its place.
    /// - Returns: what was read, made and left out.
    /// - Throws: ``UserError`` that names file and line of the first row that does not fit, or says that the dataset is empty;
    ///   `CancellationError` when it was asked to stop.
    @discardableResult
    public func run(
        to folder: URL, progress: WorkProgress.Handler? = nil, stop: StopToken = StopToken(),
        completing: (URL) throws -> Void = { _ in }
    ) throws -> ImportReport {
        // Found out now and not after minutes of reading.
        let place = try OwnedFolder(.dataset, at: folder, for: options.replacing ? .replacing : .making, apart: source.files)
        var run = try read(progress, stop)
        return try run.finish(place, name: options.name ?? folder.lastPathComponent, completing: completing)
    }

    /// Reads everything and writes nothing.
    ///
    /// - Parameter stop: asks the import to stop.
    /// - Returns: what an import would read, make and leave out.
    /// - Throws: as ``run(to:progress:stop:completing:)`` does.
    package func trial(stop: StopToken = StopToken()) throws -> ImportReport {
        var run = try read(nil, stop)
        return try run.trial()
    }

    private func read(_ progress: WorkProgress.Handler?, _ stop: StopToken) throws -> ImportRun {
        var run = ImportRun(options, progress: progress, stop: stop)
        switch source {
        case .iisan(let users, let items, let pictures): try run.readIISAN(users: users, items: items, pictures: pictures)
        case .tables(let interactions, let items, let pictures):
            try run.readTables(interactions, items: items, pictures: pictures)
        case .microLens(let pairs, let titles, let covers): try run.readMicroLens(pairs: pairs, titles: titles, covers: covers)
        case .amazon(let reviews, let metadata, let pictures):
            try run.readAmazon(reviews: reviews, metadata: metadata, pictures: pictures)
        case .recBole(let interactions, let items, let pictures):
            try run.readRecBole(interactions, items: items, pictures: pictures)
        case .movieLens(let ratings, let movies, let pictures):
            try run.readMovieLens(ratings: ratings, movies: movies, pictures: pictures)
        }
        return run
    }
}

/// What an import read, made and left out.
public struct ImportReport: Codable, Sendable, Equatable {
    /// Users in the dataset.
    package internal(set) var users = 0
    /// Items in the dataset.
    package internal(set) var items = 0
    /// Interactions in the dataset.
    package internal(set) var interactions = 0
    /// Items without a title.
    package internal(set) var itemsWithoutTitle = 0
    /// Items without a picture.
    package internal(set) var itemsWithoutPicture = 0
    /// Interactions left out because the items table does not have their item.
    package internal(set) var unknownInteractions = 0
    /// Users left out because none of their interactions is left.
    package internal(set) var usersWithoutInteractions = 0
    /// Rows skipped because their item was there before.
    package internal(set) var duplicateItems = 0
    /// Items left out because nobody interacted with them.
    package internal(set) var unusedItemsLeftOut = 0
    /// Pictures in the folder that belong to no item.
    package internal(set) var picturesWithoutItem = 0
    /// By what each history is ordered.
    package internal(set) var order: HistoryOrder?
    /// The first and the last time, as the dataset has them; nil without times.
    package internal(set) var times: [Int64]?
    /// How each table was read: its columns, what separates them, and what its first row was taken for.
    package internal(set) var tables: [String] = []
    /// Interactions at the same time as the same user's one before: their order is that of the file.
    package internal(set) var equalTimes = 0
    /// Interactions of the same user, item and time as another; without times, of the same user and item, counted where they are left out.
    package internal(set) var duplicateInteractions = 0
    /// Whether those were left out.
    package internal(set) var duplicatesAreLeftOut = false
    /// Ids that had spaces around them, which were taken off.
    package internal(set) var trimmedIDs = 0
    /// What may be wrong, in sentences.
    package internal(set) var warnings: [String] = []
    /// Each kind of problem with its total and first places, by file and line.
    package internal(set) var problems: Findings
    /// The dataset's content hash.
    package internal(set) var contentHash = ""

    /// The counts and problems as lines of text.
    public var text: String {
        var lines = ["\(users) users, \(items) items, \(interactions) interactions"] + tables
        if let order { lines.append("histories: \(order.text)\(span(order))") }
        for (count, name) in [
            (itemsWithoutTitle, "items without a title"), (itemsWithoutPicture, "items without a picture"),
            (unknownInteractions, "interactions left out: unknown item"),
            (duplicateInteractions, "duplicate interactions\(duplicatesAreLeftOut ? ": left out" : "")"),
            (equalTimes, "interactions at the time of the user's one before: in the order of the file"),
            (usersWithoutInteractions, "users left out: no interaction left"),
            (trimmedIDs, "ids had spaces around them, taken off"),
            (duplicateItems, "item rows skipped: id seen before"), (unusedItemsLeftOut, "items left out: no interaction"),
            (picturesWithoutItem, "pictures that belong to no item"),
        ] where count > 0 { lines.append("\(count) \(name)") }
        lines += warnings.map { "warning: \($0)" }
        if !problems.kinds.isEmpty { lines.append(problems.text) }
        return lines.joined(separator: "\n")
    }

    /// The first and the last time, as dates where they are some.
    private func span(_ order: HistoryOrder) -> String {
        guard let times, times.count == 2 else { return "" }
        if let first = order.date(times[0]), let last = order.date(times[1]) { return ", \(first) to \(last)" }
        return ", \(times[0]) to \(times[1])"
    }
}
