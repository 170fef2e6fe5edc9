import Files
import Foundation
import IISAN
import TestSupport
import Testing

/// Signals, and outputs that cannot be written, as the built command meets them.
@Suite(.serialized) struct InterruptTests {
    /// A trained run whose evaluation takes long: a hundred thousand users, each of whom is resampled a thousand times.
    private func manyUsers(_ folder: URL) throws {
        let users = (0..<100_000).map { user in
            "u\(user)\t" + (0..<5).map { "i\((user * 7 + $0 * 13) % 100)" }.joined(separator: " ")
        }
        try AtomicFile.write(users.joined(separator: "\n") + "\n", to: folder.appending(path: "users.tsv"))
        try AtomicFile.write(
            (0..<100).map { "i\($0)\tTitle \($0)\n" }.joined(), to: folder.appending(path: "items.tsv"))
        try AtomicFile.write(
            """
            data:
              dataset: dataset
              import: {form: iisan, interactions: users.tsv, items: items.tsv}
            train: {run: run, method: popularity}
            evaluate: {cutoffs: [5, 10, 20, 30, 40, 50], examples: 0}
            threads: 1

            """, to: folder.appending(path: "config.yaml"))
        #expect(try CommandLine.run(["train", "config.yaml"], in: folder).code != 0, "there is no dataset yet")
        let imported = try CommandLine.run(
            ["data", "import", "dataset", "--form", "iisan", "--interactions", "users.tsv", "--items", "items.tsv"], in: folder)
        #expect(imported.code == 0, "\(imported.errors)")
        try AtomicFile.write(
            String(contentsOf: folder.appending(path: "config.yaml"), encoding: .utf8)
                .replacing("  import: {form: iisan, interactions: users.tsv, items: items.tsv}\n", with: ""),
            to: folder.appending(path: "config.yaml"))
        #expect(try CommandLine.run(["train", "config.yaml"], in: folder).code == 0)
    }

    /// Sends signals to a process, the first after a while, and waits for its end.
    private func end(_ process: Process, by signals: [Int32], after seconds: Double = 1) -> Int32 {
        Thread.sleep(forTimeInterval: seconds)
        #expect(process.isRunning)
        for signal in signals {
            kill(process.processIdentifier, signal)
            Thread.sleep(forTimeInterval: 0.05)
        }
        let limit = Date(timeIntervalSinceNow: 60)
        while process.isRunning, Date() < limit { Thread.sleep(forTimeInterval: 0.02) }
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
        #expect(process.terminationReason == .exit, "ended by signal \(process.terminationStatus)")
        return process.terminationStatus
    }

    @Test func evaluationStopsAtTheFirstSignalAndSaysByWhich() throws {
        try withTemporaryFolder { folder in
            try manyUsers(folder)
            for (verb, target) in [("evaluate", "run"), ("run", "config.yaml")] {
                for signal in [SIGINT, SIGTERM] {
                    let code = try end(CommandLine.start([verb, target], in: folder), by: [signal])
                    #expect(code == 128 + signal, "\(verb)")
                    #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "run/result.json").path))
                }
            }
        }
    }

    @Test func theSecondSignalEndsTheProgramAtOnce() throws {
        try withTemporaryFolder { folder in
            _ = try SmallShop(folder)
            for _ in 0..<5 {
                let process = try CommandLine.start(
                    ["run", "config.yaml", "--set", "train.epochs=1000", "--set", "train.patience=1000"], in: folder)
                #expect(end(process, by: [SIGINT, SIGINT]) == 130)
            }
            let process = try CommandLine.start(["run", "config.yaml", "--set", "train.epochs=1000"], in: folder)
            #expect([130, 143].contains(end(process, by: [SIGINT, SIGTERM])))
        }
    }

    @Test func aStudyTellsItsRunToStop() throws {
        try withTemporaryFolder { folder in
            _ = try SmallShop(folder)
            try AtomicFile.write(
                "study: compare\nbase: config.yaml\nfolder: s\nseeds: [1]\nset: {train.epochs: 1000, train.patience: 1000}\n"
                    + "variants: [{name: id, set: {train.method: id}}, {name: iisan}]\n",
                to: folder.appending(path: "study.yaml"))
            let process = try CommandLine.start(["compare", "study.yaml"], in: folder)
            let events = folder.appending(path: "s/id/seed-1/events.jsonl")
            let limit = Date(timeIntervalSinceNow: 120)
            while !FileManager.default.fileExists(atPath: events.path), process.isRunning, Date() < limit {
                Thread.sleep(forTimeInterval: 0.02)
            }
            #expect(end(process, by: [SIGTERM], after: 0) == 143)
            // The run has kept where it was.
            let state = folder.appending(path: "s/id/seed-1/checkpoints/last/state.json")
            #expect(FileManager.default.fileExists(atPath: state.path))
        }
    }

