package import Files
package import Torch

/// The picture tower of SigLIP, alone or beside its text tower.
///
/// SigLIP 2 for pictures of a fixed size has the same `model_type` and parts; that for pictures of any shape has not.
package struct SiglipVisionFamily: EncoderFamily {
    /// The `model_type` of the tower alone.
    package static let modelTypes = ["siglip_vision_model"]
    /// Where the tower's configuration is beside that of the texts.
    package static let sections = ["siglip": "vision_config"]
    /// Pictures.
    package static let modality = Modality.image

    /// What is done about the keys of a configuration.
    package static func keys(of modelType: String) -> ConfigurationKeys {
        .clip + ConfigurationKeys(read: "image_size num_channels patch_size", withoutEffect: "vision_use_head")
    }

    let blocks: CLIPBlocks
    let grid: PatchGrid

    /// Reads and checks a configuration.
    ///
    /// - Throws: ``UserError`` that names the file and the key that is missing, impossible or not supported.
    package init(_ configuration: ConfigurationFile, modelType: String) throws {
        blocks = try CLIPBlocks(configuration, usual: .siglip)
        grid = try configuration.grid(leadingTokens: 0, size: 224, patch: 16)
    }

    /// Pixels of the size that the position embeddings were made for.
    package var input: EncoderInput { .pixels(grid) }
    /// Values per token state, `hidden_size`.
    package var width: Int { blocks.width }
    /// How many blocks there are, `num_hidden_layers`.
    package var depth: Int { blocks.depth }
    /// `attention_dropout`; there is none of states.
    package var dropout: EncoderDropout { blocks.dropout }
    /// The mean over the patches: no token stands for the whole picture.
    package var pooling: Pooling { .mean }
    /// A tensor that every checkpoint has: the map of the patches.
    package var anchor: (name: String, prefixes: [String]) { ("embeddings.patch_embedding.weight", ["vision_model.", ""]) }

    /// The part from pixels to hidden state 0.
    package func embeddings(_ parameters: Parameters) throws -> any EncoderPart {
        let names = parameters.scoped("embeddings")
        return PictureEmbeddings(
            patches: try PatchProjection(names.scoped("patch_embedding"), grid, width: width),
            positions: try names.scoped("position_embedding")("weight", [grid.tokens, width], .normal(0.02)))
    }

    /// The part from hidden state `index` to `index + 1`.
    package func block(_ parameters: Parameters, _ index: Int) throws -> any EncoderPart {
        try blocks.block(parameters, index)
    }

    /// The norm after the last block, which is no part of a hidden state.
    package func finalNorm(_ parameters: Parameters) throws -> (any EncoderPart)? {
        try LayerNorm(parameters.scoped("post_layernorm"), width, epsilon: blocks.epsilon)
    }
}
