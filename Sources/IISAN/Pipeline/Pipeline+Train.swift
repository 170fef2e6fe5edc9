import Datasets
import Evaluation
import Files
import Foundation
import HiddenStates
import Metrics
import Modeling
import Torch
import Training

extension Pipeline {
    /// Trains the configured model, goes on with one that was stopped, or finds that it is trained already.
    ///
    /// - Parameter replacing: whether a run of other settings or data in the same folder gives way.
    /// - Throws: `CancellationError` when told to stop, and the same call goes on from there; ``UserError`` when something is missing or
    ///   does not fit, or when the folder holds another run.
    public func train(replacing: Bool = false) throws {
        try check([.train, .evaluate])
        let dataset = try dataset()
        let inputs = try trainingInputs(dataset)
        let note = run.folder.appending(path: "inputs.sha256")
        let holdsAnother = FileManager.default.fileExists(atPath: run.configuration.path) && !inputs.match(note)
        if holdsAnother, !replacing {
            throw UserError(
                "holds a run of other settings or data", at: run.folder.path,
                remedy: "Name another train.run, or give --replace to train anew.")
        }
        if !holdsAnother, try isTrained() {
            try AtomicFile.write(configuration.yaml, to: run.configuration)
            observer.onMessage("train: nothing has changed, \(run.folder.path) is kept")
            return
        }
        // What earlier stages of this process held is not training's.
        let device = try device
        MemoryUse.resetPeak(of: device)
        kept.forgetModel()
        // Made before anything is written, so that settings that cannot be built leave nothing behind.
        let split = try split(of: dataset)
        let recommender = configuration.train.model.method.isTrained ? try self.recommender(dataset, split) : nil
        try observer.stop.check()
        try startRun(inputs, replacing: holdsAnother)
        guard let recommender else { return }
        let options = configuration.train.training
        let evaluator = Evaluator(split, stop: observer.stop)
        let trainer = try Trainer(
            recommender, BatchSampler(split, batchSize: options.batchSize, seed: options.seed), options, run
        ) { recommender in
            let summary = RankingSummary(of: try evaluator.ranks(recommender, .validation), cutoffs: [10], resamples: 0)
            return Validation(hitRate: summary.cutoffs[0].hitRate.value, ndcg: summary.cutoffs[0].ndcg.value)
        }
        observer.onMessage(
            "train: \(configuration.train.model.name), \(recommender.trainableCount) parameters, "
                + "\(split.trainingUsers.count) users, \(split.trainingInteractions) interactions, \(device), "
                + "\(options.precision.rawValue)"
                + (trainer.progress == TrainingState() ? "" : ", going on in epoch \(trainer.progress.epoch + 1)"))
        if let steps = options.measuredSteps {
            let seconds = try trainer.measure(steps: steps, onProgress: observer.onProgress, stop: observer.stop)
            return try write(cost(recommender, dataset, measured: seconds), dataset)
        }
        try trainer.train(onProgress: observer.onProgress, onEvent: observer.onEpoch, stop: observer.stop)
        try JSONFile.write(cost(recommender, dataset), to: run.cost)
    }

    /// Whether the run's folder holds all that training makes.
    func isTrained() throws -> Bool {
        if configuration.train.training.measuredSteps != nil {
            return FileManager.default.fileExists(atPath: run.result.path)
        }
        guard FileManager.default.fileExists(atPath: run.cost.path), run.last.exists else { return false }
        return try run.last.state().isFinished
    }

    /// Writes what a run starts with; an older run there is kept beside it.
    private func startRun(_ inputs: StageInputs, replacing: Bool) throws {
        if replacing {
            let previous = run.folder.deletingLastPathComponent().appending(path: "\(run.folder.lastPathComponent).previous")
            observer.onMessage("train: settings or data have changed, training anew; the old run is in \(previous.path)")
            try Folder.put(run.folder, at: previous)
        }
        try Folder.make(run.folder)
        try AtomicFile.write(configuration.yaml, to: run.configuration)
        try JSONFile.write(RunEnvironment(device: try device), to: run.environment)
        try inputs.write(to: run.folder.appending(path: "inputs.sha256"))
    }

    func trainingInputs(_ dataset: Dataset) throws -> StageInputs {
        var settings = configuration.train
        settings.run = ""
        var inputs = StageInputs()
        inputs.add(settings.changes)
        inputs.add(configuration.data.split.changes)
        inputs.add(try device.kind == .cpu ? "cpu" : "accelerator")
        inputs.add(dataset.manifest.contentHash)
        for store in try stores(dataset) {
            inputs.add(store.identity.hash)
            for shard in store.manifest.shards { inputs.add(shard.sha256) }
        }
        for (modality, settings) in configuration.readModalities where configuration.train.model.isLive {
            inputs.add(try liveHash(modality, settings, dataset))
        }
        return inputs
    }
}
