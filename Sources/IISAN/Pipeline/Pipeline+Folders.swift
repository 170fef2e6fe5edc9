import Datasets
import Files
import Foundation
import HiddenStates
import Owned
import Training

/// The run's folder while a pipeline writes it: a stage that begins inside of another one continues with the same lock.
final class RunHold {
    private var folder: OwnedFolder?

    /// Whether it is open.
    var isHeld: Bool { folder != nil }

    /// Opens the folder, unless it is open already, and keeps it for as long as `body` takes.
    func during<Result>(_ open: () throws -> OwnedFolder, _ body: (OwnedFolder) throws -> Result) throws -> Result {
        if let folder { return try body(folder) }
        let opened = try open()
        folder = opened
        defer { folder = nil }
        return try body(opened)
    }
}

extension Pipeline {
    /// Refuses a configuration whose folders are not apart: what is written is replaced or moved as a whole, with all that lies in it.
    ///
    /// - Throws: ``UserError`` that names two settings and their paths.
    func checkFolders() throws {
        var outputs = [(name: "train.run", path: configuration.train.run)]
        var inputs = configurationFile.map { [(name: "the configuration file", path: $0.path)] } ?? []
        if let source = configuration.data.source {
            outputs.append(("data.dataset", configuration.data.dataset))
            inputs.append(("data.import.interactions", source.interactions))
            inputs.append(("data.import.items", source.items ?? ""))
            inputs.append(("data.import.pictures", source.pictures ?? ""))
        } else {
            inputs.append(("data.dataset", configuration.data.dataset))
        }
        for (modality, settings) in configuration.encode.modalities {
            let place = Configuration.place(of: modality)
            if !settings.store.isEmpty { outputs.append(("\(place).store", settings.store)) }
            // A name in the hub's cache is no path.
            let isPath = FileManager.default.fileExists(atPath: settings.encoder)
            inputs.append(("\(place).encoder", isPath ? settings.encoder : ""))
        }
        if let cache = configuration.encode.cache { outputs.append(("encode.cache.folder", cache.folder)) }
        inputs.append(("evaluate.ceiling", configuration.evaluate.ceiling ?? ""))
        // A run's own settings may be given as the configuration: they are written again, or moved with the run.
        if let file = configurationFile, try isOwnConfiguration(file) { inputs.removeFirst() }
        try FolderPlace.checkApart(outputs: outputs, inputs: inputs)
    }

    /// Whether the configuration is the one that lies in the run's folder.
    private func isOwnConfiguration(_ file: URL) throws -> Bool {
        guard FolderKind.run.isMarked(run.folder) else { return false }
        return try FolderPlace.resolved(file).path == FolderPlace.resolved(run.configuration).path
    }

    /// Opens the run's folder for writing and keeps other writers out of it until `body` ends.
    ///
    /// - Throws: ``UserError`` when another process writes it, or something else lies there; whatever `body` throws.
    func writingRun<Result>(_ body: (OwnedFolder) throws -> Result) throws -> Result {
        try hold.during {
            guard !configuration.train.run.isEmpty else {
                throw UserError("the path is empty", at: "train.run", remedy: "Name the folder of the run.")
            }
            return try OwnedFolder(.run, at: run.folder, for: .going)
        } _: {
            try body($0)
        }
    }

    /// What the run would be trained from as things are: dataset, stores, encoders.
    ///
    /// - Throws: ``UserError`` when something is missing or damaged.
    func manifest(_ dataset: Dataset) throws -> RunManifest {
        let live = try configuration.readModalities.filter { _ in configuration.train.model.isLive }.map { modality, settings in
            let hashes = try liveHashes(modality, settings, dataset)
            return RunManifest.Encoder(
                modality: modality, path: settings.encoder, encoderHash: hashes.encoder, inputsHash: hashes.inputs)
        }
        let stores =
            try configuration.train.readsStores
            ? configuration.readModalities.mapValues { try HiddenStateStore.open(URL(filePath: $0.store)) } : [:]
        return RunManifest(
            dataset: configuration.data.dataset, contentHash: dataset.manifest.contentHash, stores: stores, encoders: live)
    }

    /// Refuses to rank or serve a run with another dataset, store or encoder than it was trained with.
    ///
    /// Of a run that an older build has made, which noted one hash of everything and in its result that of the dataset, only these are
    /// compared; where neither is known, a message says so.
    ///
    /// - Parameter newItems: whether the dataset, and so the items of the stores, may be another one.
    /// - Throws: ``UserError`` that says what differs.
    func checkRun(_ dataset: Dataset, newItems: Bool = false) throws {
        let here = try manifest(dataset)
        var differences: [String] = []
        if let trained = try RunManifest.read(of: run) {
            differences = trained.differences(from: here, newItems: newItems)
        } else if !newItems, FileManager.default.fileExists(atPath: run.folder.path), try !isOfInputs(dataset, here) {
            struct Result: Decodable { let datasetHash: String? }
            let known = try? JSONFile.read(Result.self, from: run.result).datasetHash
            guard let known else {
                observer.onMessage(
                    "\(run.folder.path): an older build made this run and did not note its dataset; it is not compared")
                return
            }
            if known != here.dataset.contentHash {
                differences = [
                    "another dataset (content hash \(known.prefix(12)); \(here.dataset.path) has "
                        + "\(here.dataset.contentHash.prefix(12)))"
                ]
            }
        }
        guard differences.isEmpty else {
            throw UserError(
                "was trained on \(differences.joined(separator: "; "))", at: run.folder.path,
                remedy: "Put back what it was trained with, or train it again, which keeps this run beside it: "
                    + trainCommand + " --replace. Nothing was written.")
        }
    }

    /// Whether the run was trained from just this, as its manifest says, or the note of an older build.
    func isOfInputs(_ dataset: Dataset, _ here: RunManifest) throws -> Bool {
        let inputs = try trainingInputs(dataset, here)
        if let trained = try RunManifest.read(of: run) { return trained.inputs == inputs.digits }
        return inputs.match(run.folder.appending(path: "inputs.sha256"))
    }

    /// The command that trains the run of this folder, as a shell takes it.
    var trainCommand: String {
        func quoted(_ text: String) -> String {
            let isPlain = text.unicodeScalars.allSatisfy {
                CharacterSet.alphanumerics.contains($0) || "/._-+=".unicodeScalars.contains($0)
            }
            return isPlain && !text.isEmpty ? text : "'\(text.replacing("'", with: "'\\''"))'"
        }
        let file = configurationFile ?? run.configuration
        let named = (try? Configuration(file))?.train.run
        let isNamed = named.map { URL(filePath: $0).standardizedFileURL.path == run.folder.standardizedFileURL.path } ?? false
        return "iisan train \(quoted(file.path))" + (isNamed ? "" : " --set \(quoted("train.run=\(run.folder.path)"))")
    }
}
