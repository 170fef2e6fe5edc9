import Files
import Foundation
import Torch

/// What the `config.json` of a vision transformer says.
struct ViTConfiguration: Sendable {
    let modelType: String
    let width: Int
    let depth: Int
    let heads: Int
    let intermediate: Int
    let activation: Activation
    let epsilon: Double
    let imageSize: Int
    let patchSize: Int
    let channels: Int
    let attentionBias: Bool
    let dropout: EncoderDropout

    /// How many tokens stand before the patches: the class token, and the distillation token of DeiT.
    var leadingTokens: Int { modelType == "deit" ? 2 : 1 }
    /// How many patches a picture has.
    var patches: Int { (imageSize / patchSize) * (imageSize / patchSize) }
    /// How many tokens a picture becomes.
    var tokens: Int { leadingTokens + patches }

    private struct Keys: Decodable {
        let model_type: String
        let hidden_size: Int
        let num_hidden_layers: Int
        let num_attention_heads: Int
        let intermediate_size: Int
        let image_size: Int
        let patch_size: Int
        let num_channels: Int?
        let hidden_act: String?
        let layer_norm_eps: Double?
        let qkv_bias: Bool?
        let hidden_dropout_prob: Double?
        let attention_probs_dropout_prob: Double?
    }

    init(_ file: URL) throws {
        let keys = try JSONFile.read(Keys.self, from: file)
        let check = ConfigurationCheck(file: file)
        modelType = keys.model_type
        width = keys.hidden_size
        depth = keys.num_hidden_layers
        heads = keys.num_attention_heads
        intermediate = keys.intermediate_size
        imageSize = keys.image_size
        patchSize = keys.patch_size
        channels = keys.num_channels ?? 3
        epsilon = keys.layer_norm_eps ?? 1e-12
        attentionBias = keys.qkv_bias ?? true
        dropout = EncoderDropout(
            hidden: keys.hidden_dropout_prob ?? 0, attention: keys.attention_probs_dropout_prob ?? 0)
        try check.sizes([
            "hidden_size": width, "num_hidden_layers": depth, "num_attention_heads": heads, "intermediate_size": intermediate,
            "image_size": imageSize, "patch_size": patchSize, "num_channels": channels,
        ])
        try check.heads(heads, width: width)
        try check.epsilon(epsilon)
        try check.probabilities([
            "hidden_dropout_prob": dropout.hidden, "attention_probs_dropout_prob": dropout.attention,
        ])
        guard imageSize >= patchSize else {
            throw check.error("patch_size", "is \(patchSize), larger than image_size \(imageSize)")
        }
        guard channels == 3 else { throw check.error("num_channels", "is \(channels), pictures have 3") }
        activation = try check.activation(keys.hidden_act ?? "gelu")
    }
}
