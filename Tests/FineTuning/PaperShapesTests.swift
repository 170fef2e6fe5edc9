import Catalogue
import Files
import FineTuning
import Foundation
import Modeling
import TestSupport
import Testing
import Torch

/// What trains with bert-base and ViT-base, 64 wide: the numbers behind the papers' tables.
///
/// Each count holds 206,912 numbers of heads, fusion and user encoder. The papers give 0.83 M for LoRA: their code replaces the query and
/// value maps, and trains the 36,864 biases of the new ones, too. Here LoRA is added to the pretrained maps.
@Suite(.oneAtATime) struct PaperShapesTests {
    @Test func trainableParameters() throws {
        let expected: [(method: Method, count: Int)] = [
            (.full, 194_897_216), (.adapter, 4_965_440), (.lora, 796_736), (.bitfit, 411_968),
        ]
        try withTemporaryFolder { folder in
            let text = try Self.encoder(Self.bert, settings: ["model_type": "bert", "vocab_size": 30522], in: folder, "text")
            let image = try Self.encoder(Self.vit, settings: ["model_type": "vit"], in: folder, "image")
            let titles = try LiveInputs(tokens: [[101, 102]], with: text)
            let pictures = try LiveInputs(pixels: .zeros([1, 3, 224, 224]), with: image)
            for (method, count) in expected {
                var options = RecommenderOptions()
                options.method = method
                func source(_ inputs: LiveInputs) throws -> TunedEncoder {
                    try TunedEncoder(inputs, method: method, options.fineTuning, pooling: nil, autocast: nil, on: .cpu)
                }
                let recommender = try Recommender.make(
                    options, itemCount: 1, states: [.text: source(titles), .image: source(pictures)], positions: 10, on: .cpu)
                #expect(recommender.trainableCount == count, "\(method)")
                // Frozen or not, the encoders' 194,690,304 numbers are computed with.
                #expect(recommender.totalCount - (method == .adapter || method == .lora ? count - 206_912 : 0) == 194_897_216)
            }
        }
    }

    /// The names and shapes of bert-base's tensors but the pooler's.
    private static let bert: [(String, [Int])] = {
        var tensors: [(String, [Int])] = [
            ("embeddings.word_embeddings.weight", [30522, 768]), ("embeddings.position_embeddings.weight", [512, 768]),
            ("embeddings.token_type_embeddings.weight", [2, 768]),
        ]
        tensors += norm("embeddings.LayerNorm")
        for layer in 0..<12 {
            let block = "encoder.layer.\(layer)"
            for map in ["query", "key", "value"] { tensors += linear("\(block).attention.self.\(map)", 768, 768) }
            tensors += linear("\(block).attention.output.dense", 768, 768) + norm("\(block).attention.output.LayerNorm")
            tensors += linear("\(block).intermediate.dense", 768, 3072) + linear("\(block).output.dense", 3072, 768)
            tensors += norm("\(block).output.LayerNorm")
        }
        return tensors
    }()

    /// The names and shapes of ViT-base's tensors but the pooler's.
    private static let vit: [(String, [Int])] = {
        var tensors: [(String, [Int])] = [
            ("embeddings.cls_token", [1, 1, 768]), ("embeddings.position_embeddings", [1, 197, 768]),
            ("embeddings.patch_embeddings.projection.weight", [768, 3, 16, 16]),
            ("embeddings.patch_embeddings.projection.bias", [768]),
        ]
        for layer in 0..<12 {
            let block = "encoder.layer.\(layer)"
            for map in ["query", "key", "value"] { tensors += linear("\(block).attention.attention.\(map)", 768, 768) }
            tensors += linear("\(block).attention.output.dense", 768, 768)
            tensors += norm("\(block).layernorm_before") + norm("\(block).layernorm_after")
            tensors += linear("\(block).intermediate.dense", 768, 3072) + linear("\(block).output.dense", 3072, 768)
        }
        return tensors + norm("layernorm")
    }()

    private static func linear(_ name: String, _ inputs: Int, _ outputs: Int) -> [(String, [Int])] {
        [("\(name).weight", [outputs, inputs]), ("\(name).bias", [outputs])]
    }

    private static func norm(_ name: String) -> [(String, [Int])] { [("\(name).weight", [768]), ("\(name).bias", [768])] }

    /// A model directory whose weights are a file with a hole in place of the numbers: it takes no room on the disk.
    private static func encoder(
        _ tensors: [(name: String, shape: [Int])], settings: [String: Any], in folder: URL, _ name: String
    ) throws -> URL {
        let folder = folder.appending(path: name)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let base: [String: Any] = [
            "hidden_size": 768, "num_hidden_layers": 12, "num_attention_heads": 12, "intermediate_size": 3072,
            "max_position_embeddings": 512, "image_size": 224, "patch_size": 16, "num_channels": 3,
        ]
        try JSONSerialization.data(withJSONObject: base.merging(settings) { $1 })
            .write(to: folder.appending(path: "config.json"))
        var header: [String: Any] = [:]
        var end = 0
        for (name, shape) in tensors {
            let bytes = 4 * shape.reduce(1, *)
            header[name] = ["dtype": "F32", "shape": shape, "data_offsets": [end, end + bytes]]
            end += bytes
        }
        var text = try JSONSerialization.data(withJSONObject: header)
        while text.count % 8 != 0 { text.append(UInt8(ascii: " ")) }
        let file = folder.appending(path: "model.safetensors")
        try (withUnsafeBytes(of: UInt64(text.count).littleEndian) { Data($0) } + text).write(to: file)
        let handle = try FileHandle(forWritingTo: file)
        try handle.truncate(atOffset: UInt64(8 + text.count + end))
        try handle.close()
        return folder
    }
}
