package import Datasets
import Files
public import Foundation

/// The folder of a run: settings, environment, events, checkpoints and results.
///
/// `run.json`, `config.yaml`, `environment.json`, `events.jsonl`, `iisan.tfevents`, `checkpoints/best`, `checkpoints/last`, `cost.json`, `result.json`,
/// `ranks.validation.safetensors`, `ranks.test.safetensors`, `report.html`.
public struct RunDirectory: Sendable {
    /// Where it is.
    package let folder: URL

    /// Names a run; nothing is read or made.
    public init(_ folder: URL) { self.folder = folder }

    /// What it was trained from; marks the folder as a run.
    package var manifest: URL { folder.appending(path: RunManifest.fileName) }
    /// The effective settings.
    package var configuration: URL { folder.appending(path: "config.yaml") }
    /// The machine and the versions.
    package var environment: URL { folder.appending(path: "environment.json") }
    /// One line per epoch.
    package var events: URL { folder.appending(path: "events.jsonl") }
    /// The same scalars for TensorBoard: `tensorboard --logdir RUN`.
    package var tensorBoard: URL { folder.appending(path: "iisan.tfevents") }
    /// What training took.
    package var cost: URL { folder.appending(path: "cost.json") }
    /// The ranks of the targets of a part of the split, user by user: a ``RankTable``.
    package func ranks(_ part: Split.Part) -> URL { folder.appending(path: "ranks.\(part.rawValue).safetensors") }
    /// Evaluation cards and cost.
    package var result: URL { folder.appending(path: "result.json") }
    /// The picture of the run.
    package var report: URL { folder.appending(path: "report.html") }
    /// The epoch with the best validation.
    public var best: Checkpoint { Checkpoint(folder.appending(path: "checkpoints/best")) }
    /// Where training continues.
    public var last: Checkpoint { Checkpoint(folder.appending(path: "checkpoints/last")) }

    /// The events of all finished epochs.
    ///
    /// - Throws: ``UserError`` when the file is missing or a line is damaged.
    package func readEvents() throws -> [TrainingEvent] {
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

extension RunDirectory {
    /// What a run's checkpoints are good for.
    package enum Standing: Equatable {
        /// There are none, and there were none: training starts.
        case new
        /// They are whole: training continues, or has ended.
        case whole
        /// One was damaged or missing and was made again; the text says which one and from what.
        case mended(String)
        /// The best or all are lost, so that only a training from the start gives the same numbers; the text says why.
        case lost(String)
    }

    /// Checks every byte of both checkpoints and restores one from the other where that loses nothing.
    ///
    /// The last one is the best one when its epoch is the best; training that continues from the best one reaches the numbers that it had.
    ///
    /// - Throws: ``UserError`` when the disk fails, or something else lies in the place of a checkpoint.
    package func mendCheckpoints() throws -> Standing {
        try last.prepare()
        try best.prepare()
        let problems = (last: problem(of: last), best: problem(of: best))
        func exists(_ url: URL) -> Bool { FileManager.default.fileExists(atPath: url.path) }
        if !exists(last.folder), !exists(best.folder) {
            return exists(cost) ? .lost("its checkpoints are gone") : .new
        }
        if let lastProblem = problems.last {
            guard problems.best == nil else { return .lost("its checkpoints are damaged: the last one \(lastProblem)") }
            let state = try best.state()
            guard hasEvents(of: state) else { return .lost("its events.jsonl is damaged") }
            try last.copy(best)
            return .mended("the last checkpoint \(lastProblem); training continues after the best epoch, \(state.epoch)")
        }
        let state = try last.state()
        guard hasEvents(of: state) else { return .lost("its events.jsonl is damaged") }
        guard let expected = state.best else { return .whole }
        var problem = problems.best
        if problem == nil, (try best.state().best?.epoch ?? 0) < expected.epoch { problem = "is of an earlier epoch" }
        guard let problem else { return .whole }
        guard expected.epoch == state.epoch, state.step == 0 else {
            return .lost("the checkpoint of its best epoch, \(expected.epoch), \(problem)")
        }
        try best.copy(last)
        return .mended("the checkpoint of the best epoch \(problem), and is made again from the last one, of the same epoch")
    }

    private func hasEvents(of state: TrainingState) -> Bool {
        state.events == 0 || ((try? readEvents())?.count ?? 0) >= state.events
    }

    private func problem(of checkpoint: Checkpoint) -> String? {
        guard FileManager.default.fileExists(atPath: checkpoint.folder.path) else { return "is gone" }
        do {
            try checkpoint.check()
            return nil
        } catch {
            return "is damaged"
        }
    }
}
