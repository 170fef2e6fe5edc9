import Files
import Foundation
import Training

extension Study {
    /// Looks at what every variant will need, before the first one is made.
    ///
    /// - Returns: what is wrong, by the names of the runs that cannot be made.
    /// - Throws: ``UserError`` when none can.
    func problems(_ observer: Pipeline.Observer) throws -> [String: String] {
        var failures: [String: String] = [:]
        var problems: [String: Problems] = [:]
        var all = Problems()
        for run in runs where !isComplete(run) {
            if problems[run.variant] == nil {
                try observer.stop.check()
                let stages: Set<Pipeline.Stage> =
                    run.configuration.train.model.readsStores
                    ? [.data, .encode, .train, .evaluate] : [.data, .train, .evaluate]
                let found = try Pipeline(run.configuration, observer: observer).problems(of: stages)
                problems[run.variant] = found
                all.add(all: found)
            }
            guard let found = problems[run.variant], !found.all.isEmpty else { continue }
            failures[run.name] = found.all.map(\.description).joined(separator: "\n")
        }
        if failures.count == runs.count { try all.check() }
        for variant in variants {
            guard let found = problems[variant.name], !found.all.isEmpty else { continue }
            for problem in found.all { observer.onMessage("study: \(variant.name) cannot be made: \(problem.description)") }
        }
        return failures
    }

    /// Gives trials that an earlier version of this program named by their numbers the names that their settings have.
    func adoptNumberedTrials(_ observer: Pipeline.Observer) throws {
        guard options.kind == .tune else { return }
        let files = FileManager.default
        let names = ((try? files.contentsOfDirectory(atPath: folder.path)) ?? []).filter {
            $0.wholeMatch(of: /trial-[0-9]{1,6}/) != nil
        }
        var folders: [String: String] = [:]
        for name in names.sorted() {
            for seed in options.seeds {
                let run = RunDirectory(folder.appending(path: "\(name)/seed-\(seed)"))
                guard var settings = try? Configuration(run.configuration) else { continue }
                settings.train.run = ""
                folders[settings.yaml] = folders[settings.yaml] ?? name
            }
        }
        for run in runs where !folders.isEmpty {
            var settings = run.configuration
            settings.train.run = ""
            let place = folder.appending(path: run.variant)
            guard let name = folders[settings.yaml], name != run.variant, !files.fileExists(atPath: place.path) else {
                continue
            }
            let numbered = folder.appending(path: name)
            guard rename(numbered.path, place.path) == 0 else {
                throw UserError.system("could not rename the trial's folder", at: numbered.path)
            }
            Folder.flush(folder)
            observer.onMessage("study: \(name) has the settings of \(run.variant) and is kept under this name")
            for own in runs where own.variant == run.variant && files.fileExists(atPath: own.folder.configuration.path) {
                try AtomicFile.write(own.configuration.yaml, to: own.folder.configuration)
            }
        }
    }
}
