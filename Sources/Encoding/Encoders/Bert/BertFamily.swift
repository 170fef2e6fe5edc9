import Foundation
import Torch

/// BERT, RoBERTa and their like: post-norm transformers over learned word, position and segment embeddings.
public struct BertFamily: EncoderFamily {
    /// The `model_type`s of the family.
    public static let modelTypes = ["bert", "roberta", "xlm-roberta"]

    let configuration: BertConfiguration

    /// Reads and checks a `config.json`.
    ///
    /// - Throws: ``UserError`` that names the file and the key that is missing, impossible or not supported.
    public init(configuration file: URL) throws { configuration = try BertConfiguration(file) }

    /// Token numbers, at most as many as there are position embeddings.
    public var input: EncoderInput {
        .tokens(vocabulary: configuration.vocabulary, maximum: configuration.positions - configuration.firstPosition)
    }
    /// Values per token state, `hidden_size`.
    public var width: Int { configuration.width }
    /// How many blocks there are, `num_hidden_layers`.
    public var depth: Int { configuration.depth }
    /// `hidden_dropout_prob` and `attention_probs_dropout_prob`.
    public var dropout: EncoderDropout { configuration.dropout }
    /// The state of the [CLS] token.
    public var pooling: Pooling { .first }
    /// A tensor that every checkpoint has: the word embeddings.
    public var anchor: (name: String, prefixes: [String]) {
        ("embeddings.word_embeddings.weight", ["", "bert.", "roberta."])
    }

    /// The part from token numbers to hidden state 0.
    public func embeddings(_ parameters: Parameters) throws -> any EncoderPart {
        try BertEmbeddings(parameters.scoped("embeddings"), configuration)
    }

    /// The part from hidden state `index` to `index + 1`.
    public func block(_ parameters: Parameters, _ index: Int) throws -> any EncoderPart {
        try BertBlock(parameters.scoped("encoder").scoped("layer", index), configuration)
    }

    /// Nil: the blocks end with a norm of their own.
    public func finalNorm(_ parameters: Parameters) -> (any EncoderPart)? { nil }
}
