import Torch

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
