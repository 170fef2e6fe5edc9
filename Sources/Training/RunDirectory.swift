import Datasets
import Files
import Foundation

/// The folder of a run: settings, environment, events, checkpoints and results.
///
/// `run.json`, `config.yaml`, `environment.json`, `events.jsonl`, `iisan.tfevents`, `checkpoints/best`, `checkpoints/last`, `cost.json`, `result.json`,
/// `ranks.validation.safetensors`, `ranks.test.safetensors`, `report.html`.
public struct RunDirectory: Sendable {
    /// Where it is.
    public let folder: URL

    /// Names a run; nothing is read or made.
    public init(_ folder: URL) { self.folder = folder }

    /// What it was trained from; marks the folder as a run.
    public var manifest: URL { folder.appending(path: RunManifest.fileName) }
    /// The effective settings.
    public var configuration: URL { folder.appending(path: "config.yaml") }
    /// The machine and the versions.
    public var environment: URL { folder.appending(path: "environment.json") }
    /// One line per epoch.
    public var events: URL { folder.appending(path: "events.jsonl") }
    /// The same scalars for TensorBoard: `tensorboard --logdir RUN`.
    public var tensorBoard: URL { folder.appending(path: "iisan.tfevents") }
    /// What training took.
    public var cost: URL { folder.appending(path: "cost.json") }
    /// Where the targets of a part of the split stood, user by user: a ``RankTable``.
    public func ranks(_ part: Split.Part) -> URL { folder.appending(path: "ranks.\(part.rawValue).safetensors") }
    /// Evaluation cards and cost.
    public var result: URL { folder.appending(path: "result.json") }
    /// The picture of the run.
    public var report: URL { folder.appending(path: "report.html") }
    /// The epoch with the best validation.
    public var best: Checkpoint { Checkpoint(folder.appending(path: "checkpoints/best")) }
    /// Where training goes on.
    public var last: Checkpoint { Checkpoint(folder.appending(path: "checkpoints/last")) }

    /// The events of all finished epochs.
    ///
    /// - Throws: ``UserError`` when the file is missing or a line is damaged.
    public func readEvents() throws -> [TrainingEvent] {
        let reader = try LineReader(events)
        var found: [TrainingEvent] = []
        while let line = try reader.nextBytes() {
            do {
                found.append(try JSONFile.decoder.decode(TrainingEvent.self, from: Data(line)))
            } catch { throw UserError("not an event of training", at: reader.place, remedy: "Train again.") }
        }
        return found
    }

    /// Replaces the events by these.
    func write(events all: [TrainingEvent]) throws {
        let encoder = JSONFile.encoder()
        var lines = Data()
        for event in all { lines += try encoder.encode(event) + Data("\n".utf8) }
        try AtomicFile.write(lines, to: events)
    }
}
