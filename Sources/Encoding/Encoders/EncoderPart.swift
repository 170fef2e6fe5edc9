package import Files
package import Torch

/// A step of an encoder: its embeddings, a block, or its final norm.
package protocol EncoderPart {
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
    package func firstToken(_ input: Tensor, dropout: EncoderDropout) -> Tensor {
        self(input, dropout: dropout).narrowed(1, 0..<1)
    }
}

extension LayerNorm: EncoderPart {
    /// Normalises token states; there is no dropout in it.
    package func callAsFunction(_ input: Tensor, dropout: EncoderDropout) -> Tensor { self(input) }
}

/// What an encoder reads.
package enum EncoderInput: Sendable, Equatable {
    /// Token numbers (`int64` or `int32`) [items, tokens]: below `vocabulary`, at most `maximum` per item.
    case tokens(vocabulary: Int, maximum: Int)
    /// Normalised pixels (`float32`) [items, 3, height, width].
    case pixels(PatchGrid)

    /// What kind of thing is read.
    package var modality: Modality {
        switch self {
        case .tokens: .text
        case .pixels: .image
        }
    }
}

/// The probabilities with which an encoder in training zeroes elements.
package struct EncoderDropout: Sendable, Equatable {
    /// For the embeddings and for what each block adds to its input.
    package var hidden: Double
    /// For the weights of attention.
    package var attention: Double

    /// Makes a pair of probabilities.
    package init(hidden: Double, attention: Double) {
        self.hidden = hidden
        self.attention = attention
    }

    /// No dropout: what a frozen encoder and every evaluation has.
    package static let none = EncoderDropout(hidden: 0, attention: 0)

    /// Zeroes elements of states with the probability ``hidden``.
    func callAsFunction(_ states: Tensor) -> Tensor { hidden > 0 ? states.dropout(hidden) : states }
}
