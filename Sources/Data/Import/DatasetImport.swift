import Files
import Foundation
import Owned

/// Reads raw files and writes a dataset directory.
public struct DatasetImport: Sendable {
    /// Where it reads from.
    public var source: ImportSource
    /// The choices.
    public var options: ImportOptions

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
        to folder: URL, progress: Files.Progress.Handler? = nil, stop: StopToken = StopToken(),
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
    public func trial(stop: StopToken = StopToken()) throws -> ImportReport {
        var run = try read(nil, stop)
        return try run.trial()
    }

    private func read(_ progress: Files.Progress.Handler?, _ stop: StopToken) throws -> ImportRun {
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
