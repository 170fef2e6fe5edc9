import Foundation
import Torch

/// BERT, RoBERTa and their like: post-norm transformers over learned word, position and segment embeddings.
public struct BertFamily: EncoderFamily {
    public static let modelTypes = ["bert", "roberta", "xlm-roberta"]

    let configuration: BertConfiguration

    public init(configuration file: URL) throws { configuration = try BertConfiguration(file) }

    public var input: EncoderInput {
        .tokens(vocabulary: configuration.vocabulary, maximum: configuration.positions - configuration.firstPosition)
    }
    public var width: Int { configuration.width }
    public var depth: Int { configuration.depth }
    public var dropout: EncoderDropout { configuration.dropout }
    public var pooling: Pooling { .first }
    public var anchor: (name: String, prefixes: [String]) {
        ("embeddings.word_embeddings.weight", ["", "bert.", "roberta."])
    }

    public func embeddings(_ parameters: Parameters) throws -> any EncoderPart {
        try BertEmbeddings(parameters.scoped("embeddings"), configuration)
    }

    public func block(_ parameters: Parameters, _ index: Int) throws -> any EncoderPart {
        try BertBlock(parameters.scoped("encoder").scoped("layer", index), configuration)
    }

    public func finalNorm(_ parameters: Parameters) -> (any EncoderPart)? { nil }
}
