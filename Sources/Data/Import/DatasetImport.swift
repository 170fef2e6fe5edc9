import Files
import Foundation

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
    /// - Returns: what was read, made and left out.
    /// - Throws: ``UserError`` that names file and line of the first row that does not fit, or says that the dataset is empty;
    ///   `CancellationError` when it was asked to stop.
    @discardableResult
    public func run(
        to folder: URL, progress: Files.Progress.Handler? = nil, stop: StopToken = StopToken()
    ) throws -> ImportReport {
        // Found out now and not after minutes of reading.
        if !options.replacing, FileManager.default.fileExists(atPath: folder.path) {
            throw UserError("already exists", at: folder.path, remedy: "Choose another path, or remove this folder first.")
        }
        var run = try read(progress, stop)
        return try run.finish(folder, name: options.name ?? folder.lastPathComponent)
    }

    /// Reads everything and writes nothing.
    ///
    /// - Parameter stop: asks the import to stop.
    /// - Returns: what an import would read, make and leave out.
    /// - Throws: as ``run(to:progress:stop:)`` does.
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
