import Files
import Foundation
import IISAN
import TestSupport
import Testing

/// Models and hidden states on the command line.
@Suite(.serialized) struct EncoderTests {
    private let fixtures = CommandLine.root.appending(path: "Fixtures/Encoders")

    @Test func aModelsCardIsPrintedForPeopleAndMachines() throws {
        try withTemporaryFolder { folder in
            let model = fixtures.appending(path: "llama-golden").path
            let text = try CommandLine.run(["models", "show", model], in: folder)
            #expect(text.code == 0 && text.output.contains("llama, reads texts") && text.output.contains("2 blocks"))
            let json = try CommandLine.run(["models", "show", model, "--format", "json"], in: folder)
            let cards = try JSONDecoder().decode([ModelCard].self, from: Data(json.output.utf8))
            #expect(cards.count == 1 && cards[0].width == 12 && cards[0].layers == [0, 1, 2] && cards[0].pooling == "mean")
            #expect(cards[0].missing == ["tokenizer.json"])
            // A model of two towers of which one can be read.
            let tower = try CommandLine.run(["models", "show", fixtures.appending(path: "evaclip-golden").path], in: folder)
            #expect(tower.code == 0 && tower.output.contains("reads pictures") && !tower.output.contains("reads texts"))
            let none = try CommandLine.run(["models", "show", folder.path], in: folder)
            #expect(none.code == 1 && none.errors.contains("there is no config.json here"))
        }
    }

    @Test func modelsOfAFolderAreListedWithThoseThatCannotBeRead() throws {
        try withTemporaryFolder { folder in
            let models = folder.appending(path: "models")
            try FileManager.default.copyItem(at: fixtures, to: models)
            try AtomicFile.write("{\"model_type\": \"mamba\"}", to: models.appending(path: "vit-golden/config.json"))
            let cache = folder.appending(path: "cache").path
            let listed = try CommandLine.run(["models", "list", "models", "--cache", cache, "--format", "json"], in: folder)
            let entries = try JSONDecoder().decode([ModelList.Entry].self, from: Data(listed.output.utf8))
            #expect(entries.count >= 14)
            #expect(entries.first { $0.path.hasSuffix("clip-text-golden") }?.modalities == [.text])
            #expect(entries.first { $0.path.hasSuffix("vit-golden") }?.problem == "model_type \"mamba\" is not supported")
            #expect(entries.filter { $0.problem != nil }.count == 1)
            let table = try CommandLine.run(["models", "list", "models", "--cache", cache], in: folder)
            #expect(table.output.split(separator: "\n").count == entries.count + 1)
        }
    }

    @Test func importedStatesAreAStoreThatCanBeTrainedOn() throws {
        try withTemporaryFolder { folder in
            let shop = try SmallShop(folder)
            _ = try CommandLine.run(
                [
                    "data", "import", "dataset", "--form", "iisan", "--interactions", "world/users.tsv", "--items",
                    "world/items.tsv",
                ],
                in: folder)
            let items = try Dataset.open(folder.appending(path: "dataset")).items.map(\.id)
            // The last item has no states, and there are some of an item that is not of the dataset.
            let names = Array(items.dropLast()) + ["elsewhere"]
            let writer = try SafetensorsWriter(
                folder.appending(path: "states.safetensors"), names.map { .init($0, type: "F32", shape: [2, 8]) })
            for index in names.indices {
                let values = (0..<16).map { Float((index * 16 + $0) % 7) - 3 }
                try values.withUnsafeBytes { try writer.append($0) }
            }
            try writer.commit()
            let arguments = ["encode", "import", "states.safetensors", "--dataset", "dataset", "--modality", "text"]
            let imported = try CommandLine.run(arguments + ["--store", "states/text", "--layers", "0,6"], in: folder)
            #expect(imported.code == 0, "\(imported.errors)")
            #expect(imported.output == "states/text: 119 items with states, 1 without\n")
            #expect(imported.errors.contains("1 ids are no items of the dataset, as elsewhere"))
            let store = try HiddenStateStore.open(folder.appending(path: "states/text"))
            #expect(store.identity.layers == [0, 6] && store.isPresent(118) && !store.isPresent(119))
            #expect(try CommandLine.run(arguments + ["--store", "states/text", "--layers", "0"], in: folder).code == 1)
            let none = try CommandLine.run(
                ["encode", "import", "nowhere.npy"] + arguments.dropFirst(3) + ["--store", "x"], in: folder)
            #expect(none.code == 1 && none.errors.contains("nowhere.npy"))
            _ = shop
        }
    }

    @Test func tooLittleMemorySaysHowMuchIsNeeded() throws {
        try withTemporaryFolder { folder in
            _ = try SmallShop(folder)
            _ = try CommandLine.run(
                [
                    "data", "import", "dataset", "--form", "iisan", "--interactions", "world/users.tsv", "--items",
                    "world/items.tsv",
                ],
                in: folder)
            try AtomicFile.write(
                """
                data: {dataset: dataset}
                encode: {text: {encoder: \(CommandLine.root.path)/Examples/Demo/encoders/text, store: states/text}}
                """, to: folder.appending(path: "titles.yaml"))
            let little = try CommandLine.run(["encode", "titles.yaml", "--memory", "100MB"], in: folder)
            #expect(little.code == 1 && little.errors.contains("at least") && little.errors.contains("Allow more memory"))
            let odd = try CommandLine.run(["encode", "titles.yaml", "--memory", "much"], in: folder)
            #expect(odd.code == 1 && odd.errors.contains("8GB"))
            #expect(try CommandLine.run(["encode", "titles.yaml", "--memory", "1GB"], in: folder).code == 0)
        }
    }
}
