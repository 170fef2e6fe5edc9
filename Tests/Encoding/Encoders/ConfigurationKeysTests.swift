import Encoders
import Files
import Foundation
import TestSupport
import Testing
import Torch

/// Every key of every family's `config.json` against what `transformers` makes of it, as `Tools/Parity/configuration_keys.py` writes it.
@Suite(.oneAtATime) struct ConfigurationKeysTests {
    /// A `model_type`, and what changes of its configuration do.
    struct Model: Decodable, Sendable, CustomTestStringConvertible {
        let modelType: String
        let encoder: String
        let configuration: [String: ConfigurationValue]
        let known: [String]
        let tokens: Int
        let states: [Float]
        let cases: [Case]

        var testDescription: String { modelType }

        enum CodingKeys: String, CodingKey {
            case modelType = "model_type"
            case encoder, configuration, known, tokens, states, cases
        }

        var keys: ConfigurationKeys? { EncoderFamilies.keys(of: modelType) }
    }

    /// A change of some keys: the states that it gives where these are others, or the exception that transformers ends with.
    struct Case: Decodable, Sendable {
        let change: [String: ConfigurationValue]
        let states: [Float]?
        let refused: String?
    }

    static let models = (try? JSONFile.read([Model].self, from: ExpectedStates.fixtures.appending(path: "keys.json"))) ?? []

    @Test func everyFamilyIsThere() {
        #expect(
            Set(Self.models.map(\.modelType)) == Set(EncoderFamilies.all.flatMap { $0.modelTypes }.filter { !Self.isOwn($0) }))
    }

    /// Families without a class in transformers.
    private static func isOwn(_ modelType: String) -> Bool { modelType.hasPrefix("timm/") || modelType.hasPrefix("eva") }

    @Test(arguments: models) func everyKnownKeyIsInTheTableAndEveryKeyOfTheTableIsTried(model: Model) throws {
        let keys = try #require(model.keys)
        #expect(Set(model.known).subtracting(keys.all) == [])
        let tried = Set(model.cases.flatMap { $0.change.keys })
        #expect(keys.all.subtracting(tried).subtracting(["model_type", "architectures"]) == [])
        #expect(keys.read.isDisjoint(with: keys.withoutEffect) && keys.read.isDisjoint(with: keys.fixed.keys))
    }

    /// A change gives the states of transformers, or is refused by the name of a key; one that transformers refuses is refused too, or
    /// changes nothing.
    @Test(arguments: models) func everyChangeGivesWhatTransformersGivesOrIsRefusedByName(model: Model) throws {
        let keys = try #require(model.keys)
        try withTemporaryFolder { folder in
            let source = ExpectedStates.fixtures.appending(path: model.encoder)
            try FileManager.default.copyItem(
                at: source.appending(path: "model.safetensors"), to: folder.appending(path: "model.safetensors"))
            let given = try Weights(file: source.appending(path: "expected.safetensors")).tensor("input").narrowed(0, 0..<1)
            let input = given.dtype == .int64 ? given.narrowed(1, 0..<model.tokens) : given

            func states(_ change: [String: ConfigurationValue]) throws -> [Float] {
                let values = model.configuration.merging(change) { $1 }
                try JSONFile.write(values, to: folder.appending(path: "config.json"))
                let encoder = try PretrainedEncoder(directory: folder)
                return withoutGradients { encoder.hiddenStates(of: input).last.map { $0.mean(along: 1).floats() } ?? [] }
            }
            func isNear(_ a: [Float], _ b: [Float]) -> Bool {
                let largest = b.map(abs).max() ?? 0
                return a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= 1e-4 * largest }
            }
            #expect(isNear(try states([:]), model.states))
            for change in model.cases {
                let names = change.change.keys.sorted()
                let found: [Float]
                do {
                    found = try states(change.change)
                } catch let error as UserError {
                    let isNamed = names.contains { error.problem.contains("\($0)\"") || error.problem.contains("\($0).") }
                    #expect(isNamed || change.refused != nil, "\(names): \(error)")
                    continue
                }
                #expect(
                    isNear(found, change.states ?? model.states) || change.refused != nil && isNear(found, model.states),
                    "\(names): \(change.change)")
                if names.allSatisfy(keys.withoutEffect.contains) {
                    #expect(isNear(found, model.states), "\(names) are said to be without effect")
                }
            }
        }
    }

    @Test func theOlderPlaceOfATowersSectionOverwritesTheOther() throws {
        try withTemporaryFolder { folder in
            let text = #"{"hidden_size": 12, "num_attention_heads": 3, "num_hidden_layers": 2}"#
            let older = #"{"hidden_size": 6, "num_attention_heads": 3, "num_hidden_layers": 1}"#
            for (places, depth) in [
                (#""text_config": \#(text), "text_config_dict": null"#, 2),
                (#""text_config": \#(text), "text_config_dict": \#(older)"#, 1),
            ] {
                try AtomicFile.write(#"{"model_type": "clip", \#(places)}"#, to: folder.appending(path: "config.json"))
                #expect(try EncoderFamilies.read(folder, for: .text).family.depth == depth)
            }
        }
    }

    @Test(arguments: [
        ("eva02-golden", "\"depth\": 2", "\"depth\": 2, \"rope_temperature\": 10", "model_args.rope_temperature"),
        ("eva02-golden", "\"depth\": 2", "\"depth\": 2, \"something_new\": 1", "model_args.something_new"),
        ("evaclip-golden", "\"k_bias\": false", "\"k_bias\": true", "k_proj.bias"),
        (
            "bert-golden", "\"vocab_size\"", "\"quantization_config\": {\"quant_method\": \"awq\"}, \"vocab_size\"",
            "quantization_config"
        ),
    ]) func whatTransformersHasNoClassForIsRefusedByName(name: String, old: String, new: String, part: String) throws {
        try withTemporaryFolder { folder in
            let copy = folder.appending(path: name)
            try FileManager.default.copyItem(at: ExpectedStates.fixtures.appending(path: name), to: copy)
            let file = copy.appending(path: "config.json")
            let text = try String(contentsOf: file, encoding: .utf8)
            try #require(text.contains(old))
            try AtomicFile.write(text.replacingOccurrences(of: old, with: new), to: file)
            let error = #expect(throws: UserError.self) {
                try PretrainedEncoder(directory: copy, for: name == "bert-golden" ? .text : .image)
            }
            #expect(error?.problem.contains(part) == true, "\(String(describing: error))")
        }
    }
}
