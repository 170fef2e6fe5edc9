import Torch

/// A block of BERT, with the norm after each step:
/// h = LayerNorm(x + Attention(x)), y = LayerNorm(h + Down(activation(Up(h)))).
struct BertBlock: EncoderPart {
    let attention: SelfAttention
    let attentionOutput: Linear
    let attentionNorm: LayerNorm
    let up: Linear
    let down: Linear
    let norm: LayerNorm
    let activation: Activation

    init(_ parameters: Parameters, _ configuration: BertConfiguration) throws {
        let (width, epsilon) = (configuration.width, configuration.epsilon)
        let output = parameters.scoped("attention.output")
        attention = try SelfAttention(parameters.scoped("attention.self"), width: width, heads: configuration.heads)
        attentionOutput = try Linear(output.scoped("dense"), width, width)
        attentionNorm = try LayerNorm(output.scoped("LayerNorm"), width, epsilon: epsilon)
        up = try Linear(parameters.scoped("intermediate.dense"), width, configuration.intermediate)
        down = try Linear(parameters.scoped("output.dense"), configuration.intermediate, width)
        norm = try LayerNorm(parameters.scoped("output.LayerNorm"), width, epsilon: epsilon)
        activation = configuration.activation
    }

    func callAsFunction(_ states: Tensor, dropout: EncoderDropout) -> Tensor {
        finish(states, attention(states, dropout: dropout), dropout: dropout)
    }

    func firstToken(_ states: Tensor) -> Tensor {
        let first = states.narrowed(1, 0..<1)  // [items, 1, width]
        return finish(first, attention(states, from: first), dropout: .none)
    }

    /// The block after its attention, token by token.
    private func finish(_ states: Tensor, _ context: Tensor, dropout: EncoderDropout) -> Tensor {
        let attended = attentionNorm(states + dropout(attentionOutput(context)))
        return norm(attended + dropout(down(activation(up(attended)))))
    }
}
