package import Datasets
import Files
import Foundation
import Owned

extension Pipeline {
    /// Makes the dataset of its raw files, unless it is there and they have not changed.
    ///
    /// - Returns: what was imported; nil when nothing had to be done.
    /// - Throws: `CancellationError` when told to stop, with nothing left behind; ``UserError`` for files that cannot be read or do not
    ///   fit, and for a dataset in the way that this configuration did not make.
    @discardableResult
    public func importDataset() throws -> ImportReport? {
        try checkFolders()
        let folder = URL(filePath: configuration.data.dataset)
        OwnedFolder.recover(.dataset, at: folder)
        // What else a killed import has left.
        if OwnedFolder.isBeingWritten(folder) { _ = try OwnedFolder(.dataset, at: folder, for: .going) }
        guard let source = configuration.data.source else {
            _ = try dataset()
            return nil
        }
        let inputs = try datasetInputs(source)
        let note = folder.appending(path: "inputs.sha256")
        if inputs.match(note) {
            observer.onMessage("data: nothing has changed, \(folder.path) is kept")
            return nil
        }
        let old = FolderKind.dataset.isMarked(folder)
        if old, !FileManager.default.fileExists(atPath: note.path) {
            throw UserError(
                "a dataset that this configuration did not make is in the way", at: folder.path,
                remedy: "Remove it, name another data.dataset, or leave data.import out to use it as it is.")
        }
        let appended = try AppendedParts.read(of: folder).all
        guard appended.isEmpty else {
            throw UserError(
                "the raw files or their settings have changed, and a new import would lose the \(appended.count) parts that were "
                    + "appended to the dataset", at: folder.path,
                remedy: "Leave data.import out to go on with the dataset as it is; or remove it, import, and append again: "
                    + Set(appended.map(\.source)).sorted().joined(separator: ", ") + ".")
        }
        let report = try source.datasetImport(name: folder.lastPathComponent, replacing: old)
            .run(to: folder, progress: observer.onProgress, stop: observer.stop) { partial in
                try inputs.write(to: partial.appending(path: note.lastPathComponent))
            }
        observer.onMessage("data: \(report.users) users, \(report.items) items, \(report.interactions) interactions")
        if let order = report.order { observer.onMessage("data: histories \(order.text)") }
        for warning in report.warnings { observer.onMessage("data: warning: \(warning)") }
        return report
    }

    /// What the dataset is made of.
    func datasetInputs(_ source: ImportSettings) throws -> StageInputs {
        var inputs = StageInputs()
        inputs.add(source.changes)
        for path in source.files where !path.isEmpty { try inputs.add(path: path) }
        return inputs
    }
}
