import Training
import HiddenStates
import Files
import Foundation
import IISAN
import TestSupport
import Testing

/// What a run was trained with, and what its folder and those beside it keep.
@Suite(.oneAtATime) struct RunFolderTests {
    /// Stages of a tiny shop, with what they told.
    private final class Stages {
        let folder: URL
        let file: URL
        var messages: [String] = []

        init(_ folder: URL) throws {
            self.folder = folder
            file = try TinyShop(folder).folder.appending(path: "config.yaml")
        }

        private var observer: Pipeline.Observer {
            var observer = Pipeline.Observer()
            observer.onMessage = { self.messages.append($0) }
            return observer
        }

        /// The pipeline of the configuration; method id unless it says else.
        func pipeline(_ overrides: String...) throws -> Pipeline {
            let all = ["train.method=id", "train.run=r", "train.epochs=1", "evaluate.examples=0"] + overrides
            return try Pipeline(Configuration(file, overrides: all), file: file, observer: observer)
        }

        /// The pipeline of the run's folder.
        func opened(_ name: String = "r") throws -> Pipeline {
            try Pipeline(run: folder.appending(path: name), observer: observer)
        }

        func text(_ path: String) throws -> String { try String(contentsOf: folder.appending(path: path), encoding: .utf8) }

        func names(_ path: String = "") throws -> [String] {
            try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: path).path).sorted()
        }

        /// Expects that a run is neither ranked nor served nor drawn, and keeps its result.
        func expectRefusal(_ text: String, of name: String = "r", isRanked: Bool = true) throws {
            let result = folder.appending(path: "\(name)/result.json")
            let before = try Data(contentsOf: result)
            let run = try opened(name)
            let works: [() throws -> Void] = [{ try run.evaluate() }, { _ = try run.served() }, { try run.report() }]
            for work in works {
                let error = #expect(throws: UserError.self, performing: work)
                #expect(error?.description.contains(text) == true, "\(String(describing: error))")
            }
            #expect(try Data(contentsOf: result) == before)
        }

        /// Writes the items in another order, and imports them.
        func reverseItems() throws {
            let lines = try text("world/items.tsv").split(separator: "\n").reversed().joined(separator: "\n") + "\n"
            try AtomicFile.write(lines, to: folder.appending(path: "world/items.tsv"))
            try pipeline().importDataset()
        }
    }

    @Test func aRunWhoseManifestIsDamagedIsKeptBesideTheNewOne() throws {
        try withTemporaryFolder { folder in
            let stages = try Stages(folder)
            try stages.pipeline().runAll()
            let manifest = folder.appending(path: "r/run.json")
            let whole = try Data(contentsOf: manifest)
            try AtomicFile.write("{", to: manifest)
            let error = #expect(throws: UserError.self) { try stages.pipeline().train() }
            #expect(error?.place?.hasSuffix("r/run.json") == true && error?.remedy?.contains("--replace") == true)
            try stages.pipeline().train(replacing: true)
            #expect(try Data(contentsOf: manifest) == whole)
            #expect(try stages.text("r.previous-1/run.json") == "{")
        }
    }

    @Test func aStoreOfTheOtherModalityOrOfOtherSettingsIsToldOf() throws {
        try withTemporaryFolder { folder in
            let stages = try Stages(folder)
            let pipeline = try stages.pipeline("train.method=iisan")
            try pipeline.importDataset()
            try pipeline.encode()
            let swapped = ["encode.text.store=states/image", "encode.image.store=states/text"]
            let both = try Pipeline(Configuration(stages.file, overrides: swapped + ["train.run=r"]), file: stages.file)
            let error = #expect(throws: UserError.self) { try both.train() }
            #expect(error?.description.contains("encode.text.store") == true, "\(error?.description ?? "")")
            #expect(error?.description.contains("has the states of pictures") == true)
            #expect(try !stages.names().contains("r"))
            // The encoder and its settings stand beside a store that was made with others.
            stages.messages = []
            try stages.pipeline("train.method=iisan", "encode.text.maximum_tokens=9", "encode.image.pooling=mean").train()
            let warnings = stages.messages.filter { $0.contains("warning") }
            #expect(warnings.count == 2, "\(warnings)")
            #expect(warnings.contains { $0.contains("maximum_tokens 30 (here 9)") })
            #expect(warnings.contains { $0.contains("pooling first (here mean)") })
        }
    }

    @Test func aReportDoesNotTakeThePlaceOfFilesThatItHasNotWritten() throws {
        try withTemporaryFolder { folder in
            let stages = try Stages(folder)
            try stages.pipeline().runAll()
            let run = try stages.opened()
            let notes = folder.appending(path: "notes")
            try Folder.make(notes)
            try AtomicFile.write("mine", to: notes.appending(path: "table.csv"))
            #expect(throws: UserError.self) { try run.report(to: notes) }
            #expect(throws: UserError.self) { try run.report(to: folder.appending(path: "dataset")) }
            #expect(try stages.text("notes/table.csv") == "mine" && stages.names("notes") == ["table.csv"])
            // Its own report is drawn anew, beside whatever else lies there.
            let page = folder.appending(path: "page")
            try run.report(to: page)
            try AtomicFile.write("mine", to: page.appending(path: "notes.txt"))
            try run.report(to: page)
            #expect(try stages.text("page/notes.txt") == "mine")
            try run.report(to: folder.appending(path: "r"))
        }
    }

    @Test func aRunIsNotRankedOrServedWithAnotherDataset() throws {
        try withTemporaryFolder { folder in
            let stages = try Stages(folder)
            try stages.pipeline().runAll()
            let found = try RunResult.read(from: folder.appending(path: "r/result.json"))
            try stages.reverseItems()
            try stages.expectRefusal("was trained on another dataset (content hash \(found.datasetHash.prefix(12))")
            let error = #expect(throws: UserError.self) { try stages.pipeline().train() }
            #expect(error?.problem.contains("other settings or data: it was trained on another dataset") == true)
            // What it was trained with is put back: the same numbers.
            try stages.reverseItems()
            #expect(try stages.opened().evaluate() == found)
        }
    }

    @Test func aRunIsNotRankedWithAnotherStore() throws {
        try withTemporaryFolder { folder in
            let stages = try Stages(folder)
            let pipeline = try stages.pipeline("train.method=frozen", "train.modality=text")
            try pipeline.runAll()
            let store = folder.appending(path: "states/text")
            let kept = folder.appending(path: "kept")
            try FileManager.default.copyItem(at: store, to: kept)
            let identity = try HiddenStateStore.open(store).identity
            try RandomStates(
                modality: .text, layers: identity.layers, width: identity.width, dtype: identity.dtype, startingAnew: true
            ).write(to: store, items: pipeline.dataset().items.map(\.id))
            try stages.expectRefusal("was trained on another text store")
            try FileManager.default.removeItem(at: store)
            try FileManager.default.moveItem(at: kept, to: store)
            try stages.opened().evaluate()
        }
    }

    @Test func aRunOfLiveEncodersIsNotRankedWithAnotherEncoder() throws {
        try withTemporaryFolder { folder in
            let stages = try Stages(folder)
            let encoder = folder.appending(path: "encoder")
            try FileManager.default.copyItem(
                at: fixture("").deletingLastPathComponent().appending(path: "Examples/Demo/encoders/text")
                    .resolvingSymlinksInPath(), to: encoder)
            try stages.pipeline(
                "train.method=frozen", "train.modality=text", "train.cached=false", "encode.text.encoder=encoder"
            ).runAll()
            let file = encoder.appending(path: "config.json")
            let known = try String(contentsOf: file, encoding: .utf8)
            try AtomicFile.write(known + "\n", to: file)
            try stages.expectRefusal("was trained on another text encoder")
            try AtomicFile.write(known, to: file)
            try stages.opened().evaluate()
            try AtomicFile.write(
                try String(contentsOf: encoder.appending(path: "tokenizer.json"), encoding: .utf8) + "\n",
                to: encoder.appending(path: "tokenizer.json"))
            try stages.expectRefusal("other inputs of the text encoder")
        }
    }

    @Test func newItemsAreServedWhenAskedForByMethodsThatCan() throws {
        try withTemporaryFolder { folder in
            let stages = try Stages(folder)
            try stages.pipeline("train.method=frozen", "train.modality=text").runAll()
            try stages.pipeline("train.run=id").runAll()
            let more = try stages.text("world/items.tsv") + "new\tgreen teapot\n"
            try AtomicFile.write(more, to: folder.appending(path: "world/items.tsv"))
            let again = try stages.pipeline("train.method=frozen", "train.modality=text")
            try again.importDataset()
            try again.encode()
            try stages.expectRefusal("another dataset")
            #expect(try stages.opened().served(newItems: true).recommend([["new"]], top: 3)[0].count == 3)
            let error = #expect(throws: UserError.self) { try stages.opened("id").served(newItems: true) }
            #expect(error?.problem.contains("a vector of its own for each item") == true)
        }
    }

    @Test func runsOfOlderBuildsAreReadAndTakenOver() throws {
        try withTemporaryFolder { folder in
            let stages = try Stages(folder)
            try stages.pipeline().runAll()
            let mark = folder.appending(path: "r/run.json")
            let inputs = try #require(try RunManifest.read(of: RunDirectory(folder.appending(path: "r")))).inputs
            try FileManager.default.removeItem(at: mark)
            let note = folder.appending(path: "r/inputs.sha256")
            try AtomicFile.write(inputs + "\n", to: note)
            stages.messages = []
            try stages.opened().evaluate()
            #expect(stages.messages == [])
            try stages.reverseItems()
            try stages.expectRefusal("another dataset")
            try stages.reverseItems()
            // It is not trained again, and is one of this build from then on.
            try stages.pipeline().train()
            #expect(stages.messages.last?.contains("nothing has changed") == true)
            #expect(try RunManifest.read(of: RunDirectory(folder.appending(path: "r")))?.inputs == inputs)
        }
    }

    /// A run is of the settings that differ from the defaults: one that was trained before a setting came is the same run after.
    @Test func settingsAtTheirDefaultsMakeNoOtherRun() throws {
        try withTemporaryFolder { folder in
            let stages = try Stages(folder)
            let defaults = ["optimizer=adam", "clip_norm=", "schedule=constant", "warmup_steps=0", "average=", "loss=in-batch"]
            let others = ["optimizer=adamw", "clip_norm=1", "schedule=cosine", "warmup_steps=9", "average=0.9", "loss=full"]
            try stages.pipeline().runAll()
            let inputs = try stages.text("r/run.json")
            stages.messages = []
            for set in defaults { try stages.pipeline("train.\(set)").train() }
            #expect(stages.messages.filter { $0.contains("nothing has changed") }.count == defaults.count)
            #expect(try stages.text("r/run.json") == inputs)
            for set in others {
                let error = #expect(throws: UserError.self) { try stages.pipeline("train.\(set)").train() }
                let named = "train.\(set.replacing("=", with: ": "))"
                #expect(error?.problem.contains(named) == true, "\(String(describing: error))")
            }
        }
    }

    /// Ranked, served and judged is the average, which is what the best checkpoint holds.
    @Test func theAverageIsRankedAndServed() throws {
        try withTemporaryFolder { folder in
            let stages = try Stages(folder)
            let set = ["train.average=0.9", "train.optimizer=adamw", "train.weight_decay=0.01", "train.loss=full"]
            func pipeline() throws -> Pipeline {
                try stages.pipeline(
                    "train.epochs=3", set[0], set[1], set[2], set[3], "train.clip_norm=1", "train.warmup_steps=2")
            }
            try pipeline().runAll()
            let run = RunDirectory(folder.appending(path: "r"))
            let best = try #require(try run.best.state().best)
            let validation = try #require(try stages.opened().evaluate().validation)
            #expect(validation.all.metrics[.hitRate(10)]?.value == best.validation["HR@10"])
            let item = String(try stages.text("world/items.tsv").prefix { $0 != "\t" })
            let files = try ["model", "unaveraged"].map {
                try Data(contentsOf: run.best.folder.appending(path: "\($0).safetensors"))
            }
            #expect(files[0] != files[1] && files[0].count == files[1].count)
            #expect(try stages.opened().served().recommend([[item]], top: 3)[0].count == 3)
        }
    }

    @Test func runsThatGiveWayAreAllKept() throws {
        try withTemporaryFolder { folder in
            let stages = try Stages(folder)
            for rate in ["0.001", "0.002", "0.003"] { try stages.pipeline("train.rate=\(rate)").runAll() }
            #expect(try stages.names().filter { $0.hasPrefix("r") } == ["r", "r.previous-1", "r.previous-2"])
            for (name, rate) in [("r.previous-1", "0.001"), ("r.previous-2", "0.002"), ("r", "0.003")] {
                #expect(try stages.text("\(name)/config.yaml").contains("rate: \(rate)"), "\(name)")
                // Whole: it can be ranked as it is.
                try stages.opened(name).evaluate()
            }
            #expect(stages.messages.contains { $0.contains("the old run is kept in ") && $0.hasSuffix("/r.previous-2") })
        }
    }

    /// A best checkpoint that is gone: `evaluate` says what helps, and it does.
    @Test(arguments: [true, false]) func aLostCheckpointIsTrainedAgain(_ isDamaged: Bool) throws {
        try withTemporaryFolder { folder in
            let stages = try Stages(folder)
            // No rate: no epoch is better than the first.
            func pipeline() throws -> Pipeline { try stages.pipeline("train.rate=1e-30", "train.epochs=2") }
            try pipeline().runAll()
            let best = folder.appending(path: "r/checkpoints/best")
            let ranking = try stages.opened().evaluate().test
            #expect(try RunDirectory(folder.appending(path: "r")).best.state().best?.epoch == 1)
            if isDamaged {
                let model = best.appending(path: "model.safetensors")
                try Data(contentsOf: model).dropLast(8).write(to: model)
            } else {
                try FileManager.default.removeItem(at: best)
            }
            let error = #expect(throws: UserError.self) { try stages.opened().evaluate() }
            #expect(error?.remedy?.contains("iisan train \(folder.path)/r/config.yaml") == true, "\(String(describing: error))")
            try pipeline().train()
            #expect(stages.messages.contains { $0.contains("best epoch, 1, is \(isDamaged ? "damaged" : "gone")") })
            #expect(try stages.opened().evaluate().test == ranking)
            #expect(try stages.names("r.previous-1").contains("result.json"))
        }
    }

    @Test(arguments: [
        ["train.run=."], ["train.run="], ["train.run=dataset"], ["train.run=dataset/run"], ["data.dataset=world"],
        ["data.dataset=."], ["data.dataset=r/set"], ["data.dataset=world/pictures/set"], ["data.dataset=states"],
        ["encode.text.store=dataset/text"], ["encode.text.store=states/image"], ["encode.text.store=r"],
        ["encode.text.store=world/pictures"], ["train.run=world"], ["data.dataset=mine", "train.run=mine/run"],
        ["train.run=mine"], ["data.dataset="],
    ])
    func foldersThatAreNotApartOrNotOursAreRefusedBeforeAnyWork(_ overrides: [String]) throws {
        try withTemporaryFolder { folder in
            let stages = try Stages(folder)
            try Folder.make(folder.appending(path: "mine"))
            try AtomicFile.write("mine", to: folder.appending(path: "mine/notes.txt"))
            let before = try FileManager.default.subpathsOfDirectory(atPath: folder.path).sorted()
            #expect(throws: UserError.self) {
                let all = ["train.method=id", "train.run=r"] + overrides
                try Pipeline(Configuration(stages.file, overrides: all), file: stages.file).runAll()
            }
            #expect(try FileManager.default.subpathsOfDirectory(atPath: folder.path).sorted() == before)
        }
    }

    @Test func aRunIsWrittenByOneProcessOnly() throws {
        try withTemporaryFolder { folder in
            let stages = try Stages(folder)
            try stages.pipeline().runAll()
            var refusals = 0
            var observer = Pipeline.Observer()
            observer.onProgress = { _ in
                let others: [() throws -> Void] = [
                    { try stages.pipeline("train.rate=0.5").runAll() }, { try stages.pipeline().train() },
                    { try stages.opened().evaluate() },
                ]
                guard refusals < 3 else { return }
                for other in others {
                    do { try other() } catch let error as UserError where error.problem.contains("another process") {
                        refusals += 1
                    } catch {}
                }
            }
            let configuration = try stages.pipeline("train.rate=0.004").configuration
            try Pipeline(configuration, file: stages.file, observer: observer).runAll()
            #expect(refusals == 3)
            #expect(try stages.text("r/config.yaml").contains("rate: 0.004"))
        }
    }
}
