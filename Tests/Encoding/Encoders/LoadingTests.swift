import Encoders
import Files
import Foundation
import TestModels
import TestSupport
import Testing
import Torch

/// What is said of directories that cannot be loaded.
@Suite(.oneAtATime) struct LoadingTests {
    /// A copy of a fixture with another text in its `config.json`.
    private func load(_ name: String, replacing old: String = "", with new: String = "", in folder: URL) throws {
        let copy = folder.appending(path: "\(name)-\(UUID().uuidString)")
        try FileManager.default.copyItem(at: ExpectedStates.fixtures.appending(path: name), to: copy)
        let file = copy.appending(path: "config.json")
        let text = try String(contentsOf: file, encoding: .utf8)
        try #require(old.isEmpty || text.contains(old))
        try AtomicFile.write(text.replacingOccurrences(of: old, with: new), to: file)
        _ = try PretrainedEncoder(directory: copy)
    }

    private func error(_ name: String, _ old: String, _ new: String) throws -> UserError? {
        try withTemporaryFolder { folder in
            #expect(throws: UserError.self) { try load(name, replacing: old, with: new, in: folder) }
        }
    }

    @Test func unknownFamiliesAreNamedWithThoseThatAreKnown() throws {
        let error = try error("bert-golden", "\"model_type\": \"bert\"", "\"model_type\": \"mamba\"")
        #expect(error?.problem == "model_type \"mamba\" is not supported")
        #expect(error?.place?.hasSuffix("config.json") == true)
        #expect(error?.remedy == "Supported: \(EncoderFamilies.modelTypes.joined(separator: ", ")).")
    }

    @Test(arguments: [
        ("bert-golden", "\"num_attention_heads\": 3", "\"num_attention_heads\": 4", "num_attention_heads"),
        ("bert-golden", "\"num_attention_heads\": 3", "\"num_attention_heads\": 0", "num_attention_heads"),
        ("bert-golden", "\"hidden_size\": 6", "\"hidden_size\": -6", "hidden_size"),
        ("bert-golden", "\"hidden_size\": 6", "\"hidden_size\": 9223372036854775807", "hidden_size"),
        ("bert-golden", "\"hidden_size\": 6", "\"hidden_size\": \"six\"", "hidden_size"),
        ("bert-golden", "\"vocab_size\"", "\"words\"", "vocab_size"),
        ("bert-golden", "\"hidden_act\": \"gelu\"", "\"hidden_act\": \"mish\"", "hidden_act"),
        ("bert-golden", "\"hidden_dropout_prob\": 0.1", "\"hidden_dropout_prob\": 1.5", "hidden_dropout_prob"),
        ("bert-golden", "\"layer_norm_eps\": 1e-12", "\"layer_norm_eps\": 0", "layer_norm_eps"),
        ("bert-golden", "\"is_decoder\": false", "\"is_decoder\": true", "is_decoder"),
        (
            "bert-golden", "\"vocab_size\"", "\"position_embedding_type\": \"relative_key\", \"vocab_size\"",
            "position_embedding_type"
        ),
        ("vit-golden", "\"patch_size\": 3", "\"patch_size\": 12", "patch_size"),
        ("vit-golden", "\"num_channels\": 3", "\"num_channels\": 1", "num_channels"),
        ("vit-golden", "\"num_hidden_layers\": 2", "\"num_hidden_layers\": 0", "num_hidden_layers"),
    ])
    func impossibleConfigurationsNameTheKey(name: String, old: String, new: String, key: String) throws {
        let error = try error(name, old, new)
        #expect(error?.problem.contains("\"\(key)\"") == true, "\(error?.description ?? "")")
        #expect(error?.place?.hasSuffix("config.json") == true)
    }

