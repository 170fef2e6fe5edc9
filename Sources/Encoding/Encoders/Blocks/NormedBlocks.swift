import Torch

/// A block with the norm before each step: h = x + Mixer(Norm(x)), y = h + FeedForward(Norm(h)).
///
/// Some families have a further map of what a step adds: a norm (Gemma 2) or a factor per value (layer scale). The largest
/// EVA-02 has such a norm alone and none before the step.
struct PreNormBlock: EncoderPart {
    var mixerNorm: (any TokenMap)?
    var mixer: any TokenMixer
    var mixerResult: (any TokenMap)?
    var feedForwardNorm: (any TokenMap)?
    let feedForward: any TokenMap
    var feedForwardResult: (any TokenMap)?

    func callAsFunction(_ states: Tensor, dropout: EncoderDropout) -> Tensor { run(states, first: nil, dropout) }
    func firstToken(_ states: Tensor, dropout: EncoderDropout) -> Tensor { run(states, first: 1, dropout) }

    private func run(_ states: Tensor, first count: Int?, _ dropout: EncoderDropout) -> Tensor {
        let input = count.map { states.narrowed(1, 0..<$0) } ?? states
        return add(to: input, mixer(mixerNorm?(states) ?? states, first: count, dropout: dropout), dropout)
    }

    /// Adds what the mixer gave, and what the feed-forward makes of the sum.
    func add(to input: Tensor, _ mixed: Tensor, _ dropout: EncoderDropout) -> Tensor {
        let middle = input + dropout(mixerResult?(mixed) ?? mixed)
        let added = feedForward(feedForwardNorm?(middle) ?? middle)
        return middle + dropout(feedForwardResult?(added) ?? added)
    }
}

/// A block with the norm after each step: h = Norm(x + Mixer(x)), y = Norm(h + FeedForward(h)).
struct PostNormBlock: EncoderPart {
    var mixer: any TokenMixer
    let mixerNorm: any TokenMap
    let feedForward: any TokenMap
    let feedForwardNorm: any TokenMap
    /// A further map of what attention adds; nil unless an adapter is there.
    var mixerResult: (any TokenMap)?
    /// A further map of what the feed-forward adds.
    var feedForwardResult: (any TokenMap)?

    func callAsFunction(_ states: Tensor, dropout: EncoderDropout) -> Tensor { run(states, first: nil, dropout) }
    func firstToken(_ states: Tensor, dropout: EncoderDropout) -> Tensor { run(states, first: 1, dropout) }

    private func run(_ states: Tensor, first count: Int?, _ dropout: EncoderDropout) -> Tensor {
        let input = count.map { states.narrowed(1, 0..<$0) } ?? states
        let seen = mixer(states, first: count, dropout: dropout)
        let mixed = mixerNorm(input + dropout(mixerResult?(seen) ?? seen))
        let added = feedForward(mixed)
        return feedForwardNorm(mixed + dropout(feedForwardResult?(added) ?? added))
    }
}

/// A factor per value of what a step adds (Touvron et al. 2021).
struct LayerScale: TokenMap {
    /// The factor [width].
    let weight: Tensor

    func callAsFunction(_ states: Tensor) -> Tensor { states * weight }
}

/// Root mean square normalisation (Zhang and Sennrich 2019): x / sqrt(mean(x²) + epsilon) · weight over the last dimension.
///
/// The root is taken in float32 whatever the type of x.
struct RMSNorm {
    /// The factor [width], less 1 where `isOffset`.
    let weight: Tensor
    let isOffset: Bool
    /// What keeps the root from zero.
    let epsilon: Double

    /// Asks for `weight`.
    ///
    /// - Parameter isOffset: whether the checkpoint holds the factor less 1, as Gemma's do.
    /// - Throws: ``UserError`` as ``Parameters`` does.
    init(_ parameters: Parameters, _ width: Int, epsilon: Double, isOffset: Bool = false) throws {
        weight = try parameters("weight", [width], isOffset ? .zeros : .ones)
        self.isOffset = isOffset
        self.epsilon = epsilon
    }

    func callAsFunction(_ states: Tensor) -> Tensor {
        let exact = states.to(.float32)
        let normal = exact * ((exact * exact).mean(along: -1, keeping: true) + epsilon).reciprocalRoot()
        // The families' own code multiplies in these types.
        return isOffset ? (normal * (weight.to(.float32) + 1)).to(states.dtype) : normal.to(states.dtype) * weight
    }
}

extension RMSNorm: EncoderPart {
    func callAsFunction(_ input: Tensor, dropout: EncoderDropout) -> Tensor { self(input) }
}
