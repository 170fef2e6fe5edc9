import Report
import Datasets
import Encoders
package import Catalogue
import Files
package import Foundation
import HiddenStates
import Metrics
import Owned

/// `iisan robustness`: a trained run ranks with titles and pictures that are missing or damaged, without being trained again.
///
/// What it is compared with is the same run with the states that were cached before the change: what is served as long as nothing is
/// encoded again.
package struct RobustnessStudy: Sendable {
    /// The study and its folder; the other options are of studies that train.
    package var options = StudyOptions()
    /// The trained run.
    package var run = ""
    /// What happens to items; nil for all that touches what the run reads.
    package var changes: [ItemChangeKind]?
    /// The shares of the items that are changed.
    package var rates = [0.1, 0.25, 0.5, 1]
    /// Decides which items are changed, and how.
    package var seed: UInt64 = 42

    /// The name of the items as they are.
    package static let unchangedName = "unchanged"

    /// Reads a study's file.
    ///
    /// - Throws: ``UserError`` that names file, line and setting.
    package init(file: URL) throws {
        try self.init(file)
        guard !run.isEmpty else {
            throw UserError("names no run", at: file.path, remedy: "Write the folder of a trained run, as: run: runs/iisan")
        }
        run = Configuration.resolved(run, from: file.deletingLastPathComponent())
        guard rates.allSatisfy({ (0...1).contains($0) }), Set(rates).count == rates.count, rates.contains(where: { $0 > 0 })
        else {
            throw UserError("expected different shares from 0 to 1", at: "\(file.path): rates")
        }
    }

    init() {}

    /// The changes that touch what a run reads.
    ///
    /// - Throws: ``UserError`` for a change of what the run does not read.
    func changes(for configuration: Configuration) throws -> [ItemChangeKind] {
        let read = configuration.readModalities.compactMap { $1.encoderModality(of: $0) }
        guard !read.isEmpty else {
            throw UserError(
                "reads neither titles nor pictures: it is \(configuration.train.model.name)", at: run,
                remedy: "Name a run of a method that does.")
        }
        for change in changes ?? [] where !read.contains(change.modality) {
            throw UserError(
                "\(change.rawValue) changes what the run does not read", at: run, remedy: "Leave this change out.")
        }
        return changes ?? ItemChangeKind.allCases.filter { read.contains($0.modality) }
    }
}

extension RobustnessStudy: StudySection {
    package static var verb: String { "robustness" }
    package static var abstract: String { "Rank with a trained run when titles and pictures are missing or damaged." }
    package static var makesRuns: Bool { false }
    package static var discussion: String {
        """
        Nothing is trained: changed items are encoded again beside the run's stores, which stay as they are. A study that was \
        stopped continues with the same command.

          iisan robustness study.yaml
        """
    }

    static var layout: StudyReport.Layout { .changes }
    static func tables(of result: StudyResult) -> [TextTable] { [result.changeTable] }

    static var settings: [Setting<RobustnessStudy>] {
        StudyOptions.settings(of: \.options).filter { ["study", "folder"].contains($0.name) } + [
            .value("run", \.run, "The folder of a trained run."),
            .optional("changes", \.changes, "What happens to items, as titles-missing; left out, all that the run can see."),
            .value("rates", \.rates, "The shares of the items that are changed, 0 to 1."),
            .value("seed", \.seed, "Decides which items are changed, and how."),
        ]
    }
}

extension ItemChangeKind: SettingValue {}

