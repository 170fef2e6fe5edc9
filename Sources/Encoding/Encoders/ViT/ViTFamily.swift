import Foundation
import Torch

/// ViT and DeiT: pre-norm transformers over the patches of a picture, with a class token before them.
public struct ViTFamily: EncoderFamily {
    /// The `model_type`s of the family.
    public static let modelTypes = ["vit", "deit"]

    let configuration: ViTConfiguration

    /// Reads and checks a `config.json`.
    ///
    /// - Throws: ``UserError`` that names the file and the key that is missing, impossible or not supported.
    public init(configuration file: URL) throws { configuration = try ViTConfiguration(file) }

    /// Pixels of the size that the position embeddings were made for.
    public var input: EncoderInput {
        .pixels(channels: configuration.channels, size: configuration.imageSize, tokens: configuration.tokens)
    }
    /// Values per token state, `hidden_size`.
    public var width: Int { configuration.width }
    /// How many blocks there are, `num_hidden_layers`.
    public var depth: Int { configuration.depth }
    /// `hidden_dropout_prob` and `attention_probs_dropout_prob`.
    public var dropout: EncoderDropout { configuration.dropout }
    /// The state of the class token.
    public var pooling: Pooling { .first }
    /// A tensor that every checkpoint has: the class token.
    public var anchor: (name: String, prefixes: [String]) { ("embeddings.cls_token", ["", "vit.", "deit."]) }

    /// The part from pixels to hidden state 0.
    public func embeddings(_ parameters: Parameters) throws -> any EncoderPart {
        try ViTEmbeddings(parameters.scoped("embeddings"), configuration)
    }

    /// The part from hidden state `index` to `index + 1`.
    public func block(_ parameters: Parameters, _ index: Int) throws -> any EncoderPart {
        try ViTBlock(parameters.scoped("encoder").scoped("layer", index), configuration)
    }

    /// The norm after the last block, which is no part of a hidden state.
    public func finalNorm(_ parameters: Parameters) throws -> (any EncoderPart)? {
        try LayerNorm(parameters.scoped("layernorm"), width, epsilon: configuration.epsilon)
    }
}
