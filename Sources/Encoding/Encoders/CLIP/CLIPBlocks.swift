import Torch

/// The blocks that both towers of CLIP and those of SigLIP are made of: their sizes, and their tensors' names.
struct CLIPBlocks: Sendable {
    var width = 768
    var depth = 12
    var heads = AttentionShape(heads: 12, keyHeads: 12, headWidth: 64)
    var intermediate = 3072
    var activation = Activation.quickGELU
    var epsilon = 1e-5
    /// The probability of `attention_dropout`; there is no other dropout.
    var dropout = EncoderDropout.none

    /// What a configuration of CLIP's texts leaves unsaid.
    static let text = CLIPBlocks(width: 512, heads: AttentionShape(heads: 8, keyHeads: 8, headWidth: 64), intermediate: 2048)
    /// What a configuration of CLIP's pictures leaves unsaid.
    static let picture = CLIPBlocks()
    /// What a configuration of SigLIP's texts or pictures leaves unsaid.
    static let siglip = CLIPBlocks(activation: .geluTanh, epsilon: 1e-6)
}

extension CLIPBlocks {
    /// Reads and checks a configuration, which may hold only what differs from the usual.
    init(_ configuration: ConfigurationFile, usual: CLIPBlocks) throws {
        width = try configuration.size("hidden_size", default: usual.width)
        depth = try configuration.size("num_hidden_layers", default: usual.depth)
        heads = try configuration.heads(width: width, default: usual.heads.heads)
        intermediate = try configuration.size("intermediate_size", default: usual.intermediate)
        activation = try configuration.activation("hidden_act", default: usual.activation.rawValue)
        epsilon = try configuration.epsilon("layer_norm_eps", default: usual.epsilon)
        dropout = EncoderDropout(hidden: 0, attention: try configuration.probability("attention_dropout", default: 0))
    }

    /// The block from hidden state `index` to `index + 1`: `encoder.layers.<index>` below the tower's prefix.
    func block(_ parameters: Parameters, _ index: Int, sight: Sight = .all) throws -> PreNormBlock {
        let parameters = parameters.scoped("encoder").scoped("layers", index)
        let maps = parameters.scoped("self_attn")
        var attention = Attention(
            query: try Linear(maps.scoped("q_proj"), width, width),
            key: try Linear(maps.scoped("k_proj"), width, width),
            value: try Linear(maps.scoped("v_proj"), width, width),
            output: try Linear(maps.scoped("out_proj"), width, width), shape: heads)
        attention.sight = sight
        return PreNormBlock(
            mixerNorm: try LayerNorm(parameters.scoped("layer_norm1"), width, epsilon: epsilon),
            mixer: attention,
            feedForwardNorm: try LayerNorm(parameters.scoped("layer_norm2"), width, epsilon: epsilon),
            feedForward: FeedForward(
                up: try Linear(parameters.scoped("mlp.fc1"), width, intermediate),
                down: try Linear(parameters.scoped("mlp.fc2"), intermediate, width), activation: activation))
    }
}

extension ConfigurationKeys {
    /// The keys that all towers of CLIP's kind have.
    static let clip =
        common
        + ConfigurationKeys(
            read:
                "attention_dropout hidden_act hidden_size intermediate_size layer_norm_eps num_attention_heads num_hidden_layers"
        )

    /// The keys beside the towers' sections in a model of two.
    static let towers =
        common
        + ConfigurationKeys(
            read: "text_config text_config_dict vision_config vision_config_dict",
            withoutEffect: "logit_scale_init_value projection_dim")
}
