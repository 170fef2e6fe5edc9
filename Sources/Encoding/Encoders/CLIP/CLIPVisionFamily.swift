package import Files
package import Torch

/// The picture tower of CLIP, alone or beside its text tower.
package struct CLIPVisionFamily: EncoderFamily {
    /// The `model_type` of the tower alone.
    package static let modelTypes = ["clip_vision_model"]
    /// Where the tower's configuration is beside that of the texts.
    package static let sections = ["clip": "vision_config"]
    /// Pictures.
    package static let modality = Modality.image

    /// What is done about the keys of a configuration.
    package static func keys(of modelType: String) -> ConfigurationKeys {
        .clip + ConfigurationKeys(read: "image_size num_channels patch_size", withoutEffect: "projection_dim")
    }

    let blocks: CLIPBlocks
    let grid: PatchGrid

    /// Reads and checks a configuration.
    ///
    /// - Throws: ``UserError`` that names the file and the key that is missing, impossible or not supported.
    package init(_ configuration: ConfigurationFile, modelType: String) throws {
        blocks = try CLIPBlocks(configuration, usual: .picture)
        grid = try configuration.grid(leadingTokens: 1, size: 224, patch: 32)
    }

    /// Pixels of the size that the position embeddings were made for.
    package var input: EncoderInput { .pixels(grid) }
    /// Values per token state, `hidden_size`.
    package var width: Int { blocks.width }
    /// How many blocks there are, `num_hidden_layers`.
    package var depth: Int { blocks.depth }
    /// `attention_dropout`; there is none of states.
    package var dropout: EncoderDropout { blocks.dropout }
    /// The state of the class token, which CLIP compares with texts.
    package var pooling: Pooling { .first }
    /// A tensor that every checkpoint has: the class token.
    package var anchor: (name: String, prefixes: [String]) { ("embeddings.class_embedding", ["vision_model.", ""]) }

    /// The part from pixels to hidden state 0.
    package func embeddings(_ parameters: Parameters) throws -> any EncoderPart {
        let names = parameters.scoped("embeddings")
        return PictureEmbeddings(
            leadingTokens: [try names("class_embedding", [width], .normal(0.02))],
            patches: try PatchProjection(names.scoped("patch_embedding"), grid, width: width, bias: false),
            positions: try names.scoped("position_embedding")("weight", [grid.tokens, width], .normal(0.02)),
            // The name has lacked a letter since the first checkpoints.
            norm: try LayerNorm(parameters.scoped("pre_layrnorm"), width, epsilon: blocks.epsilon))
    }

    /// The part from hidden state `index` to `index + 1`.
    package func block(_ parameters: Parameters, _ index: Int) throws -> any EncoderPart {
        try blocks.block(parameters, index)
    }

    /// Nil: the checkpoint's last norm is for the class token's state alone, on the way to the text's space.
    package func finalNorm(_ parameters: Parameters) -> (any EncoderPart)? { nil }
}
