package import Files
package import Torch

/// The picture tower of EVA-CLIP (8B, 18B and their like), whose code on the hub is no part of `transformers`.
package struct EvaCLIPFamily: EncoderFamily {
    /// What a `clip_vision_model` of EVA-CLIP's classes counts as.
    package static let modelTypes = ["evaclip_vision_model"]
    /// Where the tower's configuration is beside that of the texts; "evaclip" is a `clip` of EVA-CLIP's classes.
    package static let sections = ["evaclip": "vision_config"]
    /// Pictures.
    package static let modality = Modality.image

    /// What is done about the keys of a configuration.
    package static func keys(of modelType: String) -> ConfigurationKeys {
        .clip
            + ConfigurationKeys(
                read: """
                    image_size k_bias num_channels patch_size post_layernorm pretrained_seq_len q_bias rope_theta use_rms_norm use_rope \
                    use_sub_ln use_swiglu_mlp v_bias
                    """, withoutEffect: "dropout projection_dim")
    }

    let configuration: EvaCLIPConfiguration

    /// Reads and checks a configuration.
    ///
    /// - Throws: ``UserError`` that names the file and the key that is missing, impossible or not supported.
    package init(_ configuration: ConfigurationFile, modelType: String) throws {
        self.configuration = try EvaCLIPConfiguration(configuration)
    }

    /// Pixels of the size that the position embeddings were made for.
    package var input: EncoderInput { .pixels(configuration.grid) }
    /// Values per token state, `hidden_size`.
    package var width: Int { configuration.blocks.width }
    /// How many blocks there are, `num_hidden_layers`.
    package var depth: Int { configuration.blocks.depth }
    /// `attention_dropout`; there is none of states.
    package var dropout: EncoderDropout { configuration.blocks.dropout }
    /// The state of the class token, which EVA-CLIP compares with texts.
    package var pooling: Pooling { .first }
    /// A tensor that every checkpoint has: the class token.
    package var anchor: (name: String, prefixes: [String]) { ("embeddings.class_embedding", ["vision_model.", ""]) }

    /// The part from pixels to hidden state 0.
    package func embeddings(_ parameters: Parameters) throws -> any EncoderPart {
        let parameters = parameters.scoped("embeddings")
        let grid = configuration.grid
        return PictureEmbeddings(
            leadingTokens: [try parameters("class_embedding", [width], .normal(0.02))],
            patches: try PatchProjection(parameters.scoped("patch_embedding"), grid, width: width),
            positions: try parameters.scoped("position_embedding")("weight", [grid.tokens, width], .normal(0.02)))
    }

    /// The part from hidden state `index` to `index + 1`.
    package func block(_ parameters: Parameters, _ index: Int) throws -> any EncoderPart {
        let parameters = parameters.scoped("encoder").scoped("layers", index)
        let attention = try attention(parameters.scoped("self_attn"))
        let feedForward = try feedForward(parameters.scoped("mlp"))
        let first = try norm(parameters.scoped("layer_norm1"), width)
        let second = try norm(parameters.scoped("layer_norm2"), width)
        return configuration.isPostNorm
            ? PreNormBlock(mixer: attention, mixerResult: first, feedForward: feedForward, feedForwardResult: second)
            : PreNormBlock(mixerNorm: first, mixer: attention, feedForwardNorm: second, feedForward: feedForward)
    }

    /// Nil: the checkpoint's last norm is for the class token's state alone, on the way to the text's space.
    package func finalNorm(_ parameters: Parameters) -> (any EncoderPart)? { nil }

    private func norm(_ parameters: Parameters, _ width: Int) throws -> any TokenMap {
        let epsilon = configuration.blocks.epsilon
        return configuration.isRMSNorm
            ? try RMSNorm(parameters, width, epsilon: epsilon) : try LayerNorm(parameters, width, epsilon: epsilon)
    }

    private func attention(_ parameters: Parameters) throws -> Attention {
        let shape = configuration.blocks.heads
        var attention = Attention(
            query: try Linear(parameters.scoped("q_proj"), width, width, bias: configuration.queryBias),
            key: try Linear(parameters.scoped("k_proj"), width, width, bias: configuration.keyBias),
            value: try Linear(parameters.scoped("v_proj"), width, width, bias: configuration.valueBias),
            output: try Linear(parameters.scoped("out_proj"), width, width), shape: shape)
        if let (reference, base) = configuration.rotation {
            attention.rotation = GridRotation(
                configuration.grid, headWidth: shape.headWidth, reference: reference, base: base, on: parameters.device)
        }
        attention.contextNorm = configuration.hasInnerNorms ? try norm(parameters.scoped("inner_attn_ln"), width) : nil
        return attention
    }

    private func feedForward(_ parameters: Parameters) throws -> any TokenMap {
        let intermediate = configuration.blocks.intermediate
        let (first, second) = (parameters.scoped("fc1"), parameters.scoped("fc2"))
        let inner = parameters.scoped("ffn_ln")
        guard configuration.isGated else {
            // The plain step's inner norm is LayerNorm of PyTorch's own epsilon in every model.
            return FeedForward(
                up: try Linear(first, width, intermediate), down: try Linear(second, intermediate, width),
                activation: configuration.blocks.activation,
                norm: configuration.hasInnerNorms ? try LayerNorm(inner, intermediate, epsilon: 1e-5) : nil)
        }
        return GatedFeedForward(
            gate: try Linear(first, width, intermediate), up: try Linear(second, width, intermediate),
            down: try Linear(parameters.scoped("fc3"), intermediate, width), activation: .silu,
            norm: configuration.hasInnerNorms ? try norm(inner, intermediate) : nil)
    }
}