    @Test func configurationsThatDoNotFitTheWeightsNameTheTensor() throws {
        let size = try error("vit-golden", "\"image_size\": 6", "\"image_size\": 9")
        #expect(
            size?.problem == "tensor \"embeddings.position_embeddings\" has shape [1, 5, 6], expected [1, 10, 6]")
        let depth = try error("bert-golden", "\"num_hidden_layers\": 2", "\"num_hidden_layers\": 3")
        #expect(depth?.problem == "tensor \"encoder.layer.2.attention.self.query.weight\" is missing")
    }

    @Test func anotherFamilysWeightsAreRefused() throws {
        try withTemporaryFolder { folder in
            let copy = folder.appending(path: "mixed")
            try FileManager.default.copyItem(at: ExpectedStates.fixtures.appending(path: "vit-golden"), to: copy)
            try FileManager.default.removeItem(at: copy.appending(path: "config.json"))
            try FileManager.default.copyItem(
                at: ExpectedStates.fixtures.appending(path: "bert-golden/config.json"),
                to: copy.appending(path: "config.json"))
            let error = #expect(throws: UserError.self) { try PretrainedEncoder(directory: copy) }
            #expect(error?.problem == "tensor \"embeddings.word_embeddings.weight\" is missing")
        }
    }

    @Test func missingAndCutOffFilesAreRefused() throws {
        try withTemporaryFolder { folder in
            let empty = #expect(throws: UserError.self) { try PretrainedEncoder(directory: folder) }
            #expect(empty?.problem == "there is no config.json here")
            let copy = folder.appending(path: "cut")
            try FileManager.default.copyItem(at: ExpectedStates.fixtures.appending(path: "bert-golden"), to: copy)
            let file = copy.appending(path: "model.safetensors")
            let whole = try Data(contentsOf: file)
            for length in [0, 9, whole.count / 2, whole.count - 1] {
                try whole.prefix(length).write(to: file)
                let error = #expect(throws: UserError.self) { try PretrainedEncoder(directory: copy) }
                #expect(error?.place?.hasSuffix("model.safetensors") == true)
            }
        }
    }

    @Test func layersBeyondTheLastAreRefused() {
        let directory = ExpectedStates.fixtures.appending(path: "bert-golden")
        let error = #expect(throws: UserError.self) { try PretrainedEncoder(directory: directory, through: 3) }
        #expect(error?.remedy == "Choose layers from 0 to 2.")
    }

    @Test func olderNamesOfTheNormsAreRead() throws {
        try withTemporaryFolder { folder in
            let source = ExpectedStates.fixtures.appending(path: "bert-golden")
            let copy = folder.appending(path: "older")
            try FileManager.default.copyItem(at: source, to: copy)
            let weights = try Weights(directory: source)
            let renamed = try weights.names.map { name in
                let older = name.replacingOccurrences(of: "LayerNorm.weight", with: "LayerNorm.gamma")
                    .replacingOccurrences(of: "LayerNorm.bias", with: "LayerNorm.beta")
                return (key: older, value: try weights.tensor(name))
            }
            try Weights.write(renamed, to: copy.appending(path: "model.safetensors"))
            let expected = try ExpectedStates(source)
            let encoder = try PretrainedEncoder(directory: copy)
            #expect(encoder.parameters.all["embeddings.LayerNorm.gamma"] != nil)
            #expect(difference(encoder.lastHiddenState(of: expected.input), expected.last) < 1e-5)
        }
    }

    @Test func theHashTellsWeightsAndConfigurationsApart() throws {
        try withTemporaryFolder { folder in
            let source = ExpectedStates.fixtures.appending(path: "bert-golden")
            let copy = folder.appending(path: "other")
            try FileManager.default.copyItem(at: source, to: copy)
            let hash = try PretrainedEncoder(directory: source).hash
            #expect(try PretrainedEncoder(directory: copy).hash == hash)
            let file = copy.appending(path: "config.json")
            let text = try String(contentsOf: file, encoding: .utf8)
            try AtomicFile.write(text.replacingOccurrences(of: "\"gelu\"", with: "\"relu\""), to: file)
            #expect(try PretrainedEncoder(directory: copy).hash != hash)
        }
    }
}
