package import Files
package import Foundation
package import Torch

/// A text or image encoder of a Hugging Face directory, with the states of every layer.
///
/// One module for three uses: frozen over a catalogue (inside `withoutGradients`), live with gradients (`trained: true`), and block by
/// block through its ``family``. Parameters have the names that the checkpoint gives them.
///
/// Hidden states are numbered as in `transformers`: 0 is the output of the embeddings, l that of block l. For ViT the last one is
/// before the final norm.
package final class PretrainedEncoder {
    /// The architecture with its sizes.
    package let family: any EncoderFamily
    /// The `model_type` of `config.json`, as in `bert`.
    package let modelType: String
    /// The directory's name.
    package let name: String
    /// A SHA-256 over `config.json` and the files of the weights, as 64 digits.
    package let hash: String
    /// All tensors of the parts that were loaded, by the checkpoint's names.
    package let parameters: Parameters
    /// The part from input to hidden state 0.
    package let embeddings: any EncoderPart
    /// The blocks that were loaded, from the first on.
    package internal(set) var blocks: [any EncoderPart]
    /// The part after the last block; nil when the family has none or not all blocks were loaded.
    package let finalNorm: (any EncoderPart)?

    /// Loads an encoder.
    ///
    /// - Parameters:
    ///   - directory: a Hugging Face model directory with `config.json` and weights in safetensors form, one file or sharded.
    ///   - modality: which encoder is meant where the directory holds one of texts and one of pictures.
    ///   - lastLayer: the last hidden state that will be asked for; blocks after it are not loaded. nil: all.
    ///   - device: where the weights are put.
    ///   - dtype: the type the weights are converted to.
    ///   - trained: whether gradients are recorded for the weights.
    /// - Throws: ``UserError`` for a family that is not known, an impossible configuration, and a missing, damaged or unfitting
    ///   tensor.
    package convenience init(
        directory: URL, for modality: Modality? = nil, through lastLayer: Int? = nil, on device: Device = .cpu,
        dtype: ElementType = .float32, trained: Bool = false
    ) throws {
        let directory = try EncoderDirectory(directory, for: modality)
        try self.init(directory, hash: directory.contentHash(), through: lastLayer, on: device, dtype: dtype) { _ in trained }
    }

    /// Loads an encoder whose directory was read before.
    ///
    /// - Parameters:
    ///   - directory: the encoder.
    ///   - hash: ``EncoderDirectory/contentHash()``.
    ///   - lastLayer: the last hidden state that will be asked for; blocks after it are not loaded. nil: all.
    ///   - device: where the weights are put.
    ///   - dtype: the type the weights are converted to.
    ///   - isTrained: whether gradients are recorded for the tensor of a name; by default for none.
    /// - Throws: ``UserError`` for a missing or unfitting tensor and a hidden state that does not exist.
    package init(
        _ directory: EncoderDirectory, hash: String, through lastLayer: Int? = nil, on device: Device = .cpu,
        dtype: ElementType = .float32, isTrained: @escaping (String) -> Bool = { _ in false }
    ) throws {
        (family, modelType, name) = (directory.family, directory.modelType, directory.name)
        self.hash = hash
        let last = lastLayer ?? family.depth
        try directory.check(last)
        let weights = directory.weights
        parameters = Parameters(.weights(weights), on: device, dtype: dtype, isTrained: isTrained)
        let prefixed = try parameters.scoped(toEncoderOf: family, in: weights)
        embeddings = try family.embeddings(prefixed)
        blocks = try (0..<last).map { [family] in try family.block(prefixed, $0) }
        finalNorm = last == family.depth ? try family.finalNorm(prefixed) : nil
    }

    /// Hidden state 0 of an input.
    package func embed(_ input: Tensor, dropout: EncoderDropout = .none) -> Tensor { embeddings(input, dropout: dropout) }
}

extension Parameters {
    /// The part that an encoder's parts are asked of: below the prefix that the checkpoint gives their names.
    ///
    /// - Throws: ``UserError`` when the checkpoint has the family's anchor under none of its prefixes.
    package func scoped(toEncoderOf family: any EncoderFamily, in weights: Weights) throws -> Parameters {
        let (name, prefixes) = family.anchor
        guard let prefix = prefixes.first(where: { weights.has($0 + name) }) else {
            // Asking for the plain name gives the error that names the nearest tensor there is.
            _ = try weights.tensor(name)
            return self
        }
        return prefix.isEmpty ? self : scoped(String(prefix.dropLast()))
    }
}
