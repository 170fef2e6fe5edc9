package import Files
package import Torch

/// The picture tower inside Idefics 3 and SmolVLM: SigLIP's blocks, with positions by the share of the picture's side.
package struct IdeficsVisionFamily: EncoderFamily {
    /// The `model_type`s of the tower.
    package static let modelTypes = ["idefics3_vision", "smolvlm_vision"]
    /// Pictures.
    package static let modality = Modality.image

    /// What is done about the keys of a configuration.
    package static func keys(of modelType: String) -> ConfigurationKeys {
        .clip
            + ConfigurationKeys(read: "image_size num_channels patch_size", withoutEffect: "max_image_size tie_word_embeddings")
    }

    let blocks: CLIPBlocks
    let grid: PatchGrid

    /// Reads and checks a configuration.
    ///
    /// - Throws: ``UserError`` that names the file and the key that is missing, impossible or not supported.
    package init(_ configuration: ConfigurationFile, modelType: String) throws {
        var usual = CLIPBlocks.siglip
        (usual.width, usual.heads.heads) = (1152, 16)
        blocks = try CLIPBlocks(configuration, usual: usual)
        grid = try configuration.grid(leadingTokens: 0, size: 224, patch: 32)
    }

    /// Pixels of whole tiles.
    package var input: EncoderInput { .pixels(grid) }
    /// Values per token state, `hidden_size`.
    package var width: Int { blocks.width }
    /// How many blocks there are, `num_hidden_layers`.
    package var depth: Int { blocks.depth }
    /// `attention_dropout`; there is none of states.
    package var dropout: EncoderDropout { blocks.dropout }
    /// The mean over the patches.
    package var pooling: Pooling { .mean }
    /// A tensor that every checkpoint has: the map of the patches.
    package var anchor: (name: String, prefixes: [String]) { ("embeddings.patch_embedding.weight", [""]) }

    /// The part from pixels to hidden state 0.
    package func embeddings(_ parameters: Parameters) throws -> any EncoderPart {
        let names = parameters.scoped("embeddings")
        let table = try names.scoped("position_embedding")("weight", [grid.tokens, width], .normal(0.02))
        let line = Self.places(of: grid.patches(grid.size))
        let places = line.flatMap { row in line.map { Int64(row * line.count + $0) } }
        return PictureEmbeddings(
            patches: try PatchProjection(names.scoped("patch_embedding"), grid, width: width),
            positions: table.selecting(Tensor(places, on: table.device)))
    }

    /// The rows of the position table for the patches along a side.
    ///
    /// A patch at the share i / count of the side has the last row whose own share is not larger. In float32, as the family's code
    /// compares them, that is not the i-th row for every count.
    static func places(of count: Int) -> [Int] {
        let bounds = (1..<max(count, 1)).map { Float(Double($0) * (1 / Double(count))) }
        return (0..<count).map { index in
            let share = min(Float(index) * (1 / Float(count)), 1 - 1e-6)
            return bounds.count { $0 <= share }
        }
    }

    /// The part from hidden state `index` to `index + 1`.
    package func block(_ parameters: Parameters, _ index: Int) throws -> any EncoderPart {
        try blocks.block(parameters, index)
    }

    /// The norm after the last block.
    package func finalNorm(_ parameters: Parameters) throws -> (any EncoderPart)? {
        try LayerNorm(parameters.scoped("post_layernorm"), width, epsilon: blocks.epsilon)
    }
}