extension RobustnessStudy {
    /// Ranks with every change at every rate; ranks that are there already, of the same run and change, are kept.
    ///
    /// - Parameters:
    ///   - file: the study's file, for the report.
    ///   - runner: not asked, as nothing is trained.
    /// - Throws: `CancellationError` when told to stop; ``UserError`` when the run is not trained or evaluated, or something cannot be encoded.
    package func result(_ file: URL, using runner: some StudyRunner, observer: Pipeline.Observer) throws -> StudyResult {
        let pipeline = try Pipeline(run: URL(filePath: run), observer: observer)
        let kinds = try changes(for: pipeline.configuration)
        let dataset = try pipeline.dataset()
        let found = try RunResult.read(from: pipeline.run.result)
        let cached = try RankTable(pipeline.run.ranks(.test))
        let folder = URL(filePath: options.folder)
        let place = try StudyMark.open(folder, verb: Self.verb, file: file)
        defer { withExtendedLifetime(place) {} }
        let items =
            try kinds.contains { $0.modality == .image }
            ? pipeline.itemsWithFrames(dataset) : dataset.items.map(CatalogueItem.init)
        var tables: [(change: ItemChange, table: RankTable, items: Int)] = []
        for kind in kinds {
            let work = folder.appending(path: "work")
            defer { try? FileManager.default.removeItem(at: work) }
            // A higher rate changes what a lower one does in the same way: in ascending order nothing is encoded twice.
            for rate in rates.sorted() where rate > 0 {
                try observer.stop.check()
                let change = try ItemChange(kind: kind, rate: rate, seed: seed)
                let changed = try change.changed(items, workFolder: work.appending(path: "pictures"))
                let count = zip(items, changed).count { $0 != $1 }
                let place = folder.appending(path: "\(kind.rawValue)/rate-\(String(format: "%g", rate))")
                let inputs = try inputs(of: change, pipeline, dataset)
                if inputs.match(place.appending(path: "inputs.sha256")) {
                    tables.append((change, try RankTable(place.appending(path: "ranks.test.safetensors")), count))
                    continue
                }
                observer.onMessage("robustness: \(kind.rawValue), \(count) of \(items.count) items")
                let table = try pipeline.ranks(.test, with: pipeline.inputs(changed, kind.modality, in: work))
                try Folder.make(place)
                OwnedFolder.sweepFiles(in: place)
                try table.write(to: place.appending(path: "ranks.test.safetensors"))
                try inputs.write(to: place.appending(path: "inputs.sha256"))
                tables.append((change, table, count))
            }
        }
        let result = try StudyResult(self, found, cached: cached, changed: tables, pipeline, dataset)
        try JSONFile.write(result, to: folder.appending(path: "study.json"))
        try result.report(file, in: folder).write(to: folder)
        return result
    }

    /// What ranks with changed items are made of: the trained run and the change.
    private func inputs(of change: ItemChange, _ pipeline: Pipeline, _ dataset: Dataset) throws -> StageInputs {
        var inputs = StageInputs()
        inputs.add(pipeline.configuration.yaml)
        try inputs.add(path: pipeline.run.best.folder.path)
        inputs.add(dataset.manifest.contentHash)
        inputs.add("\(change.kind.rawValue) \(change.rate) \(change.seed)")
        return inputs
    }
}

extension Pipeline {
    /// What a trained model reads of changed items: for cached methods their states, encoded again where they have changed.
    ///
    /// - Parameters:
    ///   - kind: what has changed: the titles (text) or the pictures (image).
    ///   - work: where the stores of the changed items lie; one that is there from a lower rate is continued.
    func inputs(_ items: [CatalogueItem], _ kind: Modality, in work: URL) throws -> ChangedInputs {
        guard configuration.train.readsStores else { return ChangedInputs(items: items) }
        let stores = try configuration.readModalities.compactMapValues { modality, settings in
            settings.encoderModality(of: modality) == kind ? try store(of: items, kind, modality, settings, in: work) : nil
        }
        return ChangedInputs(items: items, stores: stores)
    }

    /// The store of a modality with the states of changed items.
    private func store(
        of items: [CatalogueItem], _ kind: Modality, _ modality: Modality, _ settings: ModalitySettings, in work: URL
    ) throws -> URL {
        let store = work.appending(path: modality.name)
        if !FileManager.default.fileExists(atPath: store.path) {
            let original = try HiddenStateStore.open(URL(filePath: settings.store))
            try Folder.make(work)
            try Folder.checkSpace(for: original.itemCount * original.bytesPerItem, at: work)
            try OwnedFolder(.store, at: store, for: .making).create { partial in
                for name in try FileManager.default.contentsOfDirectory(atPath: original.folder.path) where name != "lock" {
                    try FileManager.default.copyItem(
                        at: original.folder.appending(path: name), to: partial.appending(path: name))
                }
            }
        }
        let encoder = try CatalogueEncoder(
            kind, of: items, with: encoderDirectory(settings.encoder),
            options: encodingOptions(settings))
        _ = try encoder.encode(into: store, progress: observer.onProgress, stop: observer.stop)
        return store
    }
}
