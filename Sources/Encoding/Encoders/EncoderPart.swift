import Torch

/// A step of an encoder: its embeddings, a block, or its final norm.
public protocol EncoderPart {
    /// Runs the step.
    ///
    /// - Parameters:
    ///   - input: token states [items, tokens, width]; for the embeddings what ``EncoderInput`` says.
    ///   - dropout: the probabilities in training, else ``EncoderDropout/none``.
    /// - Returns: token states [items, tokens, width].
    func callAsFunction(_ input: Tensor, dropout: EncoderDropout) -> Tensor
}

extension LayerNorm: EncoderPart {
    /// Normalises token states; there is no dropout in it.
    public func callAsFunction(_ input: Tensor, dropout: EncoderDropout) -> Tensor { self(input) }
}
