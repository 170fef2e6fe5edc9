import Files
import Foundation
import IISAN
import TestSupport
import Testing

/// What the files of studies come to, before anything is made.
@Suite struct StudyPlanTests {
    /// `study.json` holds the verb, and so do the files of studies.
    @Test func aKindIsKnownByItsVerb() throws {
        let verbs = StudyKind.allCases.map(\.rawValue)
        #expect(verbs == ["compare", "ablate", "scale", "robustness", "tune"])
        #expect(StudyKind.allCases.allSatisfy { $0.form.verb == $0.rawValue } && StudyKind(rawValue: "contrast") == nil)
        let written = try JSONEncoder().encode(StudyKind.allCases)
        #expect(try JSONDecoder().decode([String].self, from: written) == verbs)
        #expect(try JSONDecoder().decode([StudyKind].self, from: written) == StudyKind.allCases)
        #expect(throws: DecodingError.self) { try JSONDecoder().decode([StudyKind].self, from: Data(#"["contrast"]"#.utf8)) }
    }

    @Test func aVariantIsTheBaseWithSettingsAndARunPerSeed() throws {
        try withTemporaryFolder { folder in
            let study = try TinyShop(folder, hasWorld: false).compare(
                """
                base: config.yaml
                folder: runs/s
                seeds: [1, 2]
                set: {train.patience: 3}
                variants:
                  - name: iisan
                    set: {train: {epochs: 7, side_networks: {gated: false}}}
                  - {name: id, set: {train.method: id}, seeds: [9], measure_steps: 4, note: ids alone}
                  - {name: popularity, set: {train.method: popularity}}
                """)
            #expect(study.runs.map(\.name) == ["iisan/seed-1", "iisan/seed-2", "id/seed-9", "id/cost", "popularity/seed-1"])
            #expect(study.reference == "iisan")
            let first = study.runs[1].configuration.train
            #expect(first.training.epochs == 7 && first.training.patience == 3 && first.training.seed == 2)
            #expect(!first.model.sideNetworks.gated && first.model.sideNetworks.bottleneck == 8)
            #expect(first.run == folder.appending(path: "runs/s/iisan/seed-2").standardizedFileURL.path)
            #expect(study.runs[3].isMeasurement && study.runs[3].configuration.train.training.measuredSteps == 4)
            #expect(study.runs[2].configuration.train.training.measuredSteps == nil)
        }
    }

