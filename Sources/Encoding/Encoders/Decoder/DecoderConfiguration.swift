import Torch

/// What the `config.json` of a causal transformer of the Llama kind says.
struct DecoderConfiguration: Sendable {
    let vocabulary: Int
    let width: Int
    let depth: Int
    let heads: AttentionShape
    let intermediate: Int
    let activation: Activation
    let epsilon: Double
    /// The longest text that the model was made for, in tokens.
    let maximum: Int
    let frequencies: RotaryFrequencies
    let dropout: EncoderDropout

    /// Whether the maps to queries, keys and values have biases.
    var hasAttentionBias = false
    /// Whether the map after attention has a bias.
    var hasOutputBias = false
    /// Whether the feed-forward's maps have biases.
    var hasFeedForwardBias = false
    /// Whether each head's query and key are normalised.
    var hasHeadNorms = false
    /// Whether what a step adds is normalised too.
    var hasResultNorms = false
    /// Whether norms are stored less 1.
    var hasOffsetNorms = false
    /// Whether states start as the token's row times sqrt(width).
    var scalesTokens = false
    /// The factor of attention's logits; nil: 1 / sqrt(headWidth).
    var scale: Double?
    /// The cap of attention's logits.
    var cap: Double?
    /// Whether a token sees only itself and those before it.
    var isCausal = true
    /// How many tokens a token of a block sees at most; nil: all before it.
    var windows: [Int?]

    /// The defaults of a family's configuration class, for keys that a file leaves out.
    struct Defaults {
        var keyHeads: Int?
        var headWidth: Int?
        var activationKey = "hidden_act"
        var activation = "silu"
        var maximum = 2048
        var epsilon = 1e-6
        var rotaryBase = 10_000.0
    }

    init(_ configuration: ConfigurationFile, _ defaults: Defaults = Defaults()) throws {
        vocabulary = try configuration.size("vocab_size")
        width = try configuration.size("hidden_size")
        depth = try configuration.size("num_hidden_layers")
        intermediate = try configuration.size("intermediate_size")
        maximum = try configuration.size("max_position_embeddings", default: defaults.maximum)
        epsilon = try configuration.epsilon("rms_norm_eps", default: defaults.epsilon)
        activation = try configuration.activation(defaults.activationKey, default: defaults.activation)
        heads = try Self.heads(configuration, width: width, defaults)
        frequencies = try RotaryFrequencies(
            configuration, base: defaults.rotaryBase, headWidth: heads.headWidth, maximum: maximum)
        dropout = EncoderDropout(hidden: 0, attention: try configuration.probability("attention_dropout", default: 0))
        windows = Array(repeating: nil, count: depth)
    }

    private static func heads(
        _ configuration: ConfigurationFile, width: Int, _ defaults: Defaults
    ) throws -> AttentionShape {
        let heads = try configuration.size("num_attention_heads")
        let keyHeads = try configuration.size("num_key_value_heads", default: defaults.keyHeads ?? heads)
        guard heads % keyHeads == 0 else {
            throw configuration.error(
                "num_key_value_heads", "is \(keyHeads), which does not divide num_attention_heads \(heads)")
        }
        if configuration.has("head_dim") || defaults.headWidth != nil {
            let headWidth = try configuration.size("head_dim", default: defaults.headWidth)
            return AttentionShape(heads: heads, keyHeads: keyHeads, headWidth: headWidth)
        }
        guard width % heads == 0 else {
            throw configuration.error("num_attention_heads", "is \(heads), which does not divide hidden_size \(width)")
        }
        return AttentionShape(heads: heads, keyHeads: keyHeads, headWidth: width / heads)
    }

    /// Reads the window of attention of the blocks for which it holds: those that `layer_types` names, else as `usual` says.
    mutating func readWindows(_ configuration: ConfigurationFile, default size: Int? = nil, usual: (Int) -> Bool) throws {
        // Null says that there is no window, which differs from saying nothing.
        guard
            let window = configuration.isNull("sliding_window")
                ? nil
                : try configuration.optional("sliding_window", Int.self, "a whole number") ?? size
        else { return }
        guard window > 0 else { throw configuration.error("sliding_window", "is \(window), expected a number from 1") }
        let types = try configuration.optional("layer_types", [String].self, "a list of texts")
        guard types == nil || types?.count == depth else {
            throw configuration.error("layer_types", "has \(types?.count ?? 0) entries for \(depth) blocks")
        }
        for block in 0..<depth where types.map({ $0[block] == "sliding_attention" }) ?? usual(block) {
            windows[block] = window
        }
    }
}
