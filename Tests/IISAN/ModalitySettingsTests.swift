import Files
import Foundation
import IISAN
import TestSupport
import Testing

/// Modalities beside text and image in the configuration.
@Suite struct ModalitySettingsTests {
    private let yaml = """
        encode:
          text: {encoder: a, store: s/text}
          more:
            second_title: {input: title, encoder: b, store: s/second, maximum_tokens: 12}
            caption:
              input: states
              store: s/caption
        train:
          layers: {caption: [0, 6], second_title: [1]}

        """

    private func read(_ yaml: String, _ overrides: [String] = []) throws -> Configuration {
        try Configuration(yaml: yaml, source: "c.yaml", overrides: overrides, folder: URL(filePath: "/base"))
    }

    private let caption = Modality(rawValue: "caption")!
    private let second = Modality(rawValue: "second_title")!

    @Test func furtherModalitiesAreReadAndWritten() throws {
        let configuration = try read(yaml)
        let encode = configuration.encode
        #expect(encode.modalities.modalities == [.text, caption, second])
        #expect(encode.modalities[caption]?.store == "/base/s/caption" && encode.modalities[caption]?.encoder == "")
        #expect(encode.modalities[second]?.maximumTokens == 12 && encode.modalities[second]?.input == .title)
        #expect(configuration.train.layers == [caption: [0, 6], second: [1]])
        let written = configuration.yaml
        #expect(written.contains("  layers: {caption: [0, 6], second_title: [1]}\n"))
        #expect(written.contains("      # What is read: title, picture, or states"))
        #expect(try read(written) == configuration)
        #expect(Configuration().yaml.contains("\n  # more:\n") && Configuration().yaml.contains("\n  # layers:\n"))
    }

    @Test func overridesAndBasesReachThem() throws {
        let configuration = try read(
            yaml, ["encode.more.caption=", "encode.more.second_title.store=other", "train.layers.caption=", "train.layers={}"])
        #expect(configuration.encode.modalities.modalities == [.text, second] && configuration.train.layers.isEmpty)
        #expect(configuration.encode.modalities[second]?.store == "/base/other")
        try withTemporaryFolder { folder in
            try FileManager.default.createDirectory(
                at: folder.appending(path: "deep"), withIntermediateDirectories: true)
            try AtomicFile.write(yaml, to: folder.appending(path: "deep/base.yaml"))
            let file = folder.appending(path: "c.yaml")
            try AtomicFile.write("base: deep/base.yaml\nencode: {more: {caption: {store: mine}}}\n", to: file)
            let built = try Configuration(file).encode.modalities
            #expect(built[caption]?.store == folder.appending(path: "mine").standardizedFileURL.path)
            #expect(built[second]?.store == folder.appending(path: "deep/s/second").standardizedFileURL.path)
        }
    }

    @Test(arguments: [
        ("both", nil as [String]?), ("all", nil), ("text", ["text"]), ("caption", ["caption"]),
        ("[text, caption]", ["text", "caption"]), ("text+second_title", ["text", "second_title"]),
    ])
    func choices(_ setting: String, _ names: [String]?) throws {
        let configuration = try read(yaml, ["train.modality=\(setting)"])
        #expect(configuration.train.model.modality.names?.map(\.rawValue) == names)
        #expect(try read(configuration.yaml) == configuration)
        let method = names.map { "iisan, \($0.joined(separator: "+"))" } ?? "iisan"
        #expect(configuration.train.model.name == method)
    }

    @Test(arguments: [
        (["encode.more.Caption.store=x"], "no name of a modality", "encode.more.Caption"),
        (["encode.more.inter.store=x"], "has a meaning of its own", "encode.more.inter"),
        (["encode.more.image.store=x"], "has settings of its own", "encode.more.image"),
        (["encode.more.caption.inputs=states"], "unknown setting", "encode.more.caption.inputs"),
        (["encode.more.caption.input=sound"], "not one of title, picture, states", "encode.more.caption.input"),
        (["encode.more.caption.encoder=x"], "the input is states", "encode.more.caption.encoder"),
        (["encode.more.caption.store=s/text"], "the store of encode.text too", "encode.more.caption.store"),
        (["encode.more.caption.layers=[3, 1]"], "ascending order", "encode.more.caption.layers"),
        (["train.layers={caption: []}"], "ascending order", "train.layers.caption"),
        (["train.layers={sound: [1]}"], "no such modality", "train.layers.sound"),
        (["train.layers={text: [1]}"], "has settings of its own", "train.layers"),
        (["train.modality=sound"], "no such modality", "train.modality"),
        (["train.modality=[text, text]"], "names no modalities", "train.modality"),
        (["train.modality_dropout=0.4", "threads=-1"], "0 to 1/3", "train.modality_dropout"),
    ])
    func whatCannotBe(_ overrides: [String], _ problem: String, _ place: String) {
        let error = #expect(throws: UserError.self) { try read(yaml, overrides) }
        let said = error.map { String(describing: $0) } ?? ""
        #expect(said.contains(problem) && said.contains(place), "\(said)")
    }
}
