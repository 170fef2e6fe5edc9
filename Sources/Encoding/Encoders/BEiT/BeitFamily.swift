package import Files
package import Torch

/// BEiT and the picture encoder of data2vec: pre-norm transformers whose logits have a bias by the way from patch to patch.
///
/// The mask token of pre-training is not read.
package struct BeitFamily: EncoderFamily {
    /// The `model_type`s of the family.
    package static let modelTypes = ["beit", "data2vec-vision"]
    /// Pictures.
    package static let modality = Modality.image

    /// What is done about the keys of a configuration.
    package static func keys(of modelType: String) -> ConfigurationKeys {
        .picture
            + ConfigurationKeys(
                read: """
                    intermediate_size layer_scale_init_value use_absolute_position_embeddings use_mean_pooling \
                    use_relative_position_bias use_shared_relative_position_bias
                    """,
                withoutEffect: """
                    add_fpn auxiliary_channels auxiliary_concat_input auxiliary_loss_weight auxiliary_num_convs drop_path_rate \
                    out_features out_indices pool_scales reshape_hidden_states segmentation_indices semantic_loss_ignore_index \
                    stage_names use_auxiliary_head use_mask_token vocab_size
                    """)
    }

    let configuration: BeitConfiguration

    /// Reads and checks a configuration.
    ///
    /// - Throws: ``UserError`` that names the file and the key that is missing, impossible or not supported.
    package init(_ configuration: ConfigurationFile, modelType: String) throws {
        self.configuration = try BeitConfiguration(configuration)
    }

    /// Pixels of the size that the position bias was made for.
    package var input: EncoderInput { .pixels(configuration.grid) }
    /// Values per token state, `hidden_size`.
    package var width: Int { configuration.width }
    /// How many blocks there are, `num_hidden_layers`.
    package var depth: Int { configuration.depth }
    /// `hidden_dropout_prob` and `attention_probs_dropout_prob`.
    package var dropout: EncoderDropout { configuration.dropout }
    /// The state of the class token, which stands for the whole picture in every block.
    package var pooling: Pooling { .first }
    /// A tensor that every checkpoint has: the class token.
    package var anchor: (name: String, prefixes: [String]) { ("embeddings.cls_token", ["", "beit.", "data2vec_vision."]) }

    /// The part from pixels to hidden state 0.
    package func embeddings(_ parameters: Parameters) throws -> any EncoderPart {
        let parameters = parameters.scoped("embeddings")
        let grid = configuration.grid
        return PictureEmbeddings(
            leadingTokens: [try parameters("cls_token", [1, 1, width], .normal(0.02))],
            patches: try PatchProjection(parameters.scoped("patch_embeddings.projection"), grid, width: width),
            positions: configuration.hasPositions
                ? try parameters("position_embeddings", [1, grid.tokens, width], .normal(0.02)) : nil)
    }

    /// The part from hidden state `index` to `index + 1`.
    package func block(_ parameters: Parameters, _ index: Int) throws -> any EncoderPart {
        let encoder = parameters.scoped("encoder")
        let parameters = encoder.scoped("layer", index)
        let (intermediate, epsilon) = (configuration.intermediate, configuration.epsilon)
        let ask = parameters.scoped("attention.attention")
        var attention = Attention(
            query: try Linear(ask.scoped("query"), width, width),
            key: try Linear(ask.scoped("key"), width, width, bias: false),
            value: try Linear(ask.scoped("value"), width, width),
            output: try Linear(parameters.scoped("attention.output.dense"), width, width), shape: configuration.heads)
        attention.bias = try bias(own: ask, shared: encoder)
        return PreNormBlock(
            mixerNorm: try LayerNorm(parameters.scoped("layernorm_before"), width, epsilon: epsilon),
            mixer: attention,
            mixerResult: try scale(parameters, "lambda_1"),
            feedForwardNorm: try LayerNorm(parameters.scoped("layernorm_after"), width, epsilon: epsilon),
            feedForward: FeedForward(
                up: try Linear(parameters.scoped("intermediate.dense"), width, intermediate),
                down: try Linear(parameters.scoped("output.dense"), intermediate, width),
                activation: configuration.activation),
            feedForwardResult: try scale(parameters, "lambda_2"))
    }

    /// The norm after the last block, which is no part of a hidden state; nil where it belongs to a classifier.
    package func finalNorm(_ parameters: Parameters) throws -> (any EncoderPart)? {
        if configuration.meansPatches { return nil }
        return try LayerNorm(parameters.scoped("layernorm"), width, epsilon: configuration.epsilon)
    }

    private func bias(own: Parameters, shared: Parameters) throws -> RelativePositionBias? {
        let grid = configuration.grid
        let shape = [RelativePositionBias.rows(side: grid.patches(grid.size)), configuration.heads.heads]
        let places = (configuration.positionBias.own ? [own] : []) + (configuration.positionBias.shared ? [shared] : [])
        if places.isEmpty { return nil }
        let tables = try places.map { try $0.scoped("relative_position_bias")("relative_position_bias_table", shape, .zeros) }
        return RelativePositionBias(tables, grid, on: own.device)
    }

    private func scale(_ parameters: Parameters, _ name: String) throws -> LayerScale? {
        configuration.hasLayerScale ? LayerScale(weight: try parameters(name, [width], .ones)) : nil
    }
}
