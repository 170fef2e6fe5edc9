import Foundation
import Torch

/// ViT and DeiT: pre-norm transformers over the patches of a picture, with a class token before them.
public struct ViTFamily: EncoderFamily {
    public static let modelTypes = ["vit", "deit"]

    let configuration: ViTConfiguration

    public init(configuration file: URL) throws { configuration = try ViTConfiguration(file) }

    public var input: EncoderInput { .pixels(channels: configuration.channels, size: configuration.imageSize) }
    public var width: Int { configuration.width }
    public var depth: Int { configuration.depth }
    public var dropout: EncoderDropout { configuration.dropout }
    public var pooling: Pooling { .first }
    public var anchor: (name: String, prefixes: [String]) { ("embeddings.cls_token", ["", "vit.", "deit."]) }

    public func embeddings(_ parameters: Parameters) throws -> any EncoderPart {
        try ViTEmbeddings(parameters.scoped("embeddings"), configuration)
    }

    public func block(_ parameters: Parameters, _ index: Int) throws -> any EncoderPart {
        try ViTBlock(parameters.scoped("encoder").scoped("layer", index), configuration)
    }

    public func finalNorm(_ parameters: Parameters) throws -> (any EncoderPart)? {
        try LayerNorm(parameters.scoped("layernorm"), width, epsilon: configuration.epsilon)
    }
}
