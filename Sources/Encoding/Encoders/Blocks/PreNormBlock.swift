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
        let mixed = mixer(mixerNorm?(states) ?? states, first: count, dropout: dropout)
        let middle = input + dropout(mixerResult?(mixed) ?? mixed)
        let added = feedForward(feedForwardNorm?(middle) ?? middle)
        return middle + dropout(feedForwardResult?(added) ?? added)
    }
}
