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

    /// Runs the step for the first token's state alone.
    ///
    /// A block of attention needs the other tokens as keys and values only, which is a fraction of its work.
    ///
    /// - Parameters:
    ///   - input: as for the whole step.
    ///   - dropout: the probabilities in training, else ``EncoderDropout/none``.
    /// - Returns: [items, 1, width].
    func firstToken(_ input: Tensor, dropout: EncoderDropout) -> Tensor
}

extension EncoderPart {
    /// The first of all token states.
    public func firstToken(_ input: Tensor, dropout: EncoderDropout) -> Tensor {
        self(input, dropout: dropout).narrowed(1, 0..<1)
    }
}

extension LayerNorm: EncoderPart {
    /// Normalises token states; there is no dropout in it.
    public func callAsFunction(_ input: Tensor, dropout: EncoderDropout) -> Tensor { self(input) }
}
