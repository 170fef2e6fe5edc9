import Datasets
import Ranking
import Files
import Foundation
import HiddenStates
import Metrics
import Modeling
import Owned
import Processes
import Torch
import Training

extension Pipeline {
    /// Trains the configured model, continues with one that was stopped, or finds that it is trained already.
    ///
    /// A run whose best checkpoint is damaged or gone is restored from its last one where both are of one epoch, else trained again; a run
    /// that is replaced is kept beside it.
    ///
    /// - Parameter replacing: whether a run of other settings or data in the same folder is replaced.
    /// - Throws: `CancellationError` when told to stop, and the same call continues from there; ``UserError`` when something is missing or
    ///   does not fit, when the folder holds another run or something else, or when another process writes it.
    public func train(replacing: Bool = false) throws {
        try checkFolders()
        try check([.train, .evaluate])
        try writingRun { try train(in: $0, replacing: replacing) }
    }

    /// Trains in this process, or together with others.
    ///
    /// - Parameters:
    ///   - place: the run's folder; nil where another process writes it.
    ///   - ranks: the processes; nil for this one alone.
    ///   - stop: what asks to stop; several processes stop together.
    func train(in place: OwnedFolder?, replacing: Bool, among ranks: Ranks? = nil, stop: StopToken? = nil) throws {
        let dataset = try dataset()
        var manifest = try manifest(dataset)
        manifest.inputs = try trainingInputs(dataset, manifest).digits
        try ranks.map { try $0.agree(on: facts(dataset, manifest), stop: stop ?? observer.stop) }
        var standing = try place.map { try self.standing(of: $0, dataset, manifest, replacing: replacing) } ?? .toBeTrained(nil)
        if let ranks { standing = try ranks.shared(standing) }
        if case .trained = standing {
            guard place != nil else { return }
            try AtomicFile.write(configuration.yaml, to: run.configuration)
            try JSONFile.write(manifest, to: run.manifest)
            observer.onMessage("train: nothing has changed, \(run.folder.path) is kept")
            return
        }
        try copyStores(dataset, among: ranks, stop: stop ?? observer.stop)
        // What earlier stages of this process held is not training's.
        let device = try device
        MemoryUse.resetPeak(of: device)
        kept.forgetModel()
        // Made before anything is written, so that settings that cannot be built leave nothing behind.
        let split = try split(of: dataset)
        let recommender = configuration.train.model.method.isTrained ? try self.recommender(dataset, split) : nil
        try observer.stop.check()
        if let place { try start(manifest, in: place, setAside: standing.reason) }
        try tellOfOtherStates()
        guard let recommender else { return }
        let options = configuration.train.training
        let evaluator = Evaluator(split, stop: observer.stop)
        let metrics = configuration.train.validationMetrics
        let trainer = try Trainer(
            recommender,
            BatchSampler(
                split, batchSize: options.batchSize,
                drawnCount: configuration.train.model.loss.drawnCount(itemCount: split.trainedItems.count), seed: options.seed),
            options,
            run, floor: try patienceFloor(split), among: ranks
        ) { recommender in
            let found =
                try ranks.map { try evaluator.ranks(recommender, .validation, among: $0) }
                ?? evaluator.ranks(recommender, .validation)
            if Evaluator.areAllTied(found) { observer.onMessage("train: \(Self.allTied)") }
            return Validation(
                RankingSummary(of: found, metrics: metrics, resamples: 0).metrics.mapValues { Estimate($0.value) })
        }
        observer.onMessage(
            "train: \(configuration.train.model.name), \(recommender.trainableCount) parameters, "
                + "\(split.trainingUsers.count) users, \(split.trainingInteractions) interactions, \(device), "
                + "\(options.precision.resolved(on: device).rawValue)"
                + (trainer.progress == TrainingState() ? "" : ", going on in epoch \(trainer.progress.epoch + 1)"))
        if device == .cpu, options.precision == .bfloat16, BFloat16Products.ofThisMachine == .none {
            observer.onMessage(
                "train: this processor has no instructions for bfloat16, which is many times slower than float32 here; "
                    + "train.precision: auto takes the faster one")
        }
        if let steps = options.measuredSteps {
            let seconds = try trainer.measure(steps: steps, onProgress: observer.onProgress, stop: stop ?? observer.stop)
            if place != nil { try write(cost(recommender, dataset, measured: seconds), dataset) }
            return
        }
        try trainer.train(onProgress: observer.onProgress, onEvent: observer.onEpoch, stop: stop ?? observer.stop)
        if place != nil { try JSONFile.write(cost(recommender, dataset), to: run.cost) }
        if let ranks { tellOfTraffic(ranks) }
    }

    /// What is to be done with a run's folder.
    enum Standing: Codable {
        /// Nothing: it is trained.
        case trained
        /// Train; and why a run that is there is replaced, nil where it continues or there is none.
        case toBeTrained(String?)

        /// Why a run that is there is replaced.
        var reason: String? {
            if case .toBeTrained(let reason) = self { reason } else { nil }
        }
    }

    /// Looks at the run's folder.
    private func standing(
        of place: OwnedFolder, _ dataset: Dataset, _ manifest: RunManifest, replacing: Bool
    ) throws -> Standing {
        guard place.isThere else { return .toBeTrained(nil) }
        if let damage = manifestDamage() {
            guard replacing else { throw damage }
            return .toBeTrained("\(damage.place ?? run.manifest.path) is damaged")
        }
        if try !isOfInputs(dataset, manifest) {
            guard replacing else { throw try isAnotherRun(manifest) }
            return .toBeTrained("settings or data have changed")
        }
        let reason = try mend()
        return try reason == nil && isTrained() ? .trained : .toBeTrained(reason)
    }

