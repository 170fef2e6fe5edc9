import Torch

/// What the `config.json` of a causal transformer of the Llama kind says.
struct DecoderConfiguration: Sendable {
    let vocabulary: Int
    let width: Int
    let depth: Int
    let heads: AttentionShape
    let intermediate: Int
    var activation: Activation
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
    /// Whether a token sees only itself and those before it; false for a decoder that was trained on as an encoder.
    let isCausal: Bool
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
        isCausal = try configuration.flag("is_causal", default: true)
    }

    private static func heads(
        _ configuration: ConfigurationFile, width: Int, _ defaults: Defaults
    ) throws -> AttentionShape {
        let heads = try configuration.size("num_attention_heads")
        // Null says that each head has keys of its own, which differs from saying nothing.
        let keyHeads =
            configuration.isNull("num_key_value_heads")
            ? heads : try configuration.size("num_key_value_heads", default: defaults.keyHeads ?? heads)
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
    ///
    /// - Parameters:
    ///   - size: the window where the file says nothing of it; nil: none.
    ///   - isUsed: whether windows count at all.
    ///   - hasTypes: whether the family reads `layer_types`; in others it may say nothing else than `usual` does.
    mutating func readWindows(
        _ configuration: ConfigurationFile, default size: Int? = nil, isUsed: Bool = true, hasTypes: Bool = true,
        usual: (Int) -> Bool
    ) throws {
        // Null says that there is no window, which differs from saying nothing.
        let window =
            !isUsed || configuration.isNull("sliding_window")
            ? nil : try configuration.optional("sliding_window", Int.self, "a whole number") ?? size
        if let window, window < 1 { throw configuration.error("sliding_window", "is \(window), expected a number from 1") }
        let types = try readTypes(configuration, hasWindow: window != nil)
        for block in 0..<depth where window != nil {
            windows[block] = types?[block] ?? usual(block) ? window : nil
            guard hasTypes || windows[block] == (usual(block) ? window : nil) else {
                throw configuration.error(
                    "layer_types", "names kinds of blocks, which models of this family do not have",
                    remedy: "Remove the key, or give the model_type that has them.")
            }
        }
    }

    /// Which blocks have a window, as `layer_types` says; nil where it is missing.
    private func readTypes(_ configuration: ConfigurationFile, hasWindow: Bool) throws -> [Bool]? {
        guard let types = try configuration.optional("layer_types", [String].self, "a list of texts") else { return nil }
        guard types.count == depth else {
            throw configuration.error("layer_types", "has \(types.count) entries for \(depth) blocks")
        }
        return try types.map { type in
            switch type {
            case "full_attention": return false
            case "sliding_attention" where hasWindow: return true
            case "sliding_attention":
                throw configuration.error("layer_types", "names a block with a window, and there is no sliding_window")
            default: throw configuration.error("layer_types", "names \"\(type)\", which is not supported")
            }
        }
    }
}

extension ConfigurationKeys {
    /// The keys that all families of the Llama kind have.
    static let decoder =
        common
        + ConfigurationKeys(
            read: """
                attention_dropout head_dim hidden_act hidden_size intermediate_size is_causal max_position_embeddings \
                num_attention_heads num_hidden_layers num_key_value_heads original_max_position_embeddings rms_norm_eps \
                rope_parameters rope_scaling rope_theta vocab_size
                """,
            fixed: [
                "partial_rotary_factor": .init(
                    values: [.null, .number(1)], remedy: "Only models that turn whole heads are read.")
            ])
}
