import Files
import Foundation
import IISAN
import Synchronization
import TestSupport
import Testing

/// Trainings that several processes share, as a user starts them.
@Suite(.serialized) struct LaunchTests {
    /// A small shop with its states, to be trained.
    private func shop(_ folder: URL, epochs: Int = 3) throws {
        let shop = try SmallShop(folder, items: 100, users: 40)
        try shop.configure([("epochs: 2", "epochs: \(epochs)\n  batch_size: 9")])
        for verb in [
            [
                "data", "import", "dataset", "--form", "iisan", "--interactions", "world/users.tsv", "--items",
                "world/items.tsv", "--pictures", "world/pictures",
            ], ["encode", "config.yaml"],
        ] {
            let outcome = try CommandLine.run(verb, in: folder)
            #expect(outcome.code == 0, "\(outcome.errors)")
        }
    }

    private func events(_ run: String, in folder: URL) throws -> [TrainingEvent] {
        try RunDirectory(folder.appending(path: run)).readEvents()
    }

    /// Adam makes steps of one length of gradients that are nothing but rounding, so losses part slowly.
    private func expectAlike(_ one: [TrainingEvent], _ other: [TrainingEvent]) {
        #expect(!one.isEmpty && !other.isEmpty)
        for (one, other) in zip(one, other) {
            let tolerance = one.epoch <= 3 ? 3e-3 : 3e-2
            #expect(abs(one.loss - other.loss) <= tolerance * one.loss, "epoch \(one.epoch): \(one.loss) and \(other.loss)")
        }
    }

    /// The environment of one of two processes that nobody launched.
    private func place(_ rank: Int, port: Int) -> [String: String] {
        ["RANK": "\(rank)", "WORLD_SIZE": "2", "LOCAL_RANK": "\(rank)", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "\(port)"]
    }

    /// The same command as each of two processes, with more arguments for the second.
    private func runBoth(
        _ arguments: [String], second: [String] = [], ofFirst variables: [String: String] = [:], in folder: URL
    ) throws -> [CommandLine.Outcome] {
        let port = freePort()
        let outcomes = Mutex<[Int: Result<CommandLine.Outcome, any Error>]>([:])
        DispatchQueue.concurrentPerform(iterations: 2) { rank in
            let outcome = Result {
                try CommandLine.run(
                    arguments + (rank == 1 ? second : []), in: folder,
                    environment: place(rank, port: port).merging(rank == 0 ? variables : [:]) { $1 })
            }
            outcomes.withLock { $0[rank] = outcome }
        }
        return try (0..<2).map { rank in try outcomes.withLock { $0[rank]! }.get() }
    }

    @Test func launchedProcessesTrainTheModelOfOne() throws {
        try withTemporaryFolder { folder in
            try shop(folder)
            let alone = try CommandLine.run(["train", "config.yaml", "--set", "train.run=alone"], in: folder)
            #expect(alone.code == 0, "\(alone.errors)")
            for size in [2, 3] {
                let launched = try CommandLine.run(
                    ["launch", "-n", "\(size)", "--", "train", "config.yaml", "--set", "train.run=of\(size)"], in: folder)
                #expect(launched.code == 0, "\(launched.errors)")
                #expect(launched.errors.contains("train: rank 0 of \(size), gloo, 127.0.0.1:"), "\(launched.errors)")
                #expect(launched.output.split(separator: "\n").count == 1, "one of them speaks: \(launched.output)")
                try expectAlike(events("alone", in: folder), events("of\(size)", in: folder))
                let again = try CommandLine.run(
                    ["launch", "-n", "\(size)", "--", "train", "config.yaml", "--set", "train.run=of\(size)"], in: folder)
                #expect(again.code == 0 && again.errors.contains("nothing has changed"), "\(again.errors)")
                let evaluated = try CommandLine.run(["evaluate", "of\(size)"], in: folder)
                #expect(evaluated.code == 0, "\(evaluated.errors)")
            }
        }
    }

