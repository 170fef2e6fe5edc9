import Torch

/// The probabilities with which an encoder in training zeroes elements.
public struct EncoderDropout: Sendable, Equatable {
    /// For the embeddings and for what each block adds to its input.
    public var hidden: Double
    /// For the weights of attention.
    public var attention: Double

    /// Makes a pair of probabilities.
    public init(hidden: Double, attention: Double) {
        self.hidden = hidden
        self.attention = attention
    }

    /// No dropout: what a frozen encoder and every evaluation has.
    public static let none = EncoderDropout(hidden: 0, attention: 0)

    /// Zeroes elements of states with the probability ``hidden``.
    func callAsFunction(_ states: Tensor) -> Tensor { hidden > 0 ? states.dropout(hidden) : states }
}
