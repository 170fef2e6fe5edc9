import Files
import Foundation
import IISAN
import TestSupport
import Testing

/// Studies on the command line: each run in a process of its own.
@Suite(.serialized) struct StudyTests {
    private let yaml = """
        study: compare
        base: config.yaml
        folder: study
        seeds: [1]
        variants:
          - {name: id, set: {train.method: id}}
          - {name: iisan, set: {train.epochs: 25, train.patience: 25}}

        """

    /// Starts `iisan compare` and ends it with a signal as soon as the second run has trained some epochs.
    private func end(_ folder: URL, by signal: Int32) throws -> Process {
        let process = try CommandLine.start(["compare", "study.yaml"], in: folder)
        let events = folder.appending(path: "study/iisan/seed-1/events.jsonl")
        let limit = Date(timeIntervalSinceNow: 120)
        func lines() -> Int { ((try? Data(contentsOf: events)) ?? Data()).count { $0 == UInt8(ascii: "\n") } }
        while lines() < 3, process.isRunning, Date() < limit { Thread.sleep(forTimeInterval: 0.01) }
        #expect(process.isRunning)
        kill(process.processIdentifier, signal)
        process.waitUntilExit()
        return process
    }

    @Test(arguments: [SIGKILL, SIGINT]) func aStudyThatWasEndedGoesOn(_ signal: Int32) throws {
        try withTemporaryFolder { folder in
            _ = try SmallShop(folder)
            try AtomicFile.write(yaml, to: folder.appending(path: "study.yaml"))
            let ended = try end(folder, by: signal)
            if signal != SIGKILL { #expect(ended.terminationReason == .exit && ended.terminationStatus == 130) }
            #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "study/study.json").path))
            let finished = folder.appending(path: "study/id/seed-1/result.json")
            let time = try FileManager.default.attributesOfItem(atPath: finished.path)[.modificationDate] as? Date

            let second = try CommandLine.run(["compare", "study.yaml", "--format", "json"], in: folder)
            #expect(second.code == 0, "\(second.errors)")
            #expect(
                second.errors.contains("2 runs, 1 of them done") && second.errors.contains("going on in epoch"),
                "\(second.errors)")
            #expect(try FileManager.default.attributesOfItem(atPath: finished.path)[.modificationDate] as? Date == time)
            let result = try JSONDecoder().decode(StudyResult.self, from: Data(second.output.utf8))
            #expect(result.variants.map { $0.runs.count } == [1, 1])

            guard signal == SIGKILL else { return }
            // What was interrupted comes to the same numbers as what was not.
            try AtomicFile.write(
                yaml.replacing("folder: study", with: "folder: whole"), to: folder.appending(path: "whole.yaml"))
            let whole = try CommandLine.run(["compare", "whole.yaml", "--format", "json"], in: folder)
            let other = try JSONDecoder().decode(StudyResult.self, from: Data(whole.output.utf8))
            #expect(result.variants.map(\.ranking) == other.variants.map(\.ranking))
        }
    }

    /// Runs that are made side by side have the numbers of those that are made one after the other; cost is measured after all of them.
    @Test func runsAreMadeSideBySide() throws {
        try withTemporaryFolder { folder in
            _ = try SmallShop(folder)
            let several = """
                study: compare
                base: config.yaml
                folder: study
                seeds: [1, 2]
                variants:
                  - {name: id, set: {train.method: id, train.epochs: 2}, measure_steps: 2}
                  - {name: iisan, set: {train.epochs: 2}}
                  - {name: wrong, set: {train.user_encoder.heads: 7}}

                """
            try AtomicFile.write(several, to: folder.appending(path: "study.yaml"))
            try AtomicFile.write(
                several.replacing("folder: study", with: "folder: single"), to: folder.appending(path: "single.yaml"))
            let together = try CommandLine.run(["compare", "study.yaml", "--jobs", "3", "--format", "json"], in: folder)
            let single = try CommandLine.run(["compare", "single.yaml", "--format", "json"], in: folder)
            #expect(together.code == 1 && single.code == 1)
            let results = try [together, single].map { try JSONDecoder().decode(StudyResult.self, from: Data($0.output.utf8)) }
            #expect(results[0].variants.map { $0.runs.count } == results[1].variants.map { $0.runs.count })
            for (one, other) in zip(results[0].variants, results[1].variants) {
                #expect(one.name == other.name && one.ranking == other.ranking)
            }
            #expect(results[0].variants.map { $0.failures.count } == results[1].variants.map { $0.failures.count })
            #expect(!results[0].isWhole)
            let started = together.errors.split(separator: "\n").filter { $0.contains("study: run ") }
            #expect(started.last?.contains("id/cost") == true, "\(together.errors)")
            let refused = try CommandLine.run(["compare", "study.yaml", "--jobs", "0"], in: folder)
            #expect(refused.code != 0 && refused.errors.contains("--jobs is 0"))
        }
    }

    /// One Ctrl-C stops all runs that are made side by side, and the study goes on.
    @Test func sideBySideStopsTogether() throws {
        try withTemporaryFolder { folder in
            _ = try SmallShop(folder)
            let long = yaml.replacing("seeds: [1]", with: "seeds: [1, 2]").replacing(
                "train.method: id", with: "train.method: id, train.epochs: 2")
            try AtomicFile.write(long, to: folder.appending(path: "study.yaml"))
            let process = try CommandLine.start(["compare", "study.yaml", "--jobs", "4"], in: folder)
            let runs = [1, 2].map { folder.appending(path: "study/iisan/seed-\($0)/events.jsonl") }
            let limit = Date(timeIntervalSinceNow: 120)
            func haveBegun() -> Bool { runs.allSatisfy { FileManager.default.fileExists(atPath: $0.path) } }
            while !haveBegun(), process.isRunning, Date() < limit { Thread.sleep(forTimeInterval: 0.01) }
            #expect(process.isRunning)
            kill(process.processIdentifier, SIGINT)
            process.waitUntilExit()
            #expect(process.terminationReason == .exit && process.terminationStatus == 130)
            let again = try CommandLine.run(["compare", "study.yaml", "--jobs", "4", "--format", "json"], in: folder)
            #expect(again.code == 0, "\(again.errors)")
            let result = try JSONDecoder().decode(StudyResult.self, from: Data(again.output.utf8))
            #expect(result.variants.map { $0.runs.count } == [2, 2])
        }
    }

    @Test func aRunThatFailsEndsWithCodeOneAndTheOthersAreMade() throws {
        try withTemporaryFolder { folder in
            _ = try SmallShop(folder)
            let failing = yaml.replacing("{train.epochs: 25, train.patience: 25}", with: "{train.user_encoder.heads: 7}")
            try AtomicFile.write(failing, to: folder.appending(path: "study.yaml"))
            let outcome = try CommandLine.run(["compare", "study.yaml"], in: folder)
            #expect(outcome.code == 1)
            #expect(outcome.output.contains("iisan/seed-1 failed: ") && outcome.output.contains("divisor"), "\(outcome.output)")
            let wrong = try CommandLine.run(["ablate", "study.yaml"], in: folder)
            #expect(wrong.code == 1 && wrong.errors.contains("Run: iisan compare"), "\(wrong.errors)")
        }
    }
}
