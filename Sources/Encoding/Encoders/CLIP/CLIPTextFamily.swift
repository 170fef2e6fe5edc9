package import Files
package import Torch

/// The text tower of CLIP: a causal pre-norm transformer over learned word and position embeddings.
package struct CLIPTextFamily: EncoderFamily {
    /// The `model_type`s of the family.
    package static let modelTypes = ["clip_text_model"]
    /// The text tower of the whole model.
    package static let sections = ["clip": "text_config"]
    /// Texts.
    package static let modality = Modality.text

    /// What is done about the keys of a configuration.
    package static func keys(of modelType: String) -> ConfigurationKeys {
        .clip
            + ConfigurationKeys(
                read: "max_position_embeddings vocab_size", withoutEffect: "projection_dim",
                fixed: ["is_causal": .init(values: [.flag(true)], remedy: "A text of CLIP's is read from left to right.")])
    }

    let blocks: CLIPBlocks
    let vocabulary: Int
    let maximum: Int

    /// Reads and checks a configuration.
    ///
    /// - Throws: ``UserError`` that names the file and the key that is missing, impossible or not supported.
    package init(_ configuration: ConfigurationFile, modelType: String) throws {
        blocks = try CLIPBlocks(configuration, usual: .text)
        vocabulary = try configuration.size("vocab_size", default: 49_408)
        maximum = try configuration.size("max_position_embeddings", default: 77)
    }

    /// Token numbers, at most as many as there are position embeddings.
    package var input: EncoderInput { .tokens(vocabulary: vocabulary, maximum: maximum) }
    /// Values per token state, `hidden_size`.
    package var width: Int { blocks.width }
    /// How many blocks there are, `num_hidden_layers`.
    package var depth: Int { blocks.depth }
    /// `attention_dropout`.
    package var dropout: EncoderDropout { blocks.dropout }
    /// The state of the last token, <|endoftext|>, which alone has seen the whole text and which CLIP was trained on.
    package var pooling: Pooling { .last }
    /// A tensor that every checkpoint has: the word embeddings.
    package var anchor: (name: String, prefixes: [String]) { ("embeddings.token_embedding.weight", ["text_model.", ""]) }

    /// The part from token numbers to hidden state 0.
    package func embeddings(_ parameters: Parameters) throws -> any EncoderPart {
        let parameters = parameters.scoped("embeddings")
        return CLIPTextEmbeddings(
            words: try TokenTable(parameters.scoped("token_embedding"), vocabulary: vocabulary, width: width),
            positions: try parameters.scoped("position_embedding")("weight", [maximum, width], .normal(0.02)))
    }

    /// The part from hidden state `index` to `index + 1`.
    package func block(_ parameters: Parameters, _ index: Int) throws -> any EncoderPart {
        try blocks.block(parameters, index, sight: .before())
    }

    /// The norm after the last block, which is no part of a hidden state.
    package func finalNorm(_ parameters: Parameters) throws -> (any EncoderPart)? {
        try LayerNorm(parameters.scoped("final_layer_norm"), width, epsilon: blocks.epsilon)
    }
}

/// The embeddings of CLIP's texts: word + position.
struct CLIPTextEmbeddings: EncoderPart {
    let words: TokenTable
    let positions: Tensor

    func callAsFunction(_ tokens: Tensor, dropout: EncoderDropout) -> Tensor {
        words(tokens) + positions.narrowed(0, 0..<tokens.size(1))  // [items, tokens, width]
    }
}