    @Test func everyMethodIsComparedWhereNoneIsNamed() throws {
        try withTemporaryFolder { folder in
            let shop = try TinyShop(folder, hasWorld: false)
            let file = try shop.study("study: compare\nbase: config.yaml\nfolder: s\nseeds: [1]\n")
            let names = try CompareStudy(file: file).plan(file).variants.map(\.name)
            // The demo's encoders have one width, so that IISAN and Versa are two methods.
            #expect(
                names == [
                    "iisan", "iisan-text", "iisan-image", "iisan-versa", "full", "adapter", "lora", "bitfit", "frozen", "id",
                    "id+modality", "popularity", "neighbours", "content", "closed-form",
                ])
            let some = try CompareStudy(file: file).plan(file, methods: ["iisan", "lora"], measuredSteps: 3)
            #expect(some.runs.map(\.name) == ["iisan/seed-1", "iisan-text/seed-1", "iisan-image/seed-1", "lora/cost"])
            #expect(throws: UserError.self) { try CompareStudy(file: file).plan(file, methods: ["loar"]) }
            let blind = try shop.study("study: compare\nbase: config.yaml\nset: {encode.text: null, encode.image: null}\n")
            #expect(try CompareStudy(file: blind).plan(blind).variants.map(\.name) == ["id", "popularity", "neighbours"])
        }
    }

    @Test(arguments: [
        ("variants:\n  - {name: a}\n  - {name: A, set: {train.epochs: 3}}\n", "study.yaml:5", "occurs twice"),
        ("variants:\n  - {name: a}\n  - {name: b, set: {train.epochs: 2}}\n", "study.yaml:5", "same settings as \"a\""),
        ("variants:\n  - {name: a, set: {train.seed: 7}}\n", "study.yaml:4", "train.seed is set"),
        ("variants:\n  - {name: a, set: {train: {run: elsewhere}}}\n", "study.yaml:4", "train.run is set"),
        ("set: {train.seed: 7}\nvariants:\n  - {name: a}\n", "study.yaml: set", "train.seed is set"),
        ("variants:\n  - {name: a/b}\n", "study.yaml:4", "cannot be the name"),
        ("variants:\n  - {name: .steps}\n", "study.yaml:4", "cannot be the name"),
        ("variants:\n  - {name: Lock}\n", "study.yaml:4", "cannot be the name"),
        ("variants:\n  - {name: a, sett: {}}\n", "study.yaml:4: variants.sett", "unknown setting"),
        ("variants:\n  - name: a\n    set:\n      train.epochz: 3\n", "study.yaml:4", "train.epochz: unknown setting"),
        ("variants:\n  - {name: a, train: false}\n", "study.yaml:4", "neither trained nor measured"),
        ("variants:\n  - {name: a, seeds: [1, 1]}\n", "study.yaml:4", "different numbers"),
        (
            "variants:\n  - {name: a}\n  - {name: b, set: {data.split.minimum_items: 6}}\n", "study.yaml",
            "another dataset or split"
        ),
        ("variants: []\n", "study.yaml", "nothing to compare"),
        ("reference: b\nvariants:\n  - {name: a}\n", "study.yaml: reference", "no variant \"b\""),
        ("weights: {time: 0.5}\nvariants:\n  - {name: a}\n", "study.yaml: weights", "TPME"),
        ("seedz: [1]\n", "study.yaml:3: seedz", "unknown setting"),
        ("set: 3\n", "study.yaml:3: set", "expected settings"),
    ]) func mistakesAreNamed(yaml: String, place: String, problem: String) throws {
        try withTemporaryFolder { folder in
            let shop = try TinyShop(folder, hasWorld: false)
            let error = #expect(throws: UserError.self) { try shop.compare("base: config.yaml\n" + yaml) }
            let text = error?.description ?? ""
            #expect(text.contains(place) && text.contains(problem), "\(text)")
        }
    }

    @Test func anotherVerbIsNamed() throws {
        try withTemporaryFolder { folder in
            let file = try TinyShop(folder, hasWorld: false).study("study: ablate\nbase: config.yaml\naxes: [gates]\n")
            let error = #expect(throws: UserError.self) { try CompareStudy(file: file) }
            #expect(error?.description.contains("study.yaml:1: study: is a study for `iisan ablate`") == true)
            #expect(error?.remedy?.hasPrefix("Run: iisan ablate") == true)
        }
    }

    @Test func anAblationChangesOnePartAtATime() throws {
        try withTemporaryFolder { folder in
            let shop = try TinyShop(folder, hasWorld: false)
            let file = try shop.study("study: ablate\nbase: config.yaml\nfolder: a\nseeds: [1]\nbottlenecks: [8, 16]\n")
            let study = try AblateStudy(file: file).plan(file)
            #expect(
                study.variants.map(\.name) == [
                    "base", "intra-only", "inter-only", "layers-even", "layers-first-half", "layers-last-half", "layers-last",
                    "gates-off", "transform-both", "bottleneck-16", "gelu", "live",
                ])
            #expect(study.variants[0].note?.contains("bottleneck: 8 wide") == true)
            func train(_ name: String) throws -> TrainSettings {
                try #require(study.runs.first { $0.variant == name }).configuration.train
            }
            #expect(try train("layers-even").textLayers == [0, 2, 4, 6])
            #expect(try train("layers-first-half").imageLayers == [0, 1, 2, 3])
            #expect(try train("layers-last-half").textLayers == [3, 4, 5, 6])
            #expect(try train("layers-last").imageLayers == [6])
            #expect(try !train("inter-only").model.sideNetworks.intra)
            #expect(try train("transform-both").model.sideNetworks.transformation == .both)
            #expect(try train("live").model.isLive && train("live").training.measuredSteps == 5)

            let some = try shop.study("study: ablate\nbase: config.yaml\nset: {encode.text.layers: [0, 6]}\naxes: [layers]\n")
            let error = #expect(throws: UserError.self) { try AblateStudy(file: some).plan(some) }
            #expect(error?.remedy?.contains("encode.text.layers: [0, 1, 2, 3, 4, 5, 6]") == true)
        }
    }

    @Test func everyTextEncoderMeetsEveryImageEncoder() throws {
        try withTemporaryFolder { folder in
            let shop = try TinyShop(folder, hasWorld: false)
            let encoders = fixture("").deletingLastPathComponent().appending(path: "Examples/Demo/encoders").path
            let file = try shop.study(
                """
                study: scale
                base: config.yaml
                folder: s
                seeds: [1]
                text: ["\(encoders)/text", {encoder: "\(encoders)/text", name: short, layers: [0, 1], note: two layers}]
                """)
            let study = try ScaleStudy(file: file).plan(file)
            #expect(study.variants.map(\.name) == ["text+image", "short+image"])
            #expect(study.variants[1].note == "short: two layers")
            let encode = study.runs[1].configuration.encode
            #expect(encode.text?.layers == [0, 1])
            #expect(encode.text?.store == folder.appending(path: "s/states/text-short").standardizedFileURL.path)
            #expect(encode.image?.store == folder.appending(path: "states/image").standardizedFileURL.path)
            let sizes = try #require(study.variants[0].encoders).map(\.parameters)
            let card = try ModelCard.cards(of: URL(filePath: "\(encoders)/text"))[0]
            #expect(sizes.count == 2 && sizes[0] == card.parameters)
        }
    }
}
