import Torch

/// What the `config.json` of a vision transformer says.
struct ViTConfiguration: Sendable {
    let width: Int
    let depth: Int
    let heads: AttentionShape
    let intermediate: Int
    let activation: Activation
    let epsilon: Double
    let grid: PatchGrid
    let attentionBias: Bool
    let dropout: EncoderDropout

    init(_ configuration: ConfigurationFile, modelType: String) throws {
        width = try configuration.size("hidden_size")
        depth = try configuration.size("num_hidden_layers")
        heads = try configuration.heads(width: width)
        try configuration.checkHeadWidth(heads)
        intermediate = try configuration.size("intermediate_size")
        epsilon = try configuration.epsilon("layer_norm_eps", default: 1e-12)
        activation = try configuration.activation("hidden_act", default: "gelu")
        attentionBias = try configuration.flag("qkv_bias", default: true)
        // The class token, and the distillation token of DeiT.
        grid = try configuration.grid(leadingTokens: modelType == "deit" ? 2 : 1)
        dropout = EncoderDropout(
            hidden: try configuration.probability("hidden_dropout_prob", default: 0),
            attention: try configuration.probability("attention_probs_dropout_prob", default: 0))
    }
}
