import Files
import Foundation
import Torch

/// What the `config.json` of a BERT type encoder says.
struct BertConfiguration: Sendable {
    let modelType: String
    let vocabulary: Int
    let width: Int
    let depth: Int
    let heads: Int
    let intermediate: Int
    let activation: Activation
    let epsilon: Double
    let positions: Int
    /// The row of the position embeddings that the first token takes.
    let firstPosition: Int
    let segments: Int
    let dropout: EncoderDropout

    private struct Keys: Decodable {
        let model_type: String
        let vocab_size: Int
        let hidden_size: Int
        let num_hidden_layers: Int
        let num_attention_heads: Int
        let intermediate_size: Int
        let max_position_embeddings: Int
        let hidden_act: String?
        let layer_norm_eps: Double?
        let type_vocab_size: Int?
        let pad_token_id: Int?
        let hidden_dropout_prob: Double?
        let attention_probs_dropout_prob: Double?
        let position_embedding_type: String?
        let is_decoder: Bool?
    }

    init(_ file: URL) throws {
        let keys = try JSONFile.read(Keys.self, from: file)
        let check = ConfigurationCheck(file: file)
        modelType = keys.model_type
        vocabulary = keys.vocab_size
        width = keys.hidden_size
        depth = keys.num_hidden_layers
        heads = keys.num_attention_heads
        intermediate = keys.intermediate_size
        positions = keys.max_position_embeddings
        segments = keys.type_vocab_size ?? 2
        epsilon = keys.layer_norm_eps ?? 1e-12
        dropout = EncoderDropout(
            hidden: keys.hidden_dropout_prob ?? 0.1, attention: keys.attention_probs_dropout_prob ?? 0.1)
        try check.sizes([
            "vocab_size": vocabulary, "hidden_size": width, "num_hidden_layers": depth, "num_attention_heads": heads,
            "intermediate_size": intermediate, "max_position_embeddings": positions, "type_vocab_size": segments,
        ])
        try check.heads(heads, width: width)
        try check.epsilon(epsilon)
        try check.probabilities([
            "hidden_dropout_prob": dropout.hidden, "attention_probs_dropout_prob": dropout.attention,
        ])
        activation = try check.activation(keys.hidden_act ?? "gelu")
        // RoBERTa counts positions from the one after the padding token's number.
        let padding = modelType == "bert" ? -1 : keys.pad_token_id ?? 1
        guard (-1..<positions - 1).contains(padding) else {
            throw check.error("pad_token_id", "is \(padding), which leaves none of \(positions) positions")
        }
        firstPosition = padding + 1
        if let type = keys.position_embedding_type, type != "absolute" {
            throw check.error("position_embedding_type", "is \"\(type)\", only \"absolute\" is supported")
        }
        if keys.is_decoder == true { throw check.error("is_decoder", "is true: this is not an encoder") }
    }
}
