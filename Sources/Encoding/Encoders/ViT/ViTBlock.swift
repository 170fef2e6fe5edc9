import Torch

/// A block of a vision transformer, with the norm before each step:
/// h = x + Attention(LayerNorm(x)), y = h + Down(activation(Up(LayerNorm(h)))).
struct ViTBlock: EncoderPart {
    let attentionNorm: LayerNorm
    let attention: SelfAttention
    let attentionOutput: Linear
    let norm: LayerNorm
    let up: Linear
    let down: Linear
    let activation: Activation

    init(_ parameters: Parameters, _ configuration: ViTConfiguration) throws {
        let (width, epsilon) = (configuration.width, configuration.epsilon)
        attentionNorm = try LayerNorm(parameters.scoped("layernorm_before"), width, epsilon: epsilon)
        attention = try SelfAttention(
            parameters.scoped("attention.attention"), width: width, heads: configuration.heads,
            bias: configuration.attentionBias)
        attentionOutput = try Linear(parameters.scoped("attention.output.dense"), width, width)
        norm = try LayerNorm(parameters.scoped("layernorm_after"), width, epsilon: epsilon)
        up = try Linear(parameters.scoped("intermediate.dense"), width, configuration.intermediate)
        down = try Linear(parameters.scoped("output.dense"), configuration.intermediate, width)
        activation = configuration.activation
    }

    func callAsFunction(_ states: Tensor, dropout: EncoderDropout) -> Tensor {
        finish(states, attention(attentionNorm(states), dropout: dropout), dropout: dropout)
    }

    func firstToken(_ states: Tensor) -> Tensor {
        let normalized = attentionNorm(states)
        let context = attention(normalized, from: normalized.narrowed(1, 0..<1))  // [items, 1, width]
        return finish(states.narrowed(1, 0..<1), context, dropout: .none)
    }

    /// The block after its attention, token by token.
    private func finish(_ states: Tensor, _ context: Tensor, dropout: EncoderDropout) -> Tensor {
        let attended = states + dropout(attentionOutput(context))
        return attended + dropout(down(activation(up(norm(attended)))))
    }
}
