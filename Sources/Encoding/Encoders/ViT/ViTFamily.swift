package import Files
package import Torch

/// ViT, DeiT and the encoder of MAE: pre-norm transformers over the patches of a picture, with a class token before them.
///
/// MAE's encoder is run over all patches in their order: nothing is masked.
package struct ViTFamily: EncoderFamily {
    /// The `model_type`s of the family.
    package static let modelTypes = ["vit", "deit", "vit_mae"]
    /// Pictures.
    package static let modality = Modality.image

    /// What is done about the keys of a configuration.
    package static func keys(of modelType: String) -> ConfigurationKeys {
        .picture
            + ConfigurationKeys(
                read: "intermediate_size qkv_bias",
                withoutEffect: modelType == "vit_mae"
                    // Nothing is masked here.
                    ? "decoder_hidden_size decoder_intermediate_size decoder_num_attention_heads decoder_num_hidden_layers mask_ratio "
                        + "norm_pix_loss" : "encoder_stride pooler_act pooler_output_size")
    }

    let configuration: ViTConfiguration

    /// Reads and checks a configuration.
    ///
    /// - Throws: ``UserError`` that names the file and the key that is missing, impossible or not supported.
    package init(_ configuration: ConfigurationFile, modelType: String) throws {
        self.configuration = try ViTConfiguration(configuration, modelType: modelType)
    }

    /// Pixels of the size that the position embeddings were made for.
    package var input: EncoderInput { .pixels(configuration.grid) }
    /// Values per token state, `hidden_size`.
    package var width: Int { configuration.width }
    /// How many blocks there are, `num_hidden_layers`.
    package var depth: Int { configuration.depth }
    /// `hidden_dropout_prob` and `attention_probs_dropout_prob`.
    package var dropout: EncoderDropout { configuration.dropout }
    /// The state of the class token.
    package var pooling: Pooling { .first }
    /// A tensor that every checkpoint has: the class token.
    package var anchor: (name: String, prefixes: [String]) { ("embeddings.cls_token", ["", "vit.", "deit."]) }

    /// The part from pixels to hidden state 0.
    package func embeddings(_ parameters: Parameters) throws -> any EncoderPart {
        let parameters = parameters.scoped("embeddings")
        let grid = configuration.grid
        let names = ["cls_token", "distillation_token"].prefix(grid.leadingTokens)
        return PictureEmbeddings(
            leadingTokens: try names.map { try parameters($0, [1, 1, width], .normal(0.02)) },
            patches: try PatchProjection(parameters.scoped("patch_embeddings.projection"), grid, width: width),
            positions: try parameters("position_embeddings", [1, grid.tokens, width], .normal(0.02)))
    }

    /// The part from hidden state `index` to `index + 1`.
    package func block(_ parameters: Parameters, _ index: Int) throws -> any EncoderPart {
        let parameters = parameters.scoped("encoder").scoped("layer", index)
        let (width, intermediate, epsilon) = (configuration.width, configuration.intermediate, configuration.epsilon)
        let ask = parameters.scoped("attention.attention")
        let bias = configuration.attentionBias
        return PreNormBlock(
            mixerNorm: try LayerNorm(parameters.scoped("layernorm_before"), width, epsilon: epsilon),
            mixer: Attention(
                query: try Linear(ask.scoped("query"), width, width, bias: bias),
                key: try Linear(ask.scoped("key"), width, width, bias: bias),
                value: try Linear(ask.scoped("value"), width, width, bias: bias),
                output: try Linear(parameters.scoped("attention.output.dense"), width, width), shape: configuration.heads),
            feedForwardNorm: try LayerNorm(parameters.scoped("layernorm_after"), width, epsilon: epsilon),
            feedForward: FeedForward(
                up: try Linear(parameters.scoped("intermediate.dense"), width, intermediate),
                down: try Linear(parameters.scoped("output.dense"), intermediate, width),
                activation: configuration.activation))
    }

    /// The norm after the last block, which is no part of a hidden state.
    package func finalNorm(_ parameters: Parameters) throws -> (any EncoderPart)? {
        try LayerNorm(parameters.scoped("layernorm"), width, epsilon: configuration.epsilon)
    }
}
