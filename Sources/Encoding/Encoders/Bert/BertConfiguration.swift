import Torch

/// What the `config.json` of an encoder of the BERT kind says.
struct BertConfiguration: Sendable {
    let vocabulary: Int
    let width: Int
    let depth: Int
    let heads: AttentionShape
    let intermediate: Int
    let activation: Activation
    let epsilon: Double
    /// Rows of the position embeddings.
    let positions: Int
    /// The row of the position embeddings that the first token takes.
    let firstPosition: Int
    let segments: Int
    let dropout: EncoderDropout

    init(_ configuration: ConfigurationFile, modelType: String) throws {
        vocabulary = try configuration.size("vocab_size")
        width = try configuration.size("hidden_size")
        depth = try configuration.size("num_hidden_layers")
        heads = try configuration.heads(width: width)
        intermediate = try configuration.size("intermediate_size")
        positions = try configuration.size("max_position_embeddings")
        segments = try configuration.size("type_vocab_size", default: 2)
        epsilon = try configuration.epsilon("layer_norm_eps", default: 1e-12)
        activation = try configuration.activation("hidden_act", default: "gelu")
        dropout = EncoderDropout(
            hidden: try configuration.probability("hidden_dropout_prob", default: 0.1),
            attention: try configuration.probability("attention_probs_dropout_prob", default: 0.1))
        // RoBERTa counts positions from the one after the padding token's number.
        firstPosition =
            modelType == "bert" ? 0 : try configuration.whole("pad_token_id", in: 0...max(0, positions - 2), default: 1) + 1
    }
}