    /// What a validation has to exceed before patience counts: the upper end of the interval of the most popular items' metric.
    private func patienceFloor(_ split: Split) throws -> Double? {
        guard configuration.train.training.patienceFrom == .popularity, configuration.train.training.measuredSteps == nil else {
            return nil
        }
        let metric = configuration.train.selectedBy
        let ranks = try Evaluator(split, stop: observer.stop).ranks(Score(popularityOf: split), .validation)
        let found = RankingSummary(of: ranks, metrics: [metric]).metrics[metric]
        guard let floor = found?.high ?? found?.value else { return nil }
        observer.onMessage(
            "train: patience counts once validation \(metric.name) is above \(String(format: "%.2f", 100 * floor)) %, "
                + "which the most popular items could reach")
        return floor
    }

    /// Says where stored states were encoded with other settings than the configuration has now.
    private func tellOfOtherStates() throws {
        guard configuration.train.readsStores else { return }
        for (modality, settings) in configuration.readModalities {
            let folder = URL(filePath: settings.store)
            let found = differences(try openStore(folder, settings.encoderModality(of: modality)), from: settings)
            guard !found.isEmpty else { continue }
            observer.onMessage(
                "train: warning: \(folder.path) was encoded with \(found.joined(separator: ", ")), and is taken as it is; "
                    + "`iisan encode` makes another one")
        }
    }

    /// What is said of a model that scores all items alike.
    static let allTied =
        "all items have the same score for every user, so no target ranks well: the item vectors are equal. Look whether the hidden "
        + "states are zeros, and whether the titles and pictures were found (iisan data check)."

    /// Whether the run's folder holds all that training makes.
    func isTrained() throws -> Bool {
        if configuration.train.training.measuredSteps != nil {
            return FileManager.default.fileExists(atPath: run.result.path)
        }
        guard FileManager.default.fileExists(atPath: run.cost.path), run.last.exists else { return false }
        return try run.last.state().isFinished
    }

    /// Mends what is damaged of a run's checkpoints.
    ///
    /// - Returns: why it has to be trained again; nil where it continues.
    private func mend() throws -> String? {
        guard configuration.train.model.method.isTrained, configuration.train.training.measuredSteps == nil else { return nil }
        switch try run.mendCheckpoints() {
        case .new, .whole: return nil
        case .mended(let what):
            observer.onMessage("train: \(run.folder.path): \(what)")
            return nil
        case .lost(let what): return what
        }
    }

    /// Writes what a run starts with; an older run there is kept beside it.
    private func start(_ manifest: RunManifest, in place: OwnedFolder, setAside reason: String?) throws {
        if let reason {
            let kept = try place.setAside()
            observer.onMessage("train: \(reason), training again; the old run is kept in \(kept.path)")
        }
        func write(to run: RunDirectory) throws {
            try AtomicFile.write(configuration.yaml, to: run.configuration)
            try JSONFile.write(RunEnvironment(device: try device), to: run.environment)
            try JSONFile.write(manifest, to: run.manifest)
        }
        if place.isThere { try write(to: run) } else { try place.create { try write(to: RunDirectory($0)) } }
    }

    /// Why the note of what a run was trained from cannot be read; nil where it can, or there is none.
    private func manifestDamage() -> UserError? {
        do {
            _ = try RunManifest.read(of: run)
            return nil
        } catch {
            return UserError(
                (error as? UserError)?.problem ?? "\(error)", at: run.manifest.path,
                remedy: "Give --replace to train again, which keeps this run beside it.")
        }
    }

    /// The error for a run of other settings or data in the folder, with what differs.
    private func isAnotherRun(_ manifest: RunManifest) throws -> UserError {
        let inputs = try RunManifest.read(of: run)?.differences(from: manifest) ?? []
        var what = inputs.isEmpty ? [] : ["it was trained on \(inputs.joined(separator: "; "))"]
        if let trained = try? Configuration(run.configuration) {
            var settings = configuration.train
            settings.run = trained.train.run
            let lines =
                (settings.differences(from: trained.train, "train") ?? "")
                + (configuration.data.split.differences(from: trained.data.split, "data.split") ?? "")
            let named = lines.split(separator: "\n").prefix(5).map { String($0.prefix(80)) }
            if !named.isEmpty { what.append("here is \(named.joined(separator: ", "))") }
        }
        return UserError(
            "holds a run of other settings or data" + (what.isEmpty ? "" : ": \(what.joined(separator: "; "))"),
            at: run.folder.path,
            remedy: "Name another train.run, or give --replace to train again, which keeps this run beside it.")
    }

    /// What training is made of; a run of the same is not trained again.
    func trainingInputs(_ dataset: Dataset, _ manifest: RunManifest) throws -> StageInputs {
        var settings = configuration.train
        settings.run = ""
        // Weights are found without training.
        settings.score = ScoreOptions()
        var inputs = StageInputs()
        inputs.add(settings.changes)
        inputs.add(configuration.data.split.changes)
        // Before, they went over the whole catalogue.
        if [.full, .mixed].contains(settings.model.loss) { inputs.add("over the items that are trained on") }
        inputs.add(try device == .cpu ? "cpu" : "accelerator")
        // What auto is here; elsewhere it may be another precision, with other numbers.
        let precision = configuration.train.training.precision
        if precision == .auto { inputs.add(precision.resolved(on: try device).rawValue) }
        inputs.add(dataset.manifest.contentHash)
        for (modality, store) in try stores(dataset) {
            if modality.isFurther { inputs.add(modality.name) }
            inputs.add(store.identity.hash)
            for shard in store.manifest.shards { inputs.add(shard.sha256) }
        }
        for encoder in manifest.encoders {
            if encoder.modality.isFurther { inputs.add(encoder.modality.name) }
            inputs.add(encoder.inputsHash)
        }
        return inputs
    }
}
