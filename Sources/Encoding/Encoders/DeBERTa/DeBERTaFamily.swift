package import Files
package import Torch

/// DeBERTa of versions 2 and 3: post-norm transformers whose attention keeps contents and distances apart.
package struct DeBERTaFamily: EncoderFamily {
    /// The `model_type`s of the family.
    package static let modelTypes = ["deberta-v2"]
    /// Texts.
    package static let modality = Modality.text

    /// What is done about the keys of a configuration.
    package static func keys(of modelType: String) -> ConfigurationKeys {
        .common
            + ConfigurationKeys(
                read: """
                    attention_head_size attention_probs_dropout_prob conv_act conv_groups conv_kernel_size embedding_size hidden_act \
                    hidden_dropout_prob hidden_size intermediate_size layer_norm_eps max_position_embeddings \
                    max_relative_positions norm_rel_ebd num_attention_heads num_hidden_layers pos_att_type position_biased_input \
                    position_buckets relative_attention share_att_key type_vocab_size vocab_size
                    """,
                withoutEffect: "cls_dropout legacy pooler_dropout pooler_hidden_act pooler_hidden_size")
    }

    let configuration: DeBERTaConfiguration

    /// Reads and checks a configuration.
    ///
    /// - Throws: ``UserError`` that names the file and the key that is missing, impossible or not supported.
    package init(_ configuration: ConfigurationFile, modelType: String) throws {
        self.configuration = try DeBERTaConfiguration(configuration)
    }

    /// Token numbers, at most `max_position_embeddings`.
    package var input: EncoderInput { .tokens(vocabulary: configuration.vocabulary, maximum: configuration.maximum) }
    /// Values per token state, `hidden_size`.
    package var width: Int { configuration.width }
    /// How many blocks there are, `num_hidden_layers`.
    package var depth: Int { configuration.depth }
    /// `hidden_dropout_prob` and `attention_probs_dropout_prob`.
    package var dropout: EncoderDropout { configuration.dropout }
    /// The state of the [CLS] token.
    package var pooling: Pooling { .first }
    /// A tensor that every checkpoint has: the word embeddings.
    package var anchor: (name: String, prefixes: [String]) { ("embeddings.word_embeddings.weight", ["", "deberta."]) }

    /// The part from token numbers to hidden state 0.
    package func embeddings(_ parameters: Parameters) throws -> any EncoderPart {
        try DeBERTaEmbeddings(parameters.scoped("embeddings"), configuration)
    }

    /// The part from hidden state `index` to `index + 1`; the first has the convolution where there is one.
    package func block(_ parameters: Parameters, _ index: Int) throws -> any EncoderPart {
        let encoder = parameters.scoped("encoder")
        let parameters = encoder.scoped("layer", index)
        let (width, intermediate, epsilon) = (configuration.width, configuration.intermediate, configuration.epsilon)
        let block = PostNormBlock(
            mixer: try attention(parameters, encoder),
            mixerNorm: try LayerNorm(parameters.scoped("attention.output.LayerNorm"), width, epsilon: epsilon),
            feedForward: FeedForward(
                up: try Linear(parameters.scoped("intermediate.dense"), width, intermediate),
                down: try Linear(parameters.scoped("output.dense"), intermediate, width),
                activation: configuration.activation),
            feedForwardNorm: try LayerNorm(parameters.scoped("output.LayerNorm"), width, epsilon: epsilon))
        guard index == 0, let convolution = configuration.convolution else { return block }
        return try ConvolvedBlock(block, encoder.scoped("conv"), configuration, convolution)
    }

    /// Nil: the blocks end with a norm of their own.
    package func finalNorm(_ parameters: Parameters) -> (any EncoderPart)? { nil }

    private func attention(_ parameters: Parameters, _ encoder: Parameters) throws -> DisentangledAttention {
        let (width, shape) = (configuration.width, configuration.heads)
        let ask = parameters.scoped("attention.self")
        func map(_ name: String) throws -> Linear { try Linear(ask.scoped(name), width, shape.width) }
        var attention = DisentangledAttention(
            query: try map("query_proj"), key: try map("key_proj"), value: try map("value_proj"),
            output: try Linear(parameters.scoped("attention.output.dense"), shape.width, width), shape: shape)
        attention.terms = configuration.terms
        guard let distances = configuration.distances else { return attention }
        attention.sharesMaps = distances.sharesMaps
        attention.distances = try DistanceEmbeddings(encoder, configuration, distances)
        if distances.fromContent { attention.distanceKey = distances.sharesMaps ? attention.key : try map("pos_key_proj") }
        if distances.toContent { attention.distanceQuery = distances.sharesMaps ? attention.query : try map("pos_query_proj") }
        return attention
    }
}
