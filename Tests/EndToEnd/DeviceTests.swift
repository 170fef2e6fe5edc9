import Files
import Foundation
import IISAN
import TestSupport
import Testing

/// What runs on accelerators, on a device that every machine has: `cpu:1` is the processor in an accelerator's place.
@Suite(.serialized) struct DeviceTests {
    private func run(_ verb: [String], in folder: URL) throws -> CommandLine.Outcome {
        let outcome = try CommandLine.run(verb, in: folder)
        #expect(outcome.code == 0, "\(verb.joined(separator: " ")): \(outcome.errors)")
        return outcome
    }

    /// Trains, evaluates and recommends; dropout, which draws other numbers there, is off.
    private func answers(_ name: String, _ settings: [String], on device: String, in folder: URL) throws -> (
        losses: [Double], items: [String], result: RunResult
    ) {
        let path = "runs/\(name)-\(device)"
        let all = [
            "train.run=\(path)", "device=\(device)", "train.user_encoder.dropout=0", "train.fine_tuning.dropout=false",
        ]
        let arguments = (all + settings).flatMap { ["--set", $0] }
        // Of all stages the first time, of those that are left after it.
        let trained = try run(["run", "config.yaml", "--set", "evaluate.examples=0"] + arguments, in: folder)
        #expect(trained.errors.contains(", \(device),"), "\(trained.errors)")
        let history = try String(contentsOf: folder.appending(path: "world/users.tsv"), encoding: .utf8)
            .split(separator: "\n")[0].split(separator: "\t")[1].split(separator: " ").prefix(3).joined(separator: ",")
        let listed = try run(["recommend", path, "--history", history, "--format", "json"], in: folder)
        let run = folder.appending(path: path)
        return (
            try RunDirectory(run).readEvents().map(\.loss),
            try JSONDecoder().decode([Recommendation].self, from: Data(listed.output.utf8)).map(\.item),
            try RunResult.read(from: run.appending(path: "result.json"))
        )
    }

    @Test func aStandInTrainsToTheSameLosses() throws {
        try withTemporaryFolder { folder in
            let shop = try SmallShop(folder, items: 100, users: 40)
            try shop.configure([
                ("epochs: 2", "epochs: 2\n  batch_size: 8"), ("encode:", "encode:\n  dtype: float32"),
                ("bottleneck: 8", "bottleneck: 32"),
            ])
            for (name, settings) in [
                ("iisan", []), ("id-modality", ["train.method=id+modality"]),
                ("lora", ["train.method=lora", "train.epochs=1", "train.modality=text"]),
                ("live", ["train.cached=false", "train.epochs=1"]),
            ] {
                let here = try answers(name, settings, on: "cpu", in: folder)
                let there = try answers(name, settings, on: "cpu:1", in: folder)
                #expect(here.losses.count == there.losses.count && !here.losses.isEmpty)
                for (here, there) in zip(here.losses, there.losses) {
                    #expect(abs(here - there) < 1e-4 * here, "\(name): \(here) and \(there)")
                }
                // Scores that are nearly equal may change places.
                #expect(Set(here.items).intersection(there.items).count >= here.items.count - 2, "\(name)")
                #expect(there.result.test?.all.users == here.result.test?.all.users)
            }
        }
    }

    /// Where every item looks like every other, training says so, and evaluating comes to its end.
    @Test func storesOfZerosTrainAndAreRanked() throws {
        try withTemporaryFolder { folder in
            let shop = try SmallShop(folder, items: 100, users: 40)
            _ = try run(
                [
                    "data", "import", "dataset", "--form", "iisan", "--interactions", "world/users.tsv", "--items",
                    "world/items.tsv",
                ],
                in: folder)
            for modality in ["text", "image"] {
                _ = try run(
                    [
                        "encode", "random", "zeros/\(modality)", "--dataset", "dataset", "--modality", modality, "--width",
                        "32",
                        "--layers", "0,2", "--zeros",
                    ], in: folder)
            }
            try AtomicFile.write(
                """
                data: {dataset: dataset}
                encode:
                  text: {encoder: "", store: zeros/text}
                  image: {encoder: "", store: zeros/image}
                train: {run: zeros/run, epochs: 1}

                """, to: shop.configuration)
            let trained = try run(["train", "config.yaml"], in: folder)
            #expect(trained.errors.contains("same score"), "\(trained.errors)")
            let evaluated = try run(["evaluate", "zeros/run"], in: folder)
            #expect(evaluated.errors.contains("same score"), "\(evaluated.errors)")
            let result = try RunResult.read(from: folder.appending(path: "zeros/run/result.json"))
            #expect(result.shares.isEmpty && result.test?.all.users == 40)
        }
    }

    /// Where no item has what an encoder reads, nothing is encoded and the cause is named.
    @Test(arguments: [("pictures", "image"), ("titles", "text")])
    func aModalityThatNoItemHasIsAnError(_ what: String, _ modality: String) throws {
        try withTemporaryFolder { folder in
            let shop = try SmallShop(folder, items: 100, users: 40)
            if modality == "image" {
                let pictures = folder.appending(path: "world/pictures")
                for name in try FileManager.default.contentsOfDirectory(atPath: pictures.path) {
                    let old = pictures.appending(path: name)
                    try FileManager.default.moveItem(at: old, to: pictures.appending(path: "photo_\(name)"))
                }
            } else {
                let items = folder.appending(path: "world/items.tsv")
                let lines = try String(contentsOf: items, encoding: .utf8).split(separator: "\n")
                let bare = lines.map { $0.split(separator: "\t")[0] + "\t" }
                try AtomicFile.write(bare.joined(separator: "\n") + "\n", to: items)
            }
            for settings in [[], ["--set", "train.cached=false"]] {
                let outcome = try CommandLine.run(["run", "config.yaml"] + settings, in: folder)
                #expect(outcome.code == 1 && outcome.errors.contains("no item has a"), "\(outcome.errors)")
                #expect(outcome.errors.contains(modality) && !FileManager.default.fileExists(atPath: shop.run.path))
            }
            #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "states/\(modality)").path))
        }
    }
}
