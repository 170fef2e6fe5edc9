import Files
import Foundation
import TestSupport
import Testing

@testable import IISAN

/// What is looked at before any stage works.
@Suite(.oneAtATime) struct PipelineCheckTests {
    private func problems(_ folder: URL, _ set: [String]) throws -> [UserError] {
        let configuration = try Configuration(folder.appending(path: "config.yaml"), overrides: set)
        return try Pipeline(configuration).problems(of: Set(Pipeline.Stage.allCases)).all
    }

    @Test func everyProblemIsToldAtOnceWithItsWholePlaceBeforeAnythingIsMade() throws {
        try withTemporaryFolder { folder in
            _ = try TinyShop(folder)
            #expect(try problems(folder, []).isEmpty)
            let set = [
                "train.width=10", "train.user_encoder.heads=3", "train.side_networks.bottleneck=0", "train.text_layers=[0, 99]",
                "train.run=config.yaml", "train.modality_dropout=2", "evaluate.ceiling=nope.json", "device=tpu",
                "data.import.items=nowhere.tsv", "encode.image.encoder=nowhere", "encode.text.maximum_tokens=100000",
            ]
            let places = Set(try problems(folder, set).compactMap(\.place))
            for place in [
                "train.user_encoder.heads", "train.side_networks.bottleneck", "train.text_layers", "train.run",
                "train.modality_dropout", "evaluate.ceiling", "device", "data.import.items", "encode.text.maximum_tokens",
            ] {
                #expect(places.contains(place), "\(place) in \(places)")
            }
            #expect(places.contains { $0.hasSuffix("nowhere") }, "\(places)")
            let pipeline = try Pipeline(Configuration(folder.appending(path: "config.yaml"), overrides: set))
            let error = #expect(throws: UserError.self) { try pipeline.runAll() }
            #expect(error?.description.contains("problems were found") == true)
            for name in ["dataset", "states", "run"] {
                #expect(!FileManager.default.fileExists(atPath: folder.appending(path: name).path), "\(name)")
            }
        }
    }

