import Files
import Foundation
import Torch

/// A Hugging Face model directory whose configuration and headers were read: everything about an encoder but its numbers.
public struct EncoderDirectory: Sendable {
    /// The directory.
    public let url: URL
    /// The architecture with its sizes.
    public let family: any EncoderFamily
    /// The `model_type` of `config.json`, as in `bert`.
    public let modelType: String
    /// The tensors, mapped.
    public let weights: Weights

    /// The directory's name.
    public var name: String { url.standardizedFileURL.lastPathComponent }

    /// Reads the configuration and the headers of the weights.
    ///
    /// - Parameters:
    ///   - url: a directory with `config.json` and weights in safetensors form, one file or sharded.
    ///   - modality: which encoder is meant where the directory holds one of texts and one of pictures.
    /// - Throws: ``UserError`` for a family that is not known, an impossible configuration, and missing or damaged weights.
    public init(_ url: URL, for modality: EncoderModality? = nil) throws {
        self.url = url
        (family, modelType) = try EncoderFamilies.read(url, for: modality)
        weights = try Weights(directory: url)
    }

    /// A SHA-256 over `config.json` and the files of the weights, as 64 digits. Reads all of them.
    ///
    /// - Throws: ``UserError`` when a file cannot be read.
    public func contentHash() throws -> String {
        var contents = ContentHash()
        contents.update(try ContentHash.of(file: url.appending(path: "config.json")))
        contents.update(try weights.contentHash())
        return contents.digits
    }

    /// Checks that a hidden state exists.
    func check(_ layer: Int) throws {
        guard (0...family.depth).contains(layer) else {
            throw UserError(
                "the encoder has the hidden states 0 to \(family.depth), not \(layer)", at: url.path,
                remedy: "Choose layers from 0 to \(family.depth).")
        }
    }
}
