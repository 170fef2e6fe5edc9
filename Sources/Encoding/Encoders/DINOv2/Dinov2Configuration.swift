import Torch

/// What the `config.json` of DINOv2 says.
struct Dinov2Configuration: Sendable {
    let width: Int
    let depth: Int
    let heads: AttentionShape
    let intermediate: Int
    /// Whether the feed-forward step is gated.
    let isGated: Bool
    let activation: Activation
    let epsilon: Double
    let grid: PatchGrid
    let attentionBias: Bool
    /// Tokens without a meaning of their own, which the model writes into.
    let registers: Int
    /// Whether positions are smoothed when they are brought to a smaller grid.
    let smoothsPositions: Bool
    let dropout: EncoderDropout

    init(_ configuration: ConfigurationFile, modelType: String) throws {
        let hasRegisters = modelType == "dinov2_with_registers"
        width = try configuration.size("hidden_size", default: 768)
        depth = try configuration.size("num_hidden_layers", default: 12)
        heads = try configuration.heads(width: width, default: 12)
        try configuration.checkHeadWidth(heads)
        let hidden = width * (try configuration.whole("mlp_ratio", in: 1...64, default: 4))
        isGated = try configuration.flag("use_swiglu_ffn", default: false)
        // Two of the three maps of the gated form are as wide as the plain one's together, in steps of 8.
        intermediate = isGated ? (hidden * 2 / 3 + 7) / 8 * 8 : hidden
        activation = try configuration.activation("hidden_act", default: "gelu")
        epsilon = try configuration.epsilon("layer_norm_eps", default: 1e-6)
        attentionBias = try configuration.flag("qkv_bias", default: true)
        registers = hasRegisters ? try configuration.whole("num_register_tokens", in: 0...65_536, default: 4) : 0
        grid = try configuration.grid(leadingTokens: 1 + registers, size: 224, patch: hasRegisters ? 16 : 14, adapts: true)
        smoothsPositions = hasRegisters
        dropout = EncoderDropout(
            hidden: try configuration.probability("hidden_dropout_prob", default: 0),
            attention: try configuration.probability("attention_probs_dropout_prob", default: 0))
    }
}
