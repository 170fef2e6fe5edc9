import Files
import Foundation
import IISAN
import TestSupport
import Testing

/// Three modalities on the command line: two text stores of different widths and one of pictures.
@Suite(.serialized) struct ManyModalitiesTests {
    private func shop(_ folder: URL) throws -> SmallShop {
        let shop = try SmallShop(folder, items: 100, users: 50)
        let stores = [("text", "32", "0,1,2"), ("image", "64", "0,2"), ("caption", "96", "0,3,6,9")]
        try run(
            [
                "data", "import", "dataset", "--form", "iisan", "--interactions", "world/users.tsv", "--items",
                "world/items.tsv",
            ], folder)
        for (name, width, layers) in stores {
            try run(
                [
                    "encode", "random", "random/\(name)", "--dataset", "dataset", "--modality", name, "--width", width,
                    "--layers", layers,
                ], folder)
        }
        try AtomicFile.write(
            """
            data: {dataset: dataset}
            encode:
              text: {store: random/text}
              image: {store: random/image}
              more:
                caption: {input: states, store: random/caption}
            train:
              run: runs/three
              epochs: 2
              rate: 0.001
              modality: all
              modality_dropout: 0.1
              layers: {caption: [0, 6, 9]}
              side_networks: {bottleneck: 32}
            evaluate: {examples: 2}
            threads: 1

            """, to: shop.configuration)
        return shop
    }

    @discardableResult
    private func run(_ arguments: [String], _ folder: URL) throws -> CommandLine.Outcome {
        let outcome = try CommandLine.run(arguments, in: folder)
        #expect(outcome.code == 0, "\(arguments): \(outcome.errors)")
        return outcome
    }

    @Test func fromStoresToRecommendations() throws {
        try withTemporaryFolder { folder in
            _ = try shop(folder)
            let encoded = try run(["encode", "config.yaml"], folder)
            #expect(encoded.errors.contains("encode caption: ") && encoded.errors.contains("is used as it is"))
            try run(["train", "config.yaml"], folder)
            try run(["evaluate", "runs/three"], folder)
            let result = try RunResult.read(from: folder.appending(path: "runs/three/result.json"))
            #expect(result.gates.map(\.tower) == ["image", "text", "caption", "inter", "inter, caption"])
            #expect(result.gates.map(\.values.count) == [2, 3, 3, 2, 2])
            #expect(result.shares.map(\.tower) == ["image", "text", "caption", "inter"] && result.method == "iisan-versa")
            let manifest = try String(contentsOf: folder.appending(path: "runs/three/run.json"), encoding: .utf8)
            #expect(manifest.contains("\"caption\""))
            let recommended = try run(
                ["recommend", "runs/three", "--item", "i00", "--item", "i07", "--format", "json"], folder)
            #expect(recommended.output.contains("score"))
            try run(["report", "runs/three"], folder)
            let report = try String(contentsOf: folder.appending(path: "runs/three/report.html"), encoding: .utf8)
            #expect(report.contains("inter, caption") && report.contains("2 | 2 | 9"))
            #expect(try run(["encode", "config.yaml", "--verify"], folder).output.contains("random/caption"))
            // The run of other states is not ranked with these.
            let other = try CommandLine.run(
                ["train", "config.yaml", "--set", "encode.more.caption=", "--set", "train.layers="], in: folder)
            #expect(other.code == 1 && other.errors.contains("caption states"), "\(other.errors)")
        }
    }

    @Test(arguments: [
        (["train.cached=false", "train.modality=caption"], "encode.more.caption: reads states that another program computed"),
        (["train.method=lora", "train.modality=caption"], "encode.more.caption: reads states that another program computed"),
        (["encode.more.caption.store=nowhere"], "there is no"),
        (["train.layers={caption: [1]}"], "train.layers.caption: names [1]"),
        (["encode.text=", "train.modality=[text, caption]"], "names text"),
        (["train.side_networks.form=iisan"], "caption has 96"),
    ])
    func whatIsRefused(_ settings: [String], _ problem: String) throws {
        try withTemporaryFolder { folder in
            _ = try shop(folder)
            let outcome = try CommandLine.run(["train", "config.yaml"] + settings.flatMap { ["--set", $0] }, in: folder)
            #expect(outcome.code == 1 && outcome.errors.contains(problem), "\(outcome.errors)")
            #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "runs/three").path))
        }
    }

    /// Two encoders read titles, one pictures: each has its store, live encoders give the same, and changed titles touch both.
    @Test func twoEncodersOfTitles() throws {
        try withTemporaryFolder { folder in
            let shop = try SmallShop(folder, items: 100, users: 40)
            let encoders = CommandLine.root.appending(path: "Examples/Demo/encoders").path
            let name = "{input: title, encoder: \(encoders)/text, store: states/name, layers: [6], maximum_tokens: 4}"
            try shop.configure([("train:", "  more:\n    name: \(name)\ntrain:")])
            try run(["run", "config.yaml"], folder)
            let stored = try HiddenStateStore.open(folder.appending(path: "states/name"))
            #expect(stored.layers == [6] && stored.identity.modality == .text)
            try run(["run", "config.yaml", "--set", "train.cached=false", "--set", "train.run=runs/live"], folder)
            let losses = try ["runs/iisan", "runs/live"].map { path in
                try RunDirectory(folder.appending(path: path)).readEvents().map(\.loss)
            }
            for (one, other) in zip(losses[0], losses[1]) { #expect(abs(one - other) < 1e-2) }
            try AtomicFile.write(
                "study: robustness\nrun: runs/iisan\nfolder: study\nchanges: [titles-missing]\nrates: [0.5]\n",
                to: folder.appending(path: "study.yaml"))
            try run(["robustness", "study.yaml"], folder)
        }
    }
}
