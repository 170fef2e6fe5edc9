import Torch

/// The embeddings of a vision transformer: [class token, (distillation token,) patches W + b] + positions.
struct ViTEmbeddings: EncoderPart {
    let leadingTokens: [Tensor]
    let projection: Tensor
    let projectionBias: Tensor
    let positions: Tensor
    let imageSize: Int

    init(_ parameters: Parameters, _ configuration: ViTConfiguration) throws {
        let (width, patch) = (configuration.width, configuration.patchSize)
        let names = ["cls_token", "distillation_token"].prefix(configuration.leadingTokens)
        leadingTokens = try names.map { try parameters($0, [1, 1, width], .normal(0.02)) }
        positions = try parameters(
            "position_embeddings", [1, configuration.tokens, width], .normal(0.02))
        let patches = parameters.scoped("patch_embeddings.projection")
        projection = try patches("weight", [width, configuration.channels, patch, patch], .normal(0.02))
        projectionBias = try patches("bias", [width], .zeros)
        imageSize = configuration.imageSize
    }

    func callAsFunction(_ pixels: Tensor, dropout: EncoderDropout) -> Tensor {
        precondition(
            pixels.size(2) == imageSize && pixels.size(3) == imageSize, "pixels \(pixels.shape), expected \(imageSize)")
        let (items, width) = (pixels.size(0), projection.size(0))
        let map = pixels.to(projection.dtype).convolution(projection, projectionBias, stride: projection.size(2))
        let patches = map.reshaped([items, width, -1]).transposed(1, 2)  // [items, patches, width]
        let leading = leadingTokens.map { $0.expanded([items, -1, -1]).to(patches.dtype) }
        return dropout(Tensor.concatenated(leading + [patches], along: 1) + positions)  // [items, tokens, width]
    }
}
