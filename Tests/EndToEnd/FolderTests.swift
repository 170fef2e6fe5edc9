import Files
import Foundation
import IISAN
import TestSupport
import Testing

/// Folders that are ours, as a user meets them on the command line: several processes, kills, and what is not to be lost.
@Suite(.serialized) struct FolderTests {
    private func hidden(_ folder: URL) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: folder.path).filter { path in
            [".partial", ".old", ".lock"].contains { path.hasSuffix($0) }
        }
    }

    private func wait(_ process: Process, until isReady: () -> Bool) {
        let limit = Date(timeIntervalSinceNow: 120)
        while !isReady(), process.isRunning, Date() < limit { Thread.sleep(forTimeInterval: 0.01) }
    }

    private func exists(_ url: URL) -> Bool { FileManager.default.fileExists(atPath: url.path) }

    @Test func aSecondRunInOneFolderIsRefusedAndAKilledOneGoesOn() throws {
        try withTemporaryFolder { folder in
            _ = try SmallShop(folder, items: 100, users: 40)
            let arguments = [
                "run", "config.yaml", "--set", "train.method=id", "--set", "train.run=r", "--set", "evaluate.examples=0",
            ]
            let long = arguments + ["--set", "train.epochs=100000", "--set", "train.patience=100000"]
            let first = try CommandLine.start(long, in: folder)
            defer { if first.isRunning { kill(first.processIdentifier, SIGKILL) } }
            wait(first) { exists(folder.appending(path: "r/checkpoints/last/state.json")) }
            try #require(first.isRunning)
            let settings = try Data(contentsOf: folder.appending(path: "r/config.yaml"))
            for command in [arguments, ["train"] + arguments.dropFirst(), ["evaluate", "r"], ["report", "r"]] {
                let second = try CommandLine.run(command, in: folder)
                #expect(second.code == 1, "\(command)")
                let owner = "another process is writing here: process \(first.processIdentifier) on "
                #expect(second.errors.contains(owner) && second.errors.contains("iisan run config.yaml"), "\(second.errors)")
            }
            #expect(first.isRunning)
            #expect(try Data(contentsOf: folder.appending(path: "r/config.yaml")) == settings)
            kill(first.processIdentifier, SIGKILL)
            first.waitUntilExit()
            // As if it had been killed while it wrote: what it left goes, and no epoch is lost.
            let checkpoints = folder.appending(path: "r/checkpoints")
            try FileManager.default.copyItem(
                at: checkpoints.appending(path: "best"), to: checkpoints.appending(path: ".last.99-1.partial"))
            try AtomicFile.write("{", to: folder.appending(path: "r/.events.jsonl.99-2.partial"))
            let again = try CommandLine.start(long, in: folder)
            wait(again) { (try? hidden(folder).contains { $0.contains(".99-") }) == false }
            kill(again.processIdentifier, SIGINT)
            again.waitUntilExit()
            #expect(again.terminationReason == .exit && again.terminationStatus == 130)
            #expect(try hidden(folder).isEmpty)
        }
    }

    @Test func importReplacesNothingButADataset() throws {
        try withTemporaryFolder { folder in
            let shop = folder.appending(path: "shop")
            try FileManager.default.createDirectory(at: shop, withIntermediateDirectories: true)
            let log = (0..<40).map { "u\($0 % 4),i\($0 % 10),\(1_700_000_000 + $0)" }.joined(separator: "\n") + "\n"
            try AtomicFile.write("user,item,timestamp\n" + log, to: shop.appending(path: "log.csv"))
            let items = (0..<10).map { "i\($0),title \($0)" }.joined(separator: "\n") + "\n"
            try AtomicFile.write("item,title\n" + items, to: shop.appending(path: "items.csv"))
            try AtomicFile.write("x", to: folder.appending(path: "notes.txt"))
            func run(_ set: String, _ more: [String] = ["--replace"]) throws -> CommandLine.Outcome {
                try CommandLine.run(
                    ["data", "import", set, "--form", "table", "--interactions", "shop/log.csv", "--items", "shop/items.csv"]
                        + more, in: folder)
            }
            let before = try FileManager.default.subpathsOfDirectory(atPath: folder.path).sorted()
            for set in ["shop", ".", "notes.txt", "shop/log.csv", "", "/", "shop/../shop"] {
                let outcome = try run(set)
                #expect(outcome.code == 1 && !outcome.errors.contains("Fatal"), "\(set): \(outcome.errors)")
                #expect(try FileManager.default.subpathsOfDirectory(atPath: folder.path).sorted() == before, "\(set)")
            }
            // A dataset is replaced, but not with what else lies in it.
            #expect(try run("set", []).code == 0)
            #expect(try run("set", []).code == 1)
            #expect(try run("set").code == 0)
            try AtomicFile.write("x", to: folder.appending(path: "set/notes.txt"))
            let kept = try run("set")
            #expect(kept.code == 1 && kept.errors.contains("notes.txt"), "\(kept.errors)")
            let generated = try CommandLine.run(
                ["data", "generate", "shop", "--items", "100", "--users", "20", "--replace"], in: folder)
            #expect(generated.code == 1 && generated.errors.contains("is not a generated world"), "\(generated.errors)")
            #expect(exists(shop.appending(path: "log.csv")))
        }
    }

    @Test func aRunInTheFolderOfItsConfigurationIsRefused() throws {
        try withTemporaryFolder { folder in
            let shop = try SmallShop(folder, items: 100, users: 20)
            try shop.configure([("run: runs/iisan", "run: .")])
            try AtomicFile.write("mine", to: folder.appending(path: "notebook.md"))
            let before = try FileManager.default.subpathsOfDirectory(atPath: folder.path).sorted()
            for set in [[], ["--set", "train.run=.."], ["--set", "train.run=''"]] {
                let outcome = try CommandLine.run(["run", "config.yaml"] + set, in: folder)
                #expect(outcome.code == 1 && outcome.errors.contains("train.run"), "\(outcome.errors)")
                #expect(try FileManager.default.subpathsOfDirectory(atPath: folder.path).sorted() == before)
            }
        }
    }

    @Test(arguments: [SIGINT, SIGKILL]) func aWorldThatIsEndedLeavesNothing(_ signal: Int32) throws {
        try withTemporaryFolder { folder in
            let arguments = ["data", "generate", "w", "--items", "20000", "--users", "100", "--picture-size", "64"]
            let process = try CommandLine.start(arguments, in: folder)
            func pictures() -> Bool {
                let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
                return names.contains { exists(folder.appending(path: "\($0)/pictures")) }
            }
            wait(process, until: pictures)
            try #require(process.isRunning)
            let second = try CommandLine.run(["data", "generate", "w", "--items", "100", "--users", "20"], in: folder)
            #expect(second.code == 1 && second.errors.contains("process \(process.processIdentifier)"), "\(second.errors)")
            kill(process.processIdentifier, signal)
            process.waitUntilExit()
            if signal == SIGKILL {
                #expect(try hidden(folder).count == 2)
                let again = ["data", "generate", "w", "--items", "100", "--users", "20", "--picture-size", "0"]
                #expect(try CommandLine.run(again, in: folder).code == 0)
                #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["w"])
            } else {
                #expect(process.terminationReason == .exit && process.terminationStatus == 130)
                #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
            }
        }
    }
}
