package import Files
package import Torch

/// BERT, RoBERTa and their like: post-norm transformers over learned word, position and segment embeddings.
package struct BertFamily: EncoderFamily {
    /// The `model_type`s of the family.
    package static let modelTypes = ["bert", "roberta", "xlm-roberta"]
    /// Texts.
    package static let modality = Modality.text

    /// What is done about the keys of a configuration.
    package static func keys(of modelType: String) -> ConfigurationKeys {
        .common
            + ConfigurationKeys(
                read: """
                    attention_probs_dropout_prob hidden_act hidden_dropout_prob hidden_size intermediate_size layer_norm_eps \
                    max_position_embeddings num_attention_heads num_hidden_layers pad_token_id type_vocab_size vocab_size
                    """,
                withoutEffect: "classifier_dropout",
                fixed: [
                    "add_cross_attention": .init(values: [.flag(false)], remedy: "Only encoders are read."),
                    "is_decoder": .init(values: [.flag(false)], remedy: "Only encoders are read."),
                    "position_embedding_type": .init(
                        values: [.text("absolute")], remedy: "Only models with learned positions are read."),
                ])
    }

    let configuration: BertConfiguration

    /// Reads and checks a configuration.
    ///
    /// - Throws: ``UserError`` that names the file and the key that is missing, impossible or not supported.
    package init(_ configuration: ConfigurationFile, modelType: String) throws {
        self.configuration = try BertConfiguration(configuration, modelType: modelType)
    }

    /// Token numbers, at most as many as there are position embeddings.
    package var input: EncoderInput {
        .tokens(vocabulary: configuration.vocabulary, maximum: configuration.positions - configuration.firstPosition)
    }
    /// Values per token state, `hidden_size`.
    package var width: Int { configuration.width }
    /// How many blocks there are, `num_hidden_layers`.
    package var depth: Int { configuration.depth }
    /// `hidden_dropout_prob` and `attention_probs_dropout_prob`.
    package var dropout: EncoderDropout { configuration.dropout }
    /// The state of the [CLS] token.
    package var pooling: Pooling { .first }
    /// A tensor that every checkpoint has: the word embeddings.
    package var anchor: (name: String, prefixes: [String]) {
        ("embeddings.word_embeddings.weight", ["", "bert.", "roberta."])
    }

    /// The part from token numbers to hidden state 0.
    package func embeddings(_ parameters: Parameters) throws -> any EncoderPart {
        try BertEmbeddings(parameters.scoped("embeddings"), configuration)
    }

    /// The part from hidden state `index` to `index + 1`.
    package func block(_ parameters: Parameters, _ index: Int) throws -> any EncoderPart {
        let parameters = parameters.scoped("encoder").scoped("layer", index)
        let (width, intermediate, epsilon) = (configuration.width, configuration.intermediate, configuration.epsilon)
        let ask = parameters.scoped("attention.self")
        let result = parameters.scoped("attention.output")
        return PostNormBlock(
            mixer: Attention(
                query: try Linear(ask.scoped("query"), width, width),
                key: try Linear(ask.scoped("key"), width, width),
                value: try Linear(ask.scoped("value"), width, width),
                output: try Linear(result.scoped("dense"), width, width), shape: configuration.heads),
            mixerNorm: try LayerNorm(result.scoped("LayerNorm"), width, epsilon: epsilon),
            feedForward: FeedForward(
                up: try Linear(parameters.scoped("intermediate.dense"), width, intermediate),
                down: try Linear(parameters.scoped("output.dense"), intermediate, width),
                activation: configuration.activation),
            feedForwardNorm: try LayerNorm(parameters.scoped("output.LayerNorm"), width, epsilon: epsilon))
    }

    /// Nil: the blocks end with a norm of their own.
    package func finalNorm(_ parameters: Parameters) -> (any EncoderPart)? { nil }
}
