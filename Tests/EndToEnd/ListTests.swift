import Files
import Foundation
import TestSupport
import Testing

/// Many histories at once, as the built command answers them.
@Suite struct ListTests {
    @Test func linesAreAnsweredInTheirOrderAndErrorsAreTheirOwn() throws {
        try withTemporaryFolder { folder in
            _ = try SmallShop(folder)
            #expect(try CommandLine.run(["run", "config.yaml"], in: folder).code == 0)
            let lines = folder.appending(path: "lines.txt")
            try Data("i001,i002\nnothing\n\(#"{"history": ["i003"], "id": "me"}"#)\n\u{FFFD}".utf8 + [0xFF, 0x0A]).write(
                to: lines)
            let outcome = try CommandLine.run(
                ["recommend", "runs/iisan", "--histories", "lines.txt", "--format", "jsonl", "--top", "3"], in: folder)
            let found = outcome.output.split(separator: "\n")
            #expect(outcome.code == 1 && found.count == 4, "\(outcome)")
            #expect(outcome.errors.contains("2 of 4 histories") && outcome.errors.contains("line 2: "))
            #expect(
                found[0].hasPrefix(#"{"line":1,"items":[{"rank":1,"#) && found[2].hasPrefix(#"{"line":3,"id":"me","items":["#))
            #expect(found[1].contains(#""error":"the dataset has no item"#) && found[3].contains("UTF-8"))

            let single = try CommandLine.run(
                ["recommend", "runs/iisan", "--history", "i001,i002", "--format", "jsonl", "--top", "3"], in: folder)
            #expect(single.code == 0 && single.output == "\(found[0])\n")

            try Data("i001 i002\n".utf8).write(to: lines)
            for form in ["text", "tsv", "json"] {
                let good = try CommandLine.run(
                    ["recommend", "runs/iisan", "--histories", "lines.txt", "--format", form], in: folder)
                #expect(good.code == 0 && good.output.contains("i0"), "\(good)")
            }
        }
    }

    /// An item that the catalogue does not have, by title and picture: one with those of an item is as that item.
    @Test func itemsThatAreNotThere() throws {
        try withTemporaryFolder { folder in
            _ = try SmallShop(folder)
            #expect(try CommandLine.run(["run", "config.yaml"], in: folder).code == 0)
            let line = try String(contentsOf: folder.appending(path: "world/items.tsv"), encoding: .utf8).split(
                separator: "\n")[4]
            let fields = line.split(separator: "\t").map(String.init)
            let raw = ["--title", fields[1], "--picture", "world/pictures/\(fields[0]).png"]
            let similar = try CommandLine.run(
                ["similar", "runs/iisan"] + raw + ["--format", "json", "--top", "3"], in: folder)
            #expect(similar.code == 0, "\(similar)")
            let likeItem = try JSONDecoder().decode([Found].self, from: Data(similar.output.utf8))
            #expect(likeItem.count == 3 && likeItem[0].item == fields[0] && abs(likeItem[0].score - 1) < 1e-4)

            let after = try CommandLine.run(
                ["recommend", "runs/iisan", "--history", "i001"] + raw + ["--format", "json", "--reasons"], in: folder)
            let same = try CommandLine.run(
                ["recommend", "runs/iisan", "--history", "i001,\(fields[0])", "--format", "json", "--keep-seen"], in: folder)
            let found = try JSONDecoder().decode([Found].self, from: Data(after.output.utf8))
            let scores = Dictionary(
                uniqueKeysWithValues: try JSONDecoder().decode([Found].self, from: Data(same.output.utf8)).map {
                    ($0.item, $0.score)
                })
            #expect(after.code == 0 && found.count == 10 && found.contains { scores[$0.item] != nil })
            for one in found { if let score = scores[one.item] { #expect(abs(one.score - score) < 1e-3) } }
        }
    }

    private struct Found: Decodable {
        var item: String
        var score: Double
    }

    @Test func itemsLikeAnItemAndVectorsForOtherPrograms() throws {
        try withTemporaryFolder { folder in
            _ = try SmallShop(folder)
            #expect(try CommandLine.run(["run", "config.yaml"], in: folder).code == 0)
            // The papers' score has no content: text, image and inter are towers of the network.
            var lists: Set<String> = []
            for what in ["all", "text", "image", "inter"] {
                let outcome = try CommandLine.run(
                    ["similar", "runs/iisan", "--item", "i003", "--by", what, "--top", "4"], in: folder)
                #expect(outcome.code == 0 && outcome.output.split(separator: "\n").count == 4, "\(outcome)")
                #expect(!outcome.output.contains("  i003  "))
                lists.insert(outcome.output)
            }
            #expect(lists.count == 4)

            for form in ["npy", "fbin", "faiss", "pgvector", "qdrant"] {
                let arguments = ["export", "runs/iisan", "--form", form, "--output", "vectors", "--users"]
                let outcome = try CommandLine.run(arguments + (form == "npy" ? [] : ["--replace"]), in: folder)
                #expect(outcome.code == 0 && outcome.errors.contains("120 vectors of 64 numbers"), "\(outcome.errors)")
                let names = try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: "vectors").path)
                #expect(names.count { $0.hasPrefix("items.") } == 1 && names.contains("users.npy"), "\(names)")
            }
            let again = try CommandLine.run(["export", "runs/iisan", "--form", "npy", "--output", "vectors"], in: folder)
            #expect(again.code == 1 && again.errors.contains("--replace"))

            // Counts of pairs are no vectors; in a sum they are named.
            for (method, code) in [("neighbours", Int32(1)), ("closed-form", 0)] {
                let set = ["--set", "train.method=\(method)", "--set", "train.run=runs/\(method)"]
                #expect(try CommandLine.run(["run", "config.yaml"] + set, in: folder).code == 0)
                let outcome = try CommandLine.run(
                    ["export", "runs/\(method)", "--form", "npy", "--output", "\(method)"], in: folder)
                #expect(outcome.code == code && outcome.errors.contains("neighbours"), "\(method): \(outcome.errors)")
            }
        }
    }

    /// A program that writes a line and waits for its answer gets it before it writes the next.
    @Test func aPipeIsAnsweredLineByLine() throws {
        try withTemporaryFolder { folder in
            _ = try SmallShop(folder)
            #expect(try CommandLine.run(["run", "config.yaml"], in: folder).code == 0)
            let (input, output) = (Pipe(), Pipe())
            let process = Process()
            process.executableURL = try CommandLine.executable()
            process.arguments = ["recommend", "runs/iisan", "--histories", "-", "--format", "jsonl"]
            process.currentDirectoryURL = folder
            process.standardInput = input
            process.standardOutput = output
            process.standardError = FileHandle.nullDevice
            try process.run()
            for line in 1...3 {
                input.fileHandleForWriting.write(Data("i00\(line)\n".utf8))
                let answer = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
                #expect(answer.hasPrefix("{\"line\":\(line),") && answer.hasSuffix("}\n"))
            }
            try input.fileHandleForWriting.close()
            process.waitUntilExit()
            #expect(process.terminationStatus == 0)
        }
    }

    /// Twenty thousand users, whose lists take some seconds; stopped, killed at some moment, and finished.
    @Test func listsOfAllUsersOutliveAStopAndAKill() throws {
        try withTemporaryFolder { folder in
            let users = (0..<20_000).map { user in
                "u\(user)\t" + (0..<5).map { "i\((user * 7 + $0 * 13) % 100)" }.joined(separator: " ")
            }
            try AtomicFile.write(users.joined(separator: "\n") + "\n", to: folder.appending(path: "users.tsv"))
            try AtomicFile.write((0..<100).map { "i\($0)\tTitle \($0)\n" }.joined(), to: folder.appending(path: "items.tsv"))
            let imported = try CommandLine.run(
                ["data", "import", "dataset", "--form", "iisan", "--interactions", "users.tsv", "--items", "items.tsv"],
                in: folder)
            #expect(imported.code == 0, "\(imported.errors)")
            try AtomicFile.write(
                "data: {dataset: dataset}\ntrain: {run: run, method: popularity}\nthreads: 1\n",
                to: folder.appending(path: "config.yaml"))
            #expect(try CommandLine.run(["train", "config.yaml"], in: folder).code == 0)
            let whole = try CommandLine.run(["recommend", "run", "--all", "--output", "whole.tsv"], in: folder)
            #expect(whole.code == 0 && whole.errors.contains("users/s"), "\(whole.errors)")

            let building = folder.appending(path: ".lists.tsv.building")
            let lists = folder.appending(path: "lists.tsv")
            for signal in [SIGTERM, SIGKILL] {
                let before = (try? FileManager.default.attributesOfItem(atPath: building.path)[.size] as? Int) ?? 0
                let process = try CommandLine.start(["recommend", "run", "--all", "--output", "lists.tsv"], in: folder)
                while process.isRunning,
                    (try? FileManager.default.attributesOfItem(atPath: building.path)[.size] as? Int) ?? 0 <= before
                { Thread.sleep(forTimeInterval: 0.002) }
                kill(process.processIdentifier, signal)
                process.waitUntilExit()
                #expect(process.terminationStatus == (signal == SIGTERM ? 143 : SIGKILL))
                #expect(!FileManager.default.fileExists(atPath: lists.path))
                #expect(FileManager.default.fileExists(atPath: building.path))
            }
            let last = try CommandLine.run(["recommend", "run", "--all", "--output", "lists.tsv"], in: folder)
            #expect(last.code == 0 && last.errors.contains("goes on after"), "\(last.errors)")
            #expect(try Data(contentsOf: lists) == Data(contentsOf: folder.appending(path: "whole.tsv")))
            let left = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasPrefix(".lists") }
            #expect(left.isEmpty)
            var parts = Data()
            for part in 1...3 {
                let name = "part-\(part).tsv"
                let made = try CommandLine.run(
                    ["recommend", "run", "--all", "--part", part == 2 ? "auto/3" : "\(part)/3", "--output", name], in: folder,
                    environment: ["SLURM_ARRAY_TASK_ID": "2"])
                #expect(made.code == 0, "\(made.errors)")
                parts += try Data(contentsOf: folder.appending(path: name))
            }
            #expect(try parts == Data(contentsOf: lists), "parts one after the other are the file of all")
            let again = try CommandLine.run(["recommend", "run", "--all", "--output", "lists.tsv"], in: folder)
            #expect(again.code == 1 && again.errors.contains("--replace"))
        }
    }
}