    /// Runs a line of the shell in a folder with `iisan` in place of its path.
    private func shell(_ line: String, in folder: URL) throws -> (code: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/bash")
        process.arguments = ["-c", "iisan() { \"\(try CommandLine.executable().path)\" \"$@\"; }; " + line]
        process.currentDirectoryURL = folder
        process.environment = ProcessInfo.processInfo.environment.merging(["OMP_NUM_THREADS": "1"]) { $1 }
        let output = folder.appending(path: ".shell-output")
        try Data().write(to: output)
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = process.standardOutput
        process.standardInput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: try Data(contentsOf: output), as: UTF8.self))
    }

    @Test func trainingGoesOnWhereNothingCanBeTold() throws {
        try withTemporaryFolder { folder in
            _ = try SmallShop(folder)
            var lines = ["iisan train config.yaml 2>&-", "iisan train config.yaml 2> >(exec true)"]
            if FileManager.default.fileExists(atPath: "/dev/full") { lines.append("iisan train config.yaml 2>/dev/full") }
            #expect(try shell("iisan run config.yaml >/dev/null", in: folder).code == 0)
            for (number, line) in lines.enumerated() {
                let changed = line.replacing(
                    "config.yaml", with: "config.yaml --replace --set train.seed=\(number) --set train.run=runs/\(number)")
                let outcome = try shell(changed, in: folder)
                #expect(outcome.code == 0, "\(line): \(outcome)")
                #expect(FileManager.default.fileExists(atPath: folder.appending(path: "runs/\(number)/cost.json").path))
            }
        }
    }

    @Test func aResultThatCannotBePrintedIsKeptAndEndsWithACode() throws {
        try withTemporaryFolder { folder in
            let shop = try SmallShop(folder)
            #expect(try shell("iisan train config.yaml", in: folder).code != 0, "there is no dataset yet")
            #expect(try shell("iisan run config.yaml >/dev/null", in: folder).code == 0)
            let result = shop.run.appending(path: "result.json")
            var lines = ["iisan evaluate runs/iisan >&-", "iisan evaluate runs/iisan --format json > >(exec true)"]
            if FileManager.default.fileExists(atPath: "/dev/full") {
                lines += [
                    "iisan evaluate runs/iisan >/dev/full", "iisan --help >/dev/full", "iisan config >/dev/full",
                    "iisan recommend runs/iisan --history i001 --format json >/dev/full",
                ]
            }
            for line in lines {
                if line.contains("evaluate") { try FileManager.default.removeItem(at: result) }
                let outcome = try shell(line, in: folder)
                #expect(outcome.code == 1, "\(line): \(outcome)")
                #expect(outcome.output.contains("could not be written"), "\(line): \(outcome)")
                #expect(FileManager.default.fileExists(atPath: result.path), "\(line)")
            }
        }
    }

    @Test func idsOfAnyKindCanBeNamedAndAreShownWhole() throws {
        try withTemporaryFolder { folder in
            let long = String(repeating: "A", count: 300)
            let ids = ["🎬🎬", "a,b", " lead", "trail ", "-1", "x\u{1B}[31m", "日本語", long, "é", "plain"]
            func quoted(_ text: String) -> String { "\"\(text)\"" }
            try AtomicFile.write(
                "item_id,title\n" + ids.map { "\(quoted($0)),\(quoted("T " + $0))\n" }.joined(),
                to: folder.appending(path: "items.csv"))
            let rows = (0..<12).flatMap { user in
                (0..<7).map { "u\(user),\(quoted(ids[(user + $0 * 3) % ids.count])),\(1_700_000_000 + $0)\n" }
            }
            try AtomicFile.write(
                "user_id,item_id,timestamp\n" + rows.joined(), to: folder.appending(path: "log.csv"))
            try AtomicFile.write(
                """
                data: {dataset: ds, import: {form: table, interactions: log.csv, items: items.csv}}
                train: {run: r, method: id, epochs: 1}

                """, to: folder.appending(path: "c.yaml"))
            let made = try CommandLine.run(["run", "c.yaml"], in: folder)
            #expect(made.code == 0, "\(made.errors)")
            let dataset = try Dataset.open(folder.appending(path: "ds"))
            for id in dataset.items.map(\.id) {
                let outcome = try CommandLine.run(["recommend", "r", "--item", id, "--top", "20"], in: folder)
                #expect(outcome.code == 0, "\(id): \(outcome.errors)")
                #expect(!outcome.output.contains("\u{1B}"))
                for other in dataset.items.map(\.id) where other != id && !other.contains("\u{1B}") {
                    #expect(outcome.output.contains("  \(other)"), "\(other) in \(outcome.output)")
                }
            }
            let both = try CommandLine.run(["recommend", "r", "--history", "-1, plain", "--item", "a,b"], in: folder)
            #expect(both.code == 0, "\(both.errors)")
            let none = try CommandLine.run(["recommend", "r"], in: folder)
            #expect(none.code == 64 && none.errors.contains("--item"))
        }
    }

    /// All that is printed goes through one place that survives a closed or full output.
    @Test func nothingElseInTheProgramPrints() throws {
        let sources = CommandLine.root.appending(path: "Sources")
        let calls = #"(^|[^.\w])(print|debugPrint|puts|fputs|NSLog|dump)\("#
        let printing = try Regex(calls + #"|FileHandle\.standard(Output|Error)|Swift\.print"#)
        for name in try FileManager.default.subpathsOfDirectory(atPath: sources.path)
        where name.hasSuffix(".swift") && name != "Command/Output.swift" {
            let text = try String(contentsOf: sources.appending(path: name), encoding: .utf8)
            for line in text.split(separator: "\n") where !line.contains("///") && !line.contains("func print(") {
                #expect(line.firstMatch(of: printing) == nil, "\(name): \(line)")
            }
        }
    }
}
