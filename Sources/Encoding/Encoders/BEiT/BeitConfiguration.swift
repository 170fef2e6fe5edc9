import Torch

/// What the `config.json` of BEiT says.
struct BeitConfiguration: Sendable {
    let width: Int
    let depth: Int
    let heads: AttentionShape
    let intermediate: Int
    let activation: Activation
    let epsilon: Double
    let grid: PatchGrid
    /// Whether there are learned positions of the tokens.
    let hasPositions: Bool
    /// Whether each block has a bias of its own, and whether there is one for all.
    let positionBias: (own: Bool, shared: Bool)
    let hasLayerScale: Bool
    /// Whether the classifier reads the mean over the patches; then its norm is no part of the encoder.
    let meansPatches: Bool
    let dropout: EncoderDropout

    init(_ configuration: ConfigurationFile) throws {
        width = try configuration.size("hidden_size", default: 768)
        depth = try configuration.size("num_hidden_layers", default: 12)
        heads = try configuration.heads(width: width, default: 12)
        try configuration.checkHeadWidth(heads)
        intermediate = try configuration.size("intermediate_size", default: 3072)
        activation = try configuration.activation("hidden_act", default: "gelu")
        epsilon = try configuration.epsilon("layer_norm_eps", default: 1e-12)
        grid = try configuration.grid(leadingTokens: 1, size: 224, patch: 16)
        // The bias of all pairs of patches is laid out in memory.
        guard grid.patches(grid.size) <= 64 else {
            throw configuration.error("patch_size", "is \(grid.patch): more than 64 patches along image_size \(grid.size)")
        }
        hasPositions = try configuration.flag("use_absolute_position_embeddings", default: false)
        positionBias = (
            own: try configuration.flag("use_relative_position_bias", default: false),
            shared: try configuration.flag("use_shared_relative_position_bias", default: false)
        )
        hasLayerScale = try configuration.number("layer_scale_init_value", default: 0.1) > 0
        meansPatches = try configuration.flag("use_mean_pooling", default: true)
        dropout = EncoderDropout(
            hidden: try configuration.probability("hidden_dropout_prob", default: 0),
            attention: try configuration.probability("attention_probs_dropout_prob", default: 0))
    }
}
