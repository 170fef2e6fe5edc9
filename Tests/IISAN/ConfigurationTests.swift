import Files
import Foundation
import IISAN
import TestSupport
import Testing

@Suite struct ConfigurationTests {
    private func read(_ yaml: String, _ overrides: [String] = []) throws -> Configuration {
        try Configuration(yaml: yaml, source: "c.yaml", overrides: overrides, folder: URL(filePath: "/base"))
    }

    @Test func whatIsWrittenReadsBackTheSame() throws {
        var example = try Configuration.example()
        #expect(example.yaml.contains("# Users per step.\n  batch_size: 64\n"))
        #expect(
            try Configuration(yaml: example.yaml, source: "e", folder: URL(filePath: "/")).data.source?.items == "/items.tsv")
        example.train.run = "/a \"strange\"\n#path\t"
        example.train.textLayers = [0, 3]
        example.data.split.validationTime = 17
        example.data.dataset = "/d"
        example.data.source = nil
        example.encode.text = nil
        example.encode.image = nil
        #expect(try read(example.yaml) == example)
    }

    @Test func pathsCountFromTheFile() throws {
        let configuration = try read("data:\n  dataset: ../d\ntrain:\n  run: /r\n", ["encode.text.store=s"])
        #expect(configuration.data.dataset == "/d")
        #expect(configuration.train.run == "/r")
        #expect(configuration.encode.text?.store == "/base/s")
    }

    @Test func overridesComeFirst() throws {
        let configuration = try read(
            "train:\n  epochs: 5\n", ["train.epochs=7", "train.side_networks.gated=false", "train.text_layers=[1, 2]"])
        #expect(configuration.train.training.epochs == 7)
        #expect(!configuration.train.model.sideNetworks.gated)
        #expect(configuration.train.textLayers == [1, 2])
    }

    @Test(arguments: [
        ("train.epochs=many", "--set: train.epochs: expected"),
        ("train.side_networks={gate: true}", "--set: train.side_networks.gate: unknown"),
        ("train={epochs: x}", "--set: train.epochs: expected"), ("train.rate=0.1", "c.yaml:2: train.seed: expected"),
    ]) func anOverrideIsNotSoughtInTheFile(override: String, message: String) {
        let seed = override.contains("rate") ? "x" : "1"
        let error = #expect(throws: UserError.self) { try read("train:\n  seed: \(seed)\n", [override]) }
        #expect(error?.description.hasPrefix(message) == true, "\(error?.description ?? "")")
    }

    /// Numbers that YAML 1.1 and YAML 1.2 read differently, and some that are alike in both.
    @Test(arguments: [
        ("train:\n  epochs: 010\n", false), ("train:\n  seed: 042\n", false), ("train:\n  rate: 1:30\n", false),
        ("train:\n  epochs: 1_0\n", true), ("train:\n  rate: 0.1\n", true), ("train:\n  seed: 0\n", true),
        ("train:\n  weight_decay: 0\n", true), ("data:\n  import: {interactions: a, item: 010}\n", true),
    ]) func aNumberHasOneMeaning(yaml: String, isRead: Bool) {
        let configuration = try? read(yaml)
        #expect((configuration != nil) == isRead)
    }

    /// Settings that would change nothing.
    @Test(arguments: [
        ("iisan", "user: 2", false), ("iisan", "separator: ;", false), ("movielens", "encoding: latin-1", false),
        ("amazon", "timestamp: t", false), ("microlens", "first_row: data", false), ("iisan", "table_format: csv", false),
        ("table", "user: 2", true), ("recbole", "encoding: latin-1", true), ("iisan", "first_row: auto", true),
        ("movielens", "duplicates: drop", true),
    ]) func anImportRefusesWhatItsFormHasNoUseFor(form: String, setting: String, isTaken: Bool) throws {
        let yaml = "data:\n  import:\n    form: \(form)\n    interactions: a\n    items: b\n    \(setting)\n"
        let source = try #require(try read(yaml).data.source)
        #expect(source.problems().all.isEmpty == isTaken)
        let made = try? source.datasetImport(name: "d", replacing: false)
        #expect((made != nil) == isTaken)
    }

    @Test func anEmptyOverrideTakesASectionAway() throws {
        let yaml = "encode:\n  image:\n    encoder: e\n"
        #expect(try read(yaml).encode.image?.encoder == "/base/e")
        #expect(try read(yaml, ["encode.image="]).encode.image == nil)
    }

    @Test(arguments: [
        ("train:\n  epochz: 5\n", "c.yaml:2: train.epochz: unknown setting", "\"epochs\""),
        ("train:\n  epochs: many\n", "c.yaml:2: train.epochs: expected a whole number, found \"many\"", ""),
        ("train:\n  method: isan\n", "c.yaml:2: train.method: \"isan\" is not one of iisan, iisan-versa", "\"iisan\""),
        ("train: 3\n", "c.yaml:1: train: expected a section with keys, found \"3\"", ""),
        ("train:\n  epochs: 0\n", "train.epochs: is 0, expected at least 1", ""),
        ("threads: -1\n", "threads: is -1", ""),
        ("threads: 9000000000\n", "threads: is 9000000000", ""),
        ("train:\n  batch_size: 9223372036854775807\n", "train.batch_size: is 9223372036854775807", ""),
        ("encode:\n  text:\n    layers: 3\n", "c.yaml:3: encode.text.layers: expected a list", ""),
        ("evaluate:\n  cutoffs: []\n", "evaluate.cutoffs", ""),
        ("a: [\n", "c.yaml: not YAML", ""),
        ("- a\n", "expected a section", ""),
    ]) func mistakesAreNamed(yaml: String, problem: String, remedy: String) throws {
        let error = #expect(throws: UserError.self) { try read(yaml) }
        #expect(error?.description.contains(problem) == true, "\(error?.description ?? "")")
        if !remedy.isEmpty { #expect(error?.remedy?.contains(remedy) == true) }
    }

    @Test(arguments: ["train.epochs", "=3", "train..epochs=3", "train.epoch=3", "train.epochs=[", "train.epochs.more=3"])
    func wrongOverridesAreErrors(_ override: String) {
        #expect(throws: UserError.self) { try read("train:\n  epochs: 5\n", [override]) }
    }

    @Test func anyBytesAreReadOrRefused() throws {
        var generator = SeededGenerator(seed: 5)
        let whole = try Array(Configuration.example().yaml.utf8)
        for _ in 0..<300 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...127, using: &generator)
            }
            do { _ = try read(String(decoding: bytes, as: UTF8.self)) } catch { #expect(error is UserError, "\(error)") }
        }
    }
}
