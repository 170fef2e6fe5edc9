package import Files
package import Torch

/// DINOv2, with and without registers: pre-norm transformers over the patches of pictures of any size.
///
/// The mask token of pre-training is not read.
package struct Dinov2Family: EncoderFamily {
    /// The `model_type`s of the family.
    package static let modelTypes = ["dinov2", "dinov2_with_registers"]
    /// Pictures.
    package static let modality = Modality.image

    /// What is done about the keys of a configuration.
    package static func keys(of modelType: String) -> ConfigurationKeys {
        .picture
            + ConfigurationKeys(
                read: "mlp_ratio qkv_bias use_swiglu_ffn" + (modelType == "dinov2" ? "" : " num_register_tokens"),
                withoutEffect: """
                    apply_layernorm drop_path_rate layerscale_value out_features out_indices reshape_hidden_states stage_names \
                    use_mask_token
                    """)
    }

    let configuration: Dinov2Configuration

    /// Reads and checks a configuration.
    ///
    /// - Throws: ``UserError`` that names the file and the key that is missing, impossible or not supported.
    package init(_ configuration: ConfigurationFile, modelType: String) throws {
        self.configuration = try Dinov2Configuration(configuration, modelType: modelType)
    }

    /// Pixels of any size from one patch on.
    package var input: EncoderInput { .pixels(configuration.grid) }
    /// Values per token state, `hidden_size`.
    package var width: Int { configuration.width }
    /// How many blocks there are, `num_hidden_layers`.
    package var depth: Int { configuration.depth }
    /// `hidden_dropout_prob` and `attention_probs_dropout_prob`, 0 unless a configuration says otherwise.
    package var dropout: EncoderDropout { configuration.dropout }
    /// The state of the class token, which pre-training compares between views of a picture.
    package var pooling: Pooling { .first }
    /// A tensor that every checkpoint has: the class token.
    package var anchor: (name: String, prefixes: [String]) {
        ("embeddings.cls_token", ["", "dinov2.", "dinov2_with_registers."])
    }

    /// The part from pixels to hidden state 0.
    package func embeddings(_ parameters: Parameters) throws -> any EncoderPart {
        try Dinov2Embeddings(parameters.scoped("embeddings"), configuration)
    }

    /// The part from hidden state `index` to `index + 1`.
    package func block(_ parameters: Parameters, _ index: Int) throws -> any EncoderPart {
        let parameters = parameters.scoped("encoder").scoped("layer", index)
        let (bias, epsilon) = (configuration.attentionBias, configuration.epsilon)
        let ask = parameters.scoped("attention.attention")
        return PreNormBlock(
            mixerNorm: try LayerNorm(parameters.scoped("norm1"), width, epsilon: epsilon),
            mixer: Attention(
                query: try Linear(ask.scoped("query"), width, width, bias: bias),
                key: try Linear(ask.scoped("key"), width, width, bias: bias),
                value: try Linear(ask.scoped("value"), width, width, bias: bias),
                output: try Linear(parameters.scoped("attention.output.dense"), width, width), shape: configuration.heads),
            mixerResult: LayerScale(weight: try parameters.scoped("layer_scale1")("lambda1", [width], .ones)),
            feedForwardNorm: try LayerNorm(parameters.scoped("norm2"), width, epsilon: epsilon),
            feedForward: try feedForward(parameters.scoped("mlp")),
            feedForwardResult: LayerScale(weight: try parameters.scoped("layer_scale2")("lambda1", [width], .ones)))
    }

    /// The norm after the last block, which is no part of a hidden state.
    package func finalNorm(_ parameters: Parameters) throws -> (any EncoderPart)? {
        try LayerNorm(parameters.scoped("layernorm"), width, epsilon: configuration.epsilon)
    }

    private func feedForward(_ parameters: Parameters) throws -> any TokenMap {
        let intermediate = configuration.intermediate
        guard configuration.isGated else {
            return FeedForward(
                up: try Linear(parameters.scoped("fc1"), width, intermediate),
                down: try Linear(parameters.scoped("fc2"), intermediate, width), activation: configuration.activation)
        }
        return FusedGatedFeedForward(
            both: try Linear(parameters.scoped("weights_in"), width, 2 * intermediate),
            down: try Linear(parameters.scoped("weights_out"), intermediate, width), activation: .silu)
    }
}
