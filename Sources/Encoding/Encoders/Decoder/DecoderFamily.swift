import Files
import Torch

/// Causal transformers of the Llama kind, read as encoders: pre-norm blocks of attention with rotary positions and a gated feed-forward.
///
/// A family of them says what its configuration means; parts are made here.
protocol DecoderFamily: EncoderFamily {
    var configuration: DecoderConfiguration { get }

    /// The feed-forward of a block.
    func feedForward(_ parameters: Parameters) throws -> any TokenMap
}

extension DecoderFamily {
    /// Texts.
    package static var modality: Modality { .text }

    /// Token numbers, at most `max_position_embeddings`.
    package var input: EncoderInput { .tokens(vocabulary: configuration.vocabulary, maximum: configuration.maximum) }
    /// Values per token state, `hidden_size`.
    package var width: Int { configuration.width }
    /// How many blocks there are, `num_hidden_layers`.
    package var depth: Int { configuration.depth }
    /// `attention_dropout`; there is no other dropout.
    package var dropout: EncoderDropout { configuration.dropout }
    /// The mean: only a text's last token has seen it all, and it is a token like any other.
    package var pooling: Pooling { .mean }
    /// True: the last hidden state is counted after the final norm.
    package var normalizesLastState: Bool { true }
    /// A tensor that every checkpoint has: the token table.
    package var anchor: (name: String, prefixes: [String]) { ("embed_tokens.weight", ["", "model."]) }

    /// The part from token numbers to hidden state 0.
    package func embeddings(_ parameters: Parameters) throws -> any EncoderPart {
        let table = try TokenTable(
            parameters.scoped("embed_tokens"), vocabulary: configuration.vocabulary, width: configuration.width)
        return DecoderEmbeddings(table: table, scale: configuration.scalesTokens ? Double(width).squareRoot() : nil)
    }

    /// The part from hidden state `index` to `index + 1`.
    package func block(_ parameters: Parameters, _ index: Int) throws -> any EncoderPart {
        let parameters = parameters.scoped("layers", index)
        let hasResultNorms = configuration.hasResultNorms
        return PreNormBlock(
            mixerNorm: try norm(parameters, "input_layernorm"),
            mixer: try attention(parameters.scoped("self_attn"), index),
            mixerResult: hasResultNorms ? try norm(parameters, "post_attention_layernorm") : nil,
            feedForwardNorm: try norm(
                parameters, hasResultNorms ? "pre_feedforward_layernorm" : "post_attention_layernorm"),
            feedForward: try feedForward(parameters),
            feedForwardResult: hasResultNorms ? try norm(parameters, "post_feedforward_layernorm") : nil)
    }

    /// The norm after the last block, after which the last hidden state is counted.
    package func finalNorm(_ parameters: Parameters) throws -> (any EncoderPart)? { try norm(parameters, "norm") }

    func feedForward(_ parameters: Parameters) throws -> any TokenMap {
        let parameters = parameters.scoped("mlp")
        let (width, intermediate, bias) = (width, configuration.intermediate, configuration.hasFeedForwardBias)
        return GatedFeedForward(
            gate: try Linear(parameters.scoped("gate_proj"), width, intermediate, bias: bias),
            up: try Linear(parameters.scoped("up_proj"), width, intermediate, bias: bias),
            down: try Linear(parameters.scoped("down_proj"), intermediate, width, bias: bias),
            activation: configuration.activation)
    }

    private func attention(_ parameters: Parameters, _ index: Int) throws -> Attention {
        let (shape, bias) = (configuration.heads, configuration.hasAttentionBias)
        var attention = Attention(
            query: try Linear(parameters.scoped("q_proj"), width, shape.width, bias: bias),
            key: try Linear(parameters.scoped("k_proj"), width, shape.keyWidth, bias: bias),
            value: try Linear(parameters.scoped("v_proj"), width, shape.keyWidth, bias: bias),
            output: try Linear(parameters.scoped("o_proj"), shape.width, width, bias: configuration.hasOutputBias),
            shape: shape)
        attention.rotation = RotaryPositions(frequencies: configuration.frequencies)
        let window = configuration.windows[index]
        attention.sight = configuration.isCausal ? .before(window: window) : window.map { .around(window: $0) } ?? .all
        attention.cap = configuration.cap
        if let scale = configuration.scale { attention.scale = scale }
        if configuration.hasHeadNorms {
            attention.headNorms = (
                query: try norm(parameters, "q_norm", shape.headWidth), key: try norm(parameters, "k_norm", shape.headWidth)
            )
        }
        return attention
    }

    private func norm(_ parameters: Parameters, _ name: String, _ width: Int? = nil) throws -> RMSNorm {
        try RMSNorm(
            parameters.scoped(name), width ?? self.width, epsilon: configuration.epsilon,
            isOffset: configuration.hasOffsetNorms)
    }
}

/// The embeddings of a decoder: each token's row of the table, times a factor in some families. Positions come in with attention.
struct DecoderEmbeddings: EncoderPart {
    let table: TokenTable
    let scale: Double?

    func callAsFunction(_ tokens: Tensor, dropout: EncoderDropout) -> Tensor {
        let states = table(tokens)
        // Gemma rounds the factor to the type of the states: 55.43 becomes 55.5 in bfloat16.
        return scale.map { states * Tensor(Float($0), on: states.device).to(states.dtype) } ?? states
    }
}
