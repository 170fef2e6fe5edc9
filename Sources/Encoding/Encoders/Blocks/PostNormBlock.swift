import Torch

/// A block with the norm after each step: h = Norm(x + Mixer(x)), y = Norm(h + FeedForward(h)).
struct PostNormBlock: EncoderPart {
    let mixer: any TokenMixer
    let mixerNorm: any TokenMap
    let feedForward: any TokenMap
    let feedForwardNorm: any TokenMap

    func callAsFunction(_ states: Tensor, dropout: EncoderDropout) -> Tensor { run(states, first: nil, dropout) }
    func firstToken(_ states: Tensor) -> Tensor { run(states, first: 1, .none) }

    private func run(_ states: Tensor, first count: Int?, _ dropout: EncoderDropout) -> Tensor {
        let input = count.map { states.narrowed(1, 0..<$0) } ?? states
        let mixed = mixerNorm(input + dropout(mixer(states, first: count, dropout: dropout)))
        return feedForwardNorm(mixed + dropout(feedForward(mixed)))
    }
}