    /// A training of two that was stopped in the middle of an epoch is taken up by one process, by two and by three.
    @Test func aStoppedTrainingContinuesOnAnotherNumberOfProcesses() throws {
        try withTemporaryFolder { folder in
            try shop(folder, epochs: 60)
            let process = try CommandLine.start(
                ["launch", "-n", "2", "--", "train", "config.yaml", "--set", "train.run=run"], in: folder)
            let events = folder.appending(path: "run/events.jsonl")
            let limit = Date(timeIntervalSinceNow: 60)
            while !FileManager.default.fileExists(atPath: events.path), Date() < limit { Thread.sleep(forTimeInterval: 0.02) }
            kill(process.processIdentifier, SIGTERM)
            process.waitUntilExit()
            #expect([130, 143].contains(process.terminationStatus), "\(process.terminationStatus)")
            for copy in ["of1", "of2", "of3"] {
                try FileManager.default.copyItem(at: folder.appending(path: "run"), to: folder.appending(path: copy))
            }
            let whole = try CommandLine.run(
                ["launch", "-n", "2", "--", "train", "config.yaml", "--set", "train.run=whole"], in: folder)
            #expect(whole.code == 0, "\(whole.errors)")
            for size in [1, 2, 3] {
                let training = ["train", "config.yaml", "--set", "train.run=of\(size)"]
                let outcome = try CommandLine.run(
                    size == 1 ? training : ["launch", "-n", "\(size)", "--"] + training, in: folder)
                #expect(outcome.code == 0 && outcome.errors.contains("going on in epoch"), "\(outcome.errors)")
                try expectAlike(self.events("whole", in: folder), self.events("of\(size)", in: folder))
            }
            // As many processes make the same sums to the last bit.
            let (undisturbed, stopped) = (try self.events("whole", in: folder), try self.events("of2", in: folder))
            #expect(
                undisturbed.map(\.loss) == stopped.map(\.loss) && undisturbed.map(\.validation) == stopped.map(\.validation))
        }
    }

    @Test func whatDiffersOnOneProcessIsRefusedByName() throws {
        try withTemporaryFolder { folder in
            try shop(folder)
            let outcomes = try runBoth(
                ["train", "config.yaml", "--timeout", "20"], second: ["--set", "train.rate=0.002"], in: folder)
            for outcome in outcomes {
                #expect(outcome.code == 1)
                #expect(outcome.errors.contains("the configuration of rank 1"), "\(outcome.errors)")
            }
            #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "runs/iisan").path))
        }
    }

    /// What the first process finds wrong is said by both.
    @Test func anotherRunInTheFolderIsRefusedByAll() throws {
        try withTemporaryFolder { folder in
            try shop(folder)
            let first = try CommandLine.run(["train", "config.yaml"], in: folder)
            #expect(first.code == 0, "\(first.errors)")
            let outcomes = try runBoth(["train", "config.yaml", "--timeout", "20", "--set", "train.rate=0.002"], in: folder)
            for outcome in outcomes {
                #expect(outcome.code == 1 && outcome.errors.contains("holds a run of other settings"), "\(outcome.errors)")
            }
            #expect(outcomes[1].errors.contains("rank 1: rank 0, on "), "\(outcomes[1].errors)")
        }
    }

    /// The first process is reached in a network, and the second only by itself: both say so.
    @Test func anAddressThatNobodyElseReachesIsRefusedByAll() throws {
        try withTemporaryFolder { folder in
            try shop(folder)
            let outcomes = try runBoth(
                ["train", "config.yaml", "--timeout", "20"], ofFirst: ["GLOO_SOCKET_IFNAME": "eth9"], in: folder)
            for outcome in outcomes {
                #expect(
                    outcome.code == 1 && outcome.errors.contains("rank 1, on ")
                        && outcome.errors.contains("Set GLOO_SOCKET_IFNAME"), "\(outcome.errors)")
            }
        }
    }

    /// A process that stands still, as one does whose machine is cut off: the other waits as long as it was told to, and not much longer.
    @Test(arguments: [0, 1]) func aProcessThatStandsStillIsNamedInTime(rank victim: Int) throws {
        try withTemporaryFolder { folder in
            try shop(folder, epochs: 10_000)
            let (processes, errors) = try startBoth(["--timeout", "6"], in: folder)
            defer { for process in processes { kill(process.processIdentifier, SIGKILL) } }
            waitForEvents(in: folder)
            kill(processes[victim].processIdentifier, SIGSTOP)
            try expectNamed(victim, by: processes[1 - victim], saying: errors[1 - victim], within: 6 + 8)
        }
    }

    /// Two processes that train for long, and where they say what goes wrong.
    private func startBoth(_ arguments: [String], in folder: URL) throws -> ([Process], [URL]) {
        let port = freePort()
        let errors = [0, 1].map { folder.appending(path: "errors-\($0)") }
        let processes = try [0, 1].map {
            try CommandLine.start(
                ["train", "config.yaml", "--set", "train.patience=10000"] + arguments, in: folder, errors: errors[$0],
                environment: place($0, port: port))
        }
        return (processes, errors)
    }

    /// The other of two processes ends in time and names the one that is lost.
    private func expectNamed(_ victim: Int, by other: Process, saying errors: URL, within seconds: Double) throws {
        let end = Date(timeIntervalSinceNow: seconds)
        while other.isRunning, Date() < end { Thread.sleep(forTimeInterval: 0.05) }
        #expect(!other.isRunning)
        kill(other.processIdentifier, SIGKILL)
        other.waitUntilExit()
        let said = try String(contentsOf: errors, encoding: .utf8)
        #expect(said.contains("rank \(victim), on ") && said.contains("not answer any more"), "\(said)")
    }

    private func waitForEvents(in folder: URL) {
        let events = folder.appending(path: "runs/iisan/events.jsonl")
        let limit = Date(timeIntervalSinceNow: 60)
        while !FileManager.default.fileExists(atPath: events.path), Date() < limit { Thread.sleep(forTimeInterval: 0.05) }
    }

    /// A process that is killed is named by the other, whether the store was its own or the launcher's.
    @Test(arguments: [0, 1]) func aKilledProcessIsNamed(rank victim: Int) throws {
        try withTemporaryFolder { folder in
            try shop(folder, epochs: 10_000)
            let (processes, errors) = try startBoth(["--timeout", "10"], in: folder)
            defer { for process in processes { kill(process.processIdentifier, SIGKILL) } }
            waitForEvents(in: folder)
            kill(processes[victim].processIdentifier, SIGKILL)
            try expectNamed(victim, by: processes[1 - victim], saying: errors[1 - victim], within: 30)
        }
    }

    /// Who waits for a process that does not come can be told to stop.
    @Test func aWaitForOthersCanBeStopped() throws {
        try withTemporaryFolder { folder in
            try shop(folder)
            for rank in [0, 1] {
                let waiting = try CommandLine.start(
                    ["train", "config.yaml", "--timeout", "100"], in: folder, environment: place(rank, port: freePort()))
                Thread.sleep(forTimeInterval: 2)
                #expect(waiting.isRunning)
                let told = Date()
                kill(waiting.processIdentifier, SIGTERM)
                waiting.waitUntilExit()
                #expect(waiting.terminationStatus == 143 && Date().timeIntervalSince(told) < 5)
            }
        }
    }

    @Test func launchRefusesWhatMakesNoSense() throws {
        try withTemporaryFolder { folder in
            for (arguments, text) in [
                (["-n", "0", "--", "train", "x"], "--processes"), (["-n", "two", "--", "train", "x"], "--processes"),
                (["--nodes", "2", "-n", "1", "--", "train", "x"], "--address"),
                (["--nodes", "2", "--node", "2", "-n", "1", "--", "train", "x"], "--node"), (["-n", "2"], "command"),
            ] {
                let outcome = try CommandLine.run(["launch"] + arguments, in: folder)
                #expect(outcome.code != 0 && outcome.errors.contains(text), "\(arguments): \(outcome.errors)")
            }
            // What one process does alone is not done twice.
            try shop(folder)
            let run = try CommandLine.run(["run", "config.yaml"], in: folder, environment: place(0, port: freePort()))
            #expect(run.code == 1 && run.errors.contains("iisan train CONFIG"), "\(run.errors)")
        }
    }
}