    @Test(arguments: [
        ("train.text_layers=[2, 0]", "train.text_layers"), ("train.text_layers=[1, 1]", "train.text_layers"),
        ("train.text_layers=[]", "train.text_layers"), ("train.text_layers=[-1]", "train.text_layers"),
        ("encode.text.layers=[3, 0]", "encode.text.layers"), ("encode.image.layers=[]", "encode.image.layers"),
        ("encode.image.store=states/text", "encode.image.store"), ("evaluate.cutoffs=[0]", "evaluate.cutoffs"),
        ("evaluate.cutoffs=[-1]", "evaluate.cutoffs"), ("evaluate.cutoffs=[]", "evaluate.cutoffs"),
        ("evaluate.examples=-1", "evaluate.examples"), ("evaluate.examples=9223372036854775807", "evaluate.examples"),
        ("train.epochs=9223372036854775807", "train.epochs"), ("train.batch_size=9223372036854775807", "train.batch_size"),
        ("train.patience=-1", "train.patience"), ("train.rate=.nan", "train.rate"), ("train.seed=-1", "train.seed"),
        ("train.measured_steps=9223372036854775807", "train.measured_steps"), ("threads=-1", "threads"),
        ("data.split.minimum_items=9223372036854775807", "data.split.minimum_items"),
        ("data.split.maximum_items=0", "data.split.maximum_items"), ("encode.memory=0.1B", "encode.memory"),
        ("encode.text.maximum_tokens=0", "encode.text.maximum_tokens"),
    ]) func aSettingThatMakesNoSenseIsRefusedByName(set: String, place: String) throws {
        try withTemporaryFolder { folder in
            _ = try TinyShop(folder, hasWorld: false)
            let error = #expect(throws: UserError.self) {
                try Configuration(folder.appending(path: "config.yaml"), overrides: [set])
            }
            #expect(error?.place?.contains(place) == true, "\(error?.description ?? "")")
        }
    }

    @Test(arguments: [
        ("train.text_layers=[0, 99]", "train.text_layers"), ("encode.text.layers=[0, 7]", "encode.text.layers"),
        ("train.width=0", "train.width"), ("train.width=99999", "train.width"),
        ("train.fine_tuning.rank=0", "train.fine_tuning.rank"), ("encode.text=null", "train.method"),
        ("train.side_networks.intra=false", "train.side_networks.intra"),
        ("train.user_encoder.blocks=9223372036854775807", "train.user_encoder.blocks"),
        ("train.user_encoder.dropout=1", "train.user_encoder.dropout"),
        ("train.run=config.yaml/run", "train.run"), ("encode.text.store=config.yaml", "encode.text.store"),
        ("encode.text.encoder=\"\"", "encode.text.encoder"), ("encode.text.maximum_tokens=60000", "encode.text.maximum_tokens"),
    ]) func aModelThatCannotBeBuiltIsRefusedBeforeItsStatesAreMade(set: String, place: String) throws {
        try withTemporaryFolder { folder in
            _ = try TinyShop(folder)
            let more =
                place == "train.method" || place.hasSuffix("intra")
                ? ["train.modality=text"]
                : place.hasSuffix("rank") ? ["train.method=lora"] : []
            let sure = place.hasSuffix("intra") ? ["train.side_networks.inter=true"] : []
            let found = try problems(folder, [set] + more + sure)
            #expect(found.contains { $0.place == place }, "\(found)")
        }
    }

    @Test func aSplitThatFitsNobodyIsToldBeforeEncoding() throws {
        try withTemporaryFolder { folder in
            _ = try TinyShop(folder)
            for (set, place) in [
                ("data.split.kind=timestamp", "data.split.kind"), ("data.split.minimum_items=500", "data.split.minimum_items"),
            ] {
                let pipeline = try Pipeline(Configuration(folder.appending(path: "config.yaml"), overrides: [set]))
                let error = #expect(throws: UserError.self) { try pipeline.runAll() }
                #expect(error?.place == place, "\(error?.description ?? "")")
                #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "states").path))
            }
        }
    }

    @Test func aWrongFileAsConfigurationIsOneShortLine() throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "items.tsv")
            let catalogue = (0..<2000).map { "i\($0)\tTitle of item \($0): a thing" }.joined(separator: "\n")
            for text in [
                catalogue, catalogue.replacing("\t", with: " "), catalogue.replacing("\n", with: " "), "{" + catalogue,
            ] {
                try AtomicFile.write(text, to: file)
                let error = #expect(throws: UserError.self) { try Configuration(file) }
                #expect((error?.description.utf8.count ?? .max) < 600, "\(error?.description ?? "")")
            }
        }
    }

    @Test func aProjectThatWasMovedIsFoundWhereItIs() throws {
        try withTemporaryFolder { folder in
            let old = folder.appending(path: "old")
            try FileManager.default.createDirectory(at: old, withIntermediateDirectories: true)
            _ = try TinyShop(old)
            let set = ["train.run=runs/a", "train.epochs=1"]
            try Pipeline(Configuration(old.appending(path: "config.yaml"), overrides: set)).runAll()
            let new = folder.appending(path: "else/new")
            try FileManager.default.createDirectory(at: new.deletingLastPathComponent(), withIntermediateDirectories: true)
            try FileManager.default.moveItem(at: old, to: new)
            let pipeline = try Pipeline(run: new.appending(path: "runs/a"))
            #expect(pipeline.configuration.data.dataset == new.appending(path: "dataset").path)
            #expect(try pipeline.evaluate().test != nil)
            let item = try pipeline.dataset().items[0].id
            #expect(try !pipeline.served().recommend([[item]], top: 3)[0].isEmpty)
            try pipeline.report()
        }
    }
}
