import Datasets
import Files
import Foundation
import Owned
import Processes
import Torch
import Training

extension Pipeline {
    /// Trains together with the processes that a launcher has started beside this one, or alone where there are none.
    ///
    /// The launcher says in the environment who is who: torchrun, `iisan launch`, Slurm, Open MPI. The first process reads and writes the
    /// run; all need the dataset and the stores. The numbers are those of one process but for the order of sums.
    ///
    /// - Parameters:
    ///   - replacing: whether a run of other settings or data in the same folder is replaced.
    ///   - timeout: the longest that a process waits for the others, in seconds.
    ///   - environment: where the launcher's variables are.
    /// - Returns: whether this process is the one that speaks for all.
    /// - Throws: as ``train(replacing:)``; ``UserError`` that names the process that failed, is missing or was started with other things.
    @discardableResult package func trainTogether(
        replacing: Bool = false, timeout: Double = 120, environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws -> Bool {
        guard let place = try Rendezvous(environment: environment) else {
            try train(replacing: replacing)
            return true
        }
        do { try train(at: place, replacing: replacing, timeout: timeout) } catch var error as UserError {
            if place.rank > 0 { error.problem = "rank \(place.rank): \(error.problem)" }
            throw error
        }
        return place.rank == 0
    }

    /// Refuses to do what one process does alone as one of several that a launcher has started.
    ///
    /// - Parameter verb: what is asked for, as in `run`.
    /// - Throws: ``UserError`` where there are others.
    package func checkAlone(_ verb: String, environment: [String: String]) throws {
        guard let place = try Rendezvous(environment: environment) else { return }
        throw UserError(
            "\(place.launcher) has started \(place.size) processes, and they share training alone", at: "iisan \(verb)",
            remedy: "Import and encode first, by one process or in parts; then let all do: iisan train CONFIG.")
    }

    private func train(at place: Rendezvous, replacing: Bool, timeout: Double) throws {
        let device = try device
        let ranks = try Ranks.meeting(place, timeout: timeout, stop: observer.stop)
        var settings = configuration
        // Each process has an accelerator of its own.
        if device.kind == .cuda, !settings.device.contains(":") { settings.device = "cuda:\(place.localRank)" }
        if ranks.isFirst { observer.onMessage("train: \(place.text)") }
        // All stop after the same step, so nothing within a step looks at this process's token; one of them speaks.
        var heard = Observer()
        if ranks.isFirst {
            (heard.onProgress, heard.onMessage, heard.onEpoch) = (observer.onProgress, observer.onMessage, observer.onEpoch)
        }
        let pipeline = Pipeline(settings, file: configurationFile, observer: heard)
        try ranks.together {
            try pipeline.checkFolders()
            try pipeline.check([.train, .evaluate])
            guard ranks.isFirst else {
                return try pipeline.train(in: nil, replacing: replacing, among: ranks, stop: observer.stop)
            }
            try pipeline.writingRun { try pipeline.train(in: $0, replacing: replacing, among: ranks, stop: observer.stop) }
        }
    }

    /// Copies what a training reads, and waits for the other processes to have done so: that may take longer than they wait for each other.
    ///
    /// Machines may differ in where they keep copies, and in whether they do.
    func copyStores(_ dataset: Dataset, among ranks: Ranks?, stop: StopToken) throws {
        for (_, store) in try stores(dataset) { _ = try near(store, stop: stop) }
        try ranks?.meet(at: "copies", stop: stop)
    }

    /// What all processes of a training have to have alike.
    func facts(_ dataset: Dataset, _ manifest: RunManifest) throws -> [(name: String, value: String)] {
        var settings = configuration.train
        settings.run = ""
        let stores = try stores(dataset).map { modality, store in
            (
                "the store of \(modality.name)",
                ([store.identity.hash] + store.manifest.shards.map(\.sha256)).joined(separator: " ")
            )
        }
        return [
            ("the version", "\(Version.current), LibTorch \(LibTorch.version)"),
            ("the configuration", "\(settings.changes); \(configuration.data.split.changes)"),
            ("the dataset", dataset.manifest.contentHash),
        ] + stores + manifest.encoders.map { ("the encoder of \($0.modality.name)", $0.inputsHash) }
    }

    /// Says what the processes have sent each other.
    func tellOfTraffic(_ ranks: Ranks) {
        let steps = ranks.steps
        guard steps.count > 0 else { return }
        let share = steps.seconds > 0 ? 100 * steps.traffic.seconds / steps.seconds : 0
        observer.onMessage(
            "train: \(ranks.size) processes, \(steps.traffic.bytes / steps.count) bytes a step sent by this one, "
                + String(format: "%.0f %% of the steps' time waiting and sending", share))
    }
}

extension Ranks {
    /// What rank 0 found, in every process.
    func shared<Value: Codable>(_ value: Value) throws -> Value {
        // A list, since not every value is a document of its own.
        let found = try JSONFile.decoder.decode([Value].self, from: shared(JSONFile.encoder().encode([value])))
        return found[0]
    }
}
