package import Datasets
package import Files
public import Foundation
import Owned
package import Torch
package import Training

/// All stages of a configuration, from raw files to recommendations; each can be run alone.
///
/// Not `Sendable`: stages compute on the thread that calls them.
public struct Pipeline {
    /// What a stage reports while it works.
    public struct Observer {
        /// Told how far the work has come.
        public var onProgress: WorkProgress.Handler = { _ in }
        /// Told, in a line, what is done or skipped.
        public var onMessage: (String) -> Void = { _ in }
        /// Told after each epoch.
        public var onEpoch: (TrainingEvent) -> Void = { _ in }
        /// Asks every stage to stop at its next safe point: what was done is kept, and the stage throws `CancellationError`.
        public var stop: StopToken

        /// An observer that is notified of nothing.
        ///
        /// - Parameter stop: the token that stops the work; by default one that nobody else has.
        public init(stop: StopToken = StopToken()) { self.stop = stop }
    }

    /// The settings.
    public let configuration: Configuration
    /// Who is notified of the work and can stop it.
    public let observer: Observer
    /// The file that the settings came from, which may not lie in what is written; nil where they came from none.
    let configurationFile: URL?
    /// What several stages need.
    let kept = KeptWork()
    /// The run's folder while it is written.
    let hold = RunHold()

    /// Prepares the stages; nothing is read or made.
    ///
    /// - Parameter file: where the settings came from; nil for settings of a program.
    public init(_ configuration: Configuration, file: URL? = nil, observer: Observer = Observer()) {
        self.configuration = configuration
        self.observer = observer
        configurationFile = file
    }

    /// The pipeline of a run directory, with the settings it was trained with.
    ///
    /// - Throws: ``UserError`` when the folder is not a run.
    public init(run folder: URL, overrides: [String] = [], observer: Observer = Observer()) throws {
        let run = RunDirectory(folder)
        OwnedFolder.recover(.run, at: folder)
        guard FolderKind.run.isMarked(folder) else {
            // One that cannot be read, as where too many files are open, is not one that is not there.
            let mark = folder.appending(path: "run.json")
            if FileManager.default.fileExists(atPath: mark.path) { _ = try MappedFile(mark) }
            throw UserError(
                "is not a run: it has no run.json", at: folder.path,
                remedy: "Name a folder that `iisan train` or `iisan run` made.")
        }
        var configuration = try Configuration(run.configuration, overrides: overrides)
        let path = folder.standardizedFileURL.path
        configuration.followMove(of: configuration.train.run, to: path)
        configuration.train.run = path
        self.init(configuration, observer: observer)
    }

    /// Where it computes, with the configured threads; what asks for it loads LibTorch.
    ///
    /// - Throws: ``UserError`` when the device is not there, or LibTorch cannot be loaded.
    package var device: Device {
        get throws {
            let device = try SettingsPlace(source: "device").naming { try Device(named: configuration.device) }
            try useThreads()
            return device
        }
    }

    /// Makes the configured number of threads LibTorch's.
    ///
    /// - Throws: ``UserError`` when LibTorch cannot be loaded.
    func useThreads() throws {
        try LibTorch.load()
        LibTorch.keepFreedMemory()
        guard configuration.threads > 0 else { return }
        try SettingsPlace(source: "threads").naming { try withTensorErrors { LibTorch.threads = configuration.threads } }
    }

    /// The run directory.
    public var run: RunDirectory { RunDirectory(URL(filePath: configuration.train.run)) }

    /// The dataset.
    ///
    /// - Throws: ``UserError`` when it is not there, damaged or of another version.
    public func dataset() throws -> Dataset {
        let folder = URL(filePath: configuration.data.dataset)
        OwnedFolder.recover(.dataset, at: folder)
        guard FileManager.default.fileExists(atPath: folder.path) else {
            throw UserError(
                "there is no dataset here", at: folder.path,
                remedy: "Make it first: iisan data import, or iisan run. If it was moved, change data.dataset.")
        }
        return try Dataset.open(folder)
    }

    /// Runs all stages; those whose inputs have not changed are skipped.
    ///
    /// - Throws: `CancellationError` when told to stop, and the same call continues from there; ``UserError`` as the stages do.
    public func runAll() throws {
        try checkFolders()
        let encodes = configuration.train.readsStores
        try check(encodes ? [.data, .encode, .train, .evaluate] : [.data, .train, .evaluate])
        try writingRun { _ in
            if try importDataset() != nil { try dataProblems().check() }
            if encodes, configuration.readsCaptions { try caption() }
            if encodes { try encode() }
            try train(replacing: true)
            if configuration.train.training.measuredSteps != nil { return }
            try evaluate()
            try report()
        }
    }
}
