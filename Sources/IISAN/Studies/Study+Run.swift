import Files
import Foundation
import Owned
import Report

extension Study {
    /// Makes all runs that are not there yet, and sets them side by side: `study.json`, `report.html`, `table.md`,
    /// `table.csv`, `runs.csv`, `curves.svg`; a search also writes `best.yaml`, the chosen settings.
    ///
    /// A study that was stopped or killed continues where it was: what is finished, and made of the same settings and data, is kept. A
    /// run that fails is named in the result, and the others are made anyway.
    ///
    /// - Parameter runner: what makes them: this process, or one process per run.
    /// - Throws: `CancellationError` when told to stop; ``UserError`` when another process makes the same study, or the disk fails.
    public func run(using runner: some StudyRunner, observer: Pipeline.Observer = Pipeline.Observer()) throws -> StudyResult {
        let place = try StudyMark.open(folder, verb: options.kind.rawValue, file: file)
        defer { withExtendedLifetime(place) {} }
        OwnedFolder.sweepFiles(in: steps)
        sweepLocks()
        try adoptNumberedTrials(observer)
        var failures = try problems(observer)
        var unprepared: [(preparation: Configuration, reason: String)] = []
        let sound = runs.filter { failures[$0.name] == nil }
        for (number, preparation) in preparations(of: sound).enumerated() {
            let step = StudyStep(.prepare, preparation, file: steps.appending(path: "prepare-\(number + 1).yaml"))
            do {
                try runner.perform(step, observer: observer)
            } catch let error as UserError {
                unprepared.append((preparation, error.description))
            }
        }
        var done = Set(runs.indices.filter { isComplete(runs[$0]) })
        observer.onMessage("study: \(runs.count) runs, \(done.count) of them done\(timeLeft(done))")
        var open: [Int] = []
        for (index, run) in runs.enumerated() where !done.contains(index) && failures[run.name] == nil {
            if let failed = unprepared.first(where: { preparations(of: run).contains($0.preparation) }) {
                failures[run.name] = failed.reason
            } else {
                open.append(index)
            }
        }
        // Cost is measured last and by one process at a time, so that nothing of the study runs beside it.
        try make(open.filter { !runs[$0].isMeasurement }, using: runner, &done, &failures, observer)
        for index in open where runs[index].isMeasurement {
            try make([index], using: runner, &done, &failures, observer)
        }
        let result = try StudyResult(self, failures: failures)
        try JSONFile.write(result, to: resultFile)
        try result.report(file, in: folder).write(to: folder)
        if let chosen = runs.first(where: { $0.variant == result.chosen }) {
            try AtomicFile.write(chosen.configuration.yaml, to: folder.appending(path: "best.yaml"))
        }
        return result
    }

    /// Makes some runs.
    private func make(
        _ open: [Int], using runner: some StudyRunner, _ done: inout Set<Int>, _ failures: inout [String: String],
        _ observer: Pipeline.Observer
    ) throws {
        let work = open.map { index in
            StudyStep(
                .run, runs[index].configuration,
                file: steps.appending(path: "\(runs[index].name.replacing("/", with: "-")).yaml"))
        }
        try runner.perform(work, observer: observer) { place in
            let index = open[place]
            observer.onMessage("study: run \(index + 1) of \(runs.count), \(runs[index].name)\(timeLeft(done))")
        } ended: { place, error in
            let index = open[place]
            guard let error else {
                done.insert(index)
                return
            }
            failures[runs[index].name] = error.description
            observer.onMessage("study: \(runs[index].name) failed: \(error.description)")
        }
    }

    /// Where steps keep their settings; no variant has a name like it.
    private var steps: URL { folder.appending(path: ".steps") }

    /// Removes the locks of steps that were killed; one that still runs keeps its own.
    private func sweepLocks() {
        let files = (try? FileManager.default.contentsOfDirectory(at: steps, includingPropertiesForKeys: nil)) ?? []
        for file in files where file.pathExtension == "lock" { _ = try? FolderLock(file, of: steps) }
    }

    /// What has to be there before some runs: dataset and states, one encoder at a time, each once.
    private func preparations(of runs: [StudyRun]) -> [Configuration] {
        let all = runs.flatMap(preparations).reduce(into: [Configuration]()) { found, one in
            if !found.contains(one) { found.append(one) }
        }
        // Preparing states makes the dataset too.
        let hasStates = all.contains { !$0.encode.modalities.isEmpty }
        return hasStates ? all.filter { !$0.encode.modalities.isEmpty } : all
    }

    private func preparations(of run: StudyRun) -> [Configuration] {
        var plain = Configuration()
        plain.data = run.configuration.data
        plain.encode = run.configuration.encode
        plain.device = run.configuration.device
        plain.threads = run.configuration.threads
        plain.encode.modalities = [:]
        let train = run.configuration.train
        let needed = train.readsStores ? run.configuration.readModalities : [:]
        let preparations = needed.compactMap { modality, settings -> Configuration? in
            // An imported store has no encoder that it could be made with.
            if settings.encoder.isEmpty { return nil }
            var one = plain
            one.encode.modalities[modality] = settings
            return one
        }
        return preparations.isEmpty ? [plain] : preparations
    }

    /// Whether a run is there, made of the settings and data as they are.
    func isComplete(_ run: StudyRun) -> Bool {
        (try? Pipeline(run.configuration).isComplete()) ?? false
    }

    /// `, about 12 min left`, from what finished runs of the same variants took; empty where nothing is known.
    private func timeLeft(_ done: Set<Int>) -> String {
        let seconds = done.compactMap { index in Self.seconds(of: runs[index]).map { (runs[index].variant, $0) } }
        let known = Dictionary(grouping: seconds, by: \.0).mapValues { $0.reduce(0) { $0 + $1.1 } / Double($0.count) }
        let open = runs.indices.filter { !done.contains($0) }.map { known[runs[$0].variant] }
        let sum = open.reduce(0) { $0 + ($1 ?? 0) }
        guard sum > 0 else { return "" }
        let unknown = open.count { $0 == nil }
        return ", about \(NumberText.seconds(sum)) left" + (unknown > 0 ? " and \(unknown) runs that nothing is known of" : "")
    }

    private static func seconds(of run: StudyRun) -> Double? {
        guard !run.isMeasurement, let events = try? run.folder.readEvents() else { return nil }
        return events.reduce(0) { $0 + $1.seconds + $1.validationSeconds }
    }
}
