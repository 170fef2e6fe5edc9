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
        let attended = states + dropout(attentionOutput(attention(attentionNorm(states), dropout: dropout)))
        return attended + dropout(down(activation(up(norm(attended)))))
    }
}
