import Torch
import Files
import Foundation
import IISAN
import TestSupport
import Testing

/// Every method on the command line, over live encoders and stored states.
@Suite(.serialized) struct MethodTests {
    private func run(_ name: String, _ settings: [String], in folder: URL) throws -> RunResult {
        let arguments = settings.flatMap { ["--set", $0] }
        let outcome = try CommandLine.run(
            ["run", "config.yaml", "--set", "train.run=runs/\(name)", "--set", "evaluate.examples=0"] + arguments, in: folder)
        #expect(outcome.code == 0, "\(name): \(outcome.errors)")
        return try RunResult.read(from: folder.appending(path: "runs/\(name)/result.json"))
    }

    private func checkpoint(_ name: String, in folder: URL) throws -> Set<String> {
        let file = folder.appending(path: "runs/\(name)/checkpoints/best/model.safetensors")
        return Set(try SafetensorsFile(file).entries.keys)
    }

    @Test func methodsThatTrainEncoders() throws {
        try withTemporaryFolder { folder in
            let shop = try SmallShop(folder, items: 100, users: 30)
            try shop.configure([("epochs: 2", "epochs: 1")])
            let expected: [(method: String, part: String)] = [
                ("full", ".encoder."), ("adapter", ".adapters."), ("lora", ".low_rank."), ("bitfit", ".encoder."),
            ]
            for (method, part) in expected {
                let result = try run(method, ["train.method=\(method)"], in: folder)
                let cost = try #require(result.cost)
                #expect(result.test?.all.users == 30 && cost.storeBytes == 0 && cost.epochs == 1)
                #expect(cost.totalParameters > cost.trainableParameters || method == "full")
                // Only what is trained is kept: of a frozen encoder nothing.
                let names = try checkpoint(method, in: folder).filter { $0.hasPrefix("item_tower.") }
                for name in names {
                    #expect(name.contains(part) || name.contains(".head.") || name.contains(".fusion."), "\(method): \(name)")
                    if method == "bitfit", name.contains(part) { #expect(name.hasSuffix("bias")) }
                }
                #expect(names.contains { $0.contains(part) })
                #expect(FileManager.default.fileExists(atPath: folder.appending(path: "runs/\(method)/iisan.tfevents").path))
            }
            #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "states").path))

            // Adapters belong to the encoder that they were trained on.
            let config = folder.appending(path: "runs/adapter/config.yaml")
            let other = folder.appending(path: "other")
            try FileManager.default.copyItem(
                at: CommandLine.root.appending(path: "Examples/Demo/encoders/text").resolvingSymlinksInPath(), to: other)
            let file = other.appending(path: "config.json")
            try AtomicFile.write(try String(contentsOf: file, encoding: .utf8) + "\n", to: file)
            let yaml = try String(contentsOf: config, encoding: .utf8)
            try AtomicFile.write(
                yaml.replacing(CommandLine.root.appending(path: "Examples/Demo/encoders/text").path, with: other.path),
                to: config)
            let refused = try CommandLine.run(["evaluate", "runs/adapter"], in: folder)
            #expect(refused.code == 1 && refused.errors.contains("was trained on another text encoder"), "\(refused.errors)")

            // One modality, and nothing kept between forward and backward: the same numbers.
            let kept = try run("kept", ["train.method=lora", "train.modality=text"], in: folder)
            #expect(kept.method == "lora, text")
            let again = ["train.method=lora", "train.modality=text", "train.fine_tuning.checkpointing=true"]
            _ = try run("again", again, in: folder)
            let losses = try ["kept", "again"].map { name in
                try RunDirectory(folder.appending(path: "runs/\(name)")).readEvents().map(\.loss)
            }
            #expect(abs(losses[0][0] - losses[1][0]) < 1e-5 * losses[0][0])
        }
    }

    @Test func methodsOnStates() throws {
        try withTemporaryFolder { folder in
            _ = try SmallShop(folder, items: 100, users: 30)
            for method in ["iisan-versa", "frozen", "id+modality"] {
                let result = try run(method, ["train.method=\(method)"], in: folder)
                #expect(result.method == method && result.cost?.storeBytes ?? 0 > 0)
                #expect(result.cost?.encodingSeconds ?? 0 > 0)
                #expect(abs(result.shares.reduce(0) { $0 + $1.share } - 1) < 1e-3)
            }
            let image = try run("image", ["train.modality=image"], in: folder)
            #expect(image.method == "iisan, image" && image.shares.isEmpty)
        }
    }

    /// The uncached form reads the same states from encoders that run in every step.
    @Test func uncachedIsCached() throws {
        try withTemporaryFolder { folder in
            let shop = try SmallShop(folder, items: 100, users: 80)
            // Eight users a step: ten steps an epoch. The store keeps the states as they are.
            try shop.configure([("epochs: 2", "epochs: 1\n  batch_size: 8"), ("encode:", "encode:\n  dtype: float32")])
            let cached = try run("cached", [], in: folder)
            let live = try run("live", ["train.cached=false"], in: folder)
            let events = try ["cached", "live"].map { try RunDirectory(folder.appending(path: "runs/\($0)")).readEvents()[0] }
            #expect(abs(events[0].loss - events[1].loss) < 1e-5 * events[0].loss)
            #expect(live.cost?.stepsPerEpoch == 10 && live.cost?.storeBytes == 0)
            #expect(live.cost?.trainableParameters == cached.cost?.trainableParameters)
            let tensors = try ["cached", "live"].map { name in
                try Weights(file: folder.appending(path: "runs/\(name)/checkpoints/last/model.safetensors"))
            }
            for name in try checkpoint("cached", in: folder) {
                let (one, other) = try (tensors[0].tensor(name), tensors[1].tensor(name))
                let difference = (one - other).absolute().maximum().item()
                // Adam makes whole steps of gradients near zero, so a few numbers differ by some of a step.
                #expect(difference < 1e-3, "\(name): \(difference)")
            }
        }
    }

    @Test func measuredStepsTellWhatTrainingCosts() throws {
        try withTemporaryFolder { folder in
            _ = try SmallShop(folder, items: 100, users: 30)
            let result = try run("measured", ["train.method=bitfit", "train.measured_steps=2"], in: folder)
            let cost = try #require(result.cost)
            #expect(result.test == nil && cost.isExtrapolated && cost.measuredSteps == 2 && cost.secondsPerEpoch > 0)
            #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "runs/measured/checkpoints").path))
        }
    }

    /// Items without a title or picture train and are ranked, over states and over live encoders.
    @Test func missingTitlesAndPictures() throws {
        try withTemporaryFolder { folder in
            _ = try SmallShop(folder, items: 100, users: 30)
            let pictures = folder.appending(path: "world/pictures")
            let names = try FileManager.default.contentsOfDirectory(atPath: pictures.path).sorted()
            for name in names.prefix(10) { try FileManager.default.removeItem(at: pictures.appending(path: name)) }
            let items = folder.appending(path: "world/items.tsv")
            var lines = try String(contentsOf: items, encoding: .utf8).split(separator: "\n").map(String.init)
            for line in 20..<25 { lines[line] = lines[line].split(separator: "\t")[0] + "\t" }
            try AtomicFile.write(lines.joined(separator: "\n") + "\n", to: items)
            for (name, settings) in [
                ("iisan", ["train.modality_dropout=0.1"]), ("lora", ["train.method=lora"]), ("frozen", ["train.method=frozen"]),
            ] {
                #expect(try run(name, settings, in: folder).test?.all.users == 30)
                let found = try checkpoint(name, in: folder)
                #expect(found.contains("item_tower.image.missing") && found.contains("item_tower.text.missing"))
            }
        }
    }
}
