import Datasets
import Files
import Foundation
import Owned
import Torch
import Training

/// All stages of a configuration, from raw files to recommendations; each can be run alone.
///
/// Not `Sendable`: stages compute on the thread that calls them.
public struct Pipeline {
    /// What a stage tells while it works.
    public struct Observer {
        /// Told how far the work has come.
        public var onProgress: Files.Progress.Handler = { _ in }
        /// Told, in a line, what is done or skipped.
        public var onMessage: (String) -> Void = { _ in }
        /// Told after each epoch.
        public var onEpoch: (TrainingEvent) -> Void = { _ in }
        /// Asked whether to stop; what was done is kept.
        public var isCancelled: () -> Bool = { false }

        /// An observer that hears nothing.
        public init() {}
    }

    /// The settings.
    public let configuration: Configuration
    /// Who is told.
    public let observer: Observer
    /// The file that the settings came from, which may not lie in what is written; nil where they came from none.
    let configurationFile: URL?
    /// What live encoders read.
    let live = LiveInputsKept()
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
            throw UserError(
                "is not a run: it has no run.json", at: folder.path,
                remedy: "Name a folder that `iisan train` or `iisan run` made.")
        }
        var configuration = try Configuration(run.configuration, overrides: overrides)
        configuration.train.run = folder.standardizedFileURL.path
        self.init(configuration, observer: observer)
    }

    /// Where it computes, with the configured threads; what asks for it loads LibTorch.
    ///
    /// - Throws: ``UserError`` when the device is not there, or LibTorch cannot be loaded.
    public var device: Device {
        get throws {
            let device = try SettingsPlace(source: "device").naming { try Device(named: configuration.device) }
            LibTorch.keepFreedMemory()
            if configuration.threads > 0 {
                try SettingsPlace(source: "threads").naming {
                    try withTensorErrors { LibTorch.threads = configuration.threads }
                }
            }
            return device
        }
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
                "there is no dataset here", at: folder.path, remedy: "Make it first: iisan data import, or iisan run.")
        }
        return try Dataset.open(folder)
    }

    /// Runs all stages; those whose inputs have not changed are skipped.
    ///
    /// - Returns: false when it was told to stop; the same call goes on from there.
    @discardableResult
    public func runAll() throws -> Bool {
        try checkFolders()
        // A device that is not there is told before anything is made.
        _ = try device
        return try writingRun { _ in
            try importDataset()
            if configuration.train.model.readsStores { guard try encode() else { return false } }
            guard try train(replacing: true) == .finished else { return false }
            if configuration.train.training.measuredSteps != nil { return true }
            try evaluate()
            try report()
            return true
        }
    }
}
