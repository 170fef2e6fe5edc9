import Torch

/// The embeddings of CLIP's texts: word + position.
struct CLIPTextEmbeddings: EncoderPart {
    let words: TokenTable
    let positions: Tensor

    func callAsFunction(_ tokens: Tensor, dropout: EncoderDropout) -> Tensor {
        words(tokens) + positions.narrowed(0, 0..<tokens.size(1))  // [items, tokens, width]
    }
}
