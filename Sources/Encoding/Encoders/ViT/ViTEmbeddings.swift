import Torch

/// The embeddings of a vision transformer: [class token, (distillation token,) patches W + b] + positions.
struct ViTEmbeddings: EncoderPart {
    let leadingTokens: [Tensor]
    let patches: PatchProjection
    let positions: Tensor

    init(_ parameters: Parameters, _ configuration: ViTConfiguration) throws {
        let (width, grid) = (configuration.width, configuration.grid)
        let names = ["cls_token", "distillation_token"].prefix(grid.leadingTokens)
        leadingTokens = try names.map { try parameters($0, [1, 1, width], .normal(0.02)) }
        positions = try parameters("position_embeddings", [1, grid.tokens, width], .normal(0.02))
        patches = try PatchProjection(parameters.scoped("patch_embeddings.projection"), grid, width: width)
    }

    func callAsFunction(_ pixels: Tensor, dropout: EncoderDropout) -> Tensor {
        let states = patches(pixels)
        let leading = leadingTokens.map { $0.expanded([pixels.size(0), -1, -1]).to(states.dtype) }
        return dropout(Tensor.concatenated(leading + [states], along: 1) + positions)  // [items, tokens, width]
    }
}
