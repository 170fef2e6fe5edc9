import Files
import Foundation
import HiddenStates
import IISAN
import TestSupport
import Testing

/// Encoding and captioning by the tasks of an array, as the built command does it: some are killed, and started again.
@Suite(.serialized) struct PartTests {
    private func run(_ line: String, in folder: URL, environment: [String: String] = [:]) throws -> CommandLine.Outcome {
        try CommandLine.run(line.split(separator: " ").map(String.init), in: folder, environment: environment)
    }

    private func succeed(
        _ line: String, in folder: URL, environment: [String: String] = [:], sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let outcome = try run(line, in: folder, environment: environment)
        #expect(outcome.code == 0, "\(line): \(outcome.errors)", sourceLocation: sourceLocation)
    }

    /// The bytes of all shards of a folder's stores, with the parts that they are of, wherever these lie.
    private func shards(of shop: SmallShop) throws -> [String: Data] {
        var found: [String: Data] = [:]
        for (name, data) in try shop.files(below: "states") where name.hasSuffix(".safetensors") {
            found[name.replacing(".part-", with: "/parts/")] = data
        }
        return found
    }

    /// A shop whose dataset is imported.
    private func shop(_ folder: URL, items: Int = 240) throws -> SmallShop {
        let shop = try SmallShop(folder, items: items, users: 60)
        try succeed(
            "data import dataset --form iisan --interactions world/users.tsv --items world/items.tsv --pictures world/pictures",
            in: folder)
        try shop.configure([
            (
                "  import:\n    form: iisan\n    interactions: world/users.tsv\n    items: world/items.tsv\n    pictures: world/pictures\n",
                ""
            )
        ])
        return shop
    }

