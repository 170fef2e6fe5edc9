import Files
package import Foundation
import Owned

/// A piece of a study that is done in one go, by this process or by one of its own.
public struct StudyStep: Sendable {
    /// What is done.
    package enum Work: String, Sendable, CaseIterable {
        /// The dataset, the captions that are read, and the hidden states of the configured encoders.
        case prepare
        /// Training, ranking and report of one run, or the measurement of its cost.
        case run
    }

    /// What is done.
    package var work: Work
    /// Its effective settings.
    package var configuration: Configuration
    /// Where its settings are written for a process of its own.
    package var file: URL

    /// Describes a step.
    package init(_ work: Work, _ configuration: Configuration, file: URL) {
        self.work = work
        self.configuration = configuration
        self.file = file
    }

    /// Does it in this process.
    ///
    /// - Throws: `CancellationError` when told to stop, and the same step continues from there; ``UserError`` as the stages do.
    package func perform(_ observer: Pipeline.Observer) throws {
        let pipeline = Pipeline(configuration, observer: observer)
        switch work {
        case .prepare:
            try pipeline.importDataset()
            if configuration.readsCaptions { try pipeline.caption() }
            try pipeline.encode()
        case .run:
            try pipeline.writingRun { place in
                if try pipeline.isComplete() { return }
                // A result that is there says that all is done; that of a run which is replaced is kept with it.
                let dataset = try pipeline.dataset()
                if place.isThere, try pipeline.isOfInputs(dataset, pipeline.manifest(dataset)) {
                    try? FileManager.default.removeItem(at: pipeline.run.result)
                }
                try pipeline.train(replacing: true)
                guard configuration.train.training.measuredSteps == nil else { return }
                try pipeline.evaluate()
                try pipeline.report()
            }
        }
    }
}

extension Pipeline {
    /// Whether the run's folder holds the results of these settings and data.
    func isComplete() throws -> Bool {
        guard FileManager.default.fileExists(atPath: run.result.path),
            (try? String(contentsOf: run.configuration, encoding: .utf8)) == configuration.yaml,
            let result = try? RunResult.read(from: run.result), !OwnedFolder.isBeingWritten(run.folder) || hold.isHeld,
            // The report comes last; a run that only measured its cost has none.
            result.test == nil || FileManager.default.fileExists(atPath: run.report.path),
            try !configuration.train.model.method.isTrained || isTrained()
        else { return false }
        let dataset = try dataset()
        return try isOfInputs(dataset, manifest(dataset))
    }
}
