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
