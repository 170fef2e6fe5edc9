import Torch

/// The embeddings of a picture of the learned size: [leading tokens, patches W + b] + positions.
struct PictureEmbeddings: EncoderPart {
    /// What stands for the whole picture, each [width] or [1, 1, width].
    var leadingTokens: [Tensor] = []
    let patches: PatchProjection
    /// Learned positions of all tokens, [tokens, width] or [1, tokens, width]; nil where the blocks know positions by themselves.
    var positions: Tensor?
    /// A norm of the sum.
    var norm: (any TokenMap)?

    func callAsFunction(_ pixels: Tensor, dropout: EncoderDropout) -> Tensor {
        let states = patches(pixels)
        let leading = leadingTokens.map { $0.expanded([pixels.size(0), 1, states.size(2)]).to(states.dtype) }
        let tokens = Tensor.concatenated(leading + [states], along: 1)  // [items, tokens, width]
        let placed = positions.map { tokens + $0 } ?? tokens
        return dropout(norm?(placed) ?? placed)
    }
}