    /// Starts tasks, kills two of them at some moment, and does these again.
    private func runKilled(_ verb: String, _ tasks: Int, in folder: URL, using random: inout SeededGenerator) throws -> Int {
        let processes = try (1...tasks).map {
            try CommandLine.start([verb, "config.yaml", "--part", "\($0)/\(tasks)"], in: folder)
        }
        var killed = 0
        // The first before any task can be done, however fast the machine is.
        for (index, latest) in [(1, 0.4), (tasks - 1, 1.2)] {
            Thread.sleep(forTimeInterval: .random(in: 0.1...latest, using: &random))
            if processes[index].isRunning {
                kill(processes[index].processIdentifier, SIGKILL)
                killed += 1
            }
        }
        for (index, process) in processes.enumerated() {
            process.waitUntilExit()
            if process.terminationReason == .exit { #expect(process.terminationStatus == 0, "task \(index + 1)") }
        }
        for index in [1, tasks - 1] { try succeed("\(verb) config.yaml --part \(index + 1)/\(tasks)", in: folder) }
        return killed
    }

    @Test func killedTasksLeaveTheBytesOfOneWorkerAndTheStatesOfTheWhole() throws {
        try withTemporaryFolder { folder in
            let shop = try shop(folder)
            // One worker after the other, then the whole without parts.
            for part in 1...4 { try succeed("encode config.yaml --part \(part)/4", in: folder) }
            let calm = try shards(of: shop)
            #expect(calm.count == 8)
            try FileManager.default.removeItem(at: folder.appending(path: "states"))
            try succeed("encode config.yaml", in: folder)
            try FileManager.default.moveItem(at: folder.appending(path: "states"), to: folder.appending(path: "whole"))

            var random = SeededGenerator(seed: 4)
            var killed = 0
            for _ in 0..<2 {
                try? FileManager.default.removeItem(at: folder.appending(path: "states"))
                killed += try runKilled("encode", 4, in: folder, using: &random)
                #expect(try shards(of: shop) == calm)
            }
            #expect(killed > 0)
            try mergeKilled(shop, calm, using: &random)
            try compare(folder)

            // It is a store like any other.
            try succeed("encode config.yaml --verify", in: folder)
            let again = try run("encode config.yaml", in: folder)
            #expect(again.errors.components(separatedBy: "nothing has changed").count == 3, "\(again)")
            for line in [
                "encode config.yaml --part 2/4", "encode config.yaml --merge 4", "train config.yaml", "evaluate runs/iisan",
                "recommend runs/iisan --history i001,i002", "doctor config.yaml",
            ] { try succeed(line, in: folder) }
            #expect(try shards(of: shop) == calm)
        }
    }

    /// Kills the putting together at some moments; it is whole or not there after each.
    private func mergeKilled(_ shop: SmallShop, _ calm: [String: Data], using random: inout SeededGenerator) throws {
        for _ in 0..<6 {
            let process = try CommandLine.start(["encode", "config.yaml", "--merge", "4"], in: shop.folder)
            let end = Date(timeIntervalSinceNow: .random(in: 0.02...0.6, using: &random))
            while process.isRunning, Date() < end { Thread.sleep(forTimeInterval: 0.001) }
            if process.isRunning { kill(process.processIdentifier, SIGKILL) }
            process.waitUntilExit()
            for store in ["text", "image"] {
                let place = shop.folder.appending(path: "states/\(store)")
                if FileManager.default.fileExists(atPath: place.path) { try HiddenStateStore.open(place).verify() }
            }
        }
        try succeed("encode config.yaml --merge 4", in: shop.folder)
        #expect(try shards(of: shop) == calm)
        let names = try FileManager.default.contentsOfDirectory(atPath: shop.folder.appending(path: "states").path)
        #expect(names.sorted() == ["image", "text"])
    }

    /// Expects the merged stores to hold what the ones hold that were made as a whole, as their type rounds it.
    private func compare(_ folder: URL) throws {
        for name in ["text", "image"] {
            let merged = try HiddenStateStore.open(folder.appending(path: "states/\(name)"))
            let whole = try HiddenStateStore.open(folder.appending(path: "whole/\(name)"))
            #expect(try merged.items() == whole.items() && merged.identity == whole.identity)
            var (difference, different) = (Float(0), 0)
            for item in 0..<whole.itemCount {
                for (one, other) in zip(merged.row(item), whole.row(item)) where one != other {
                    difference = max(difference, abs(one - other) / max(1, abs(other)))
                    different += 1
                }
            }
            // A batch of another size may sum in another order: then a number is rounded to the float16 beside it.
            #expect(difference <= 1 / 512, "\(name): \(different) numbers differ, by \(difference) at most")
        }
    }

    @Test func newItemsAfterAMergeAreEncodedAlone() throws {
        try withTemporaryFolder { folder in
            _ = try shop(folder, items: 120)
            for part in 1...3 {
                let environment = part < 3 ? ["SLURM_ARRAY_TASK_ID": "\(part)"] : ["JOB_COMPLETION_INDEX": "2"]
                try succeed("encode config.yaml --part auto/3", in: folder, environment: environment)
            }
            try succeed("encode config.yaml --merge 3", in: folder)
            // Two titles change, and with them the dataset.
            let items = folder.appending(path: "world/items.tsv")
            var lines = try String(contentsOf: items, encoding: .utf8).components(separatedBy: "\n")
            for index in [10, 90] { lines[index] += " again" }
            try AtomicFile.write(lines.joined(separator: "\n"), to: items)
            try FileManager.default.removeItem(at: folder.appending(path: "dataset"))
            try succeed(
                "data import dataset --form iisan --interactions world/users.tsv --items world/items.tsv --pictures world/pictures",
                in: folder)
            let stale = try run("encode config.yaml --merge 3", in: folder)
            #expect(stale.code == 1 && stale.errors.contains("another title"), "\(stale)")
            try HiddenStateStore.open(folder.appending(path: "states/text")).verify()
            let next = try run("encode config.yaml", in: folder)
            #expect(next.code == 0 && next.errors.contains("2 items, 118 kept from before"), "\(next.errors)")
            try succeed("encode config.yaml --verify", in: folder)
            #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "states/text/parts").path))
            // What lies beside a store is said.
            try succeed("encode config.yaml --part 1/3 --set encode.text.store=states/other", in: folder)
            let beside = try run("encode config.yaml --set encode.text.store=states/other", in: folder)
            #expect(beside.errors.contains("parts of 3 lie beside"), "\(beside.errors)")
        }
    }

    @Test func theSecondTaskOfAPartIsRefusedWithTheFirstsName() throws {
        try withTemporaryFolder { folder in
            _ = try shop(folder, items: 1500)
            let first = try CommandLine.start(["encode", "config.yaml", "--part", "1/2"], in: folder)
            let building = folder.appending(path: "states/text.part-00001-of-00002.building")
            let limit = Date(timeIntervalSinceNow: 60)
            while !FileManager.default.fileExists(atPath: building.path), first.isRunning, Date() < limit {
                Thread.sleep(forTimeInterval: 0.002)
            }
            kill(first.processIdentifier, SIGSTOP)
            let second = try run("encode config.yaml --part 1/2", in: folder)
            #expect(
                second.code == 1
                    && second.errors.contains("another process is writing here: process \(first.processIdentifier)"))
            #expect(second.errors.contains("--part 1/2"), "\(second.errors)")
            // Another part is nobody else's.
            try succeed("encode config.yaml --part 2/2", in: folder)
            let merge = try run("encode config.yaml --merge 2", in: folder)
            #expect(merge.code == 1 && merge.errors.contains("process \(first.processIdentifier)"), "\(merge.errors)")
            kill(first.processIdentifier, SIGCONT)
            first.waitUntilExit()
            #expect(first.terminationStatus == 0)
            try succeed("encode config.yaml --merge 2", in: folder)
        }
    }

    @Test func killedTasksCaptionToTheFileOfTheWhole() throws {
        try withTemporaryFolder { folder in
            let shop = try shop(folder, items: 120)
            let model = CommandLine.root.appending(path: "Examples/Demo/encoders/captions").path
            try AtomicFile.write(
                String(contentsOf: shop.configuration, encoding: .utf8).replacing(
                    "encode:\n", with: "encode:\n  captions: {model: \(model), file: captions.jsonl}\n"), to: shop.configuration
            )
            try succeed("caption config.yaml --set encode.captions.file=whole.jsonl", in: folder)
            var random = SeededGenerator(seed: 9)
            #expect(try runKilled("caption", 4, in: folder, using: &random) > 0)
            try succeed("caption config.yaml --merge 4 --sheet sheet.html", in: folder)
            #expect(
                try Data(contentsOf: folder.appending(path: "captions.jsonl"))
                    == Data(contentsOf: folder.appending(path: "whole.jsonl")))
            #expect(FileManager.default.fileExists(atPath: folder.appending(path: "sheet.html").path))
            let again = try run("caption config.yaml", in: folder)
            #expect(again.code == 0 && again.errors.contains("nothing has changed"), "\(again.errors)")
            let hidden = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.contains(".building") }
            #expect(hidden == [])
        }
    }
}
