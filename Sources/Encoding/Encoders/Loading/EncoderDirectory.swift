package import Files
package import Foundation
package import Torch

/// A Hugging Face model directory whose configuration and headers were read: everything about an encoder but its numbers.
package struct EncoderDirectory: Sendable {
    /// The directory.
    package let url: URL
    /// The architecture with its sizes.
    package let family: any EncoderFamily
    /// The `model_type` of `config.json`, as in `bert`.
    package let modelType: String
    /// The tensors, mapped.
    package let weights: Weights

    /// The directory's name.
    package var name: String { url.standardizedFileURL.lastPathComponent }

    /// Reads the configuration and the headers of the weights.
    ///
    /// - Parameters:
    ///   - url: a directory with `config.json` and weights in safetensors form, one file or sharded.
    ///   - modality: which encoder is meant where the directory holds one of texts and one of pictures.
    /// - Throws: ``UserError`` for a family that is not known, an impossible configuration, and missing or damaged weights.
    package init(_ url: URL, for modality: Modality? = nil) throws {
        self.url = url
        (family, modelType) = try EncoderFamilies.read(url, for: modality)
        weights = try Weights(directory: url)
    }

    /// A SHA-256 over `config.json` and the files of the weights, as 64 digits. Reads all of them.
    ///
    /// - Throws: ``UserError`` when a file cannot be read.
    package func contentHash() throws -> String {
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

/// What a folder has to be before its configuration is read: a model's own, and without what would change the model.
package enum ModelFolder {
    /// Checks a folder by the names of its files and their first bytes.
    ///
    /// - Throws: ``UserError`` for a folder that holds something else, calling it by its name: an adapter, a sentence-transformers folder
    ///   around the encoder, another program's form, pointers of Git LFS in place of files.
    package static func check(_ directory: URL) throws {
        let names = ModelFiles.names(in: directory)
        if names.contains(ModelFiles.adapter) { throw try adapter(in: directory, names) }
        let hasWeights = try ModelFiles.weights(among: names, at: directory.path) != nil
        if !hasWeights, ForeignModel.transformerFolder(among: names) != nil {
            throw ForeignModel.error(among: names, at: directory.path, isFolder: true)
        }
        guard names.contains(ModelFiles.configuration) else {
            throw (hasWeights ? nil : ForeignModel.named(among: names, at: directory.path, isFolder: true))
                ?? UserError(
                    "there is no config.json here", at: directory.path,
                    remedy:
                        "Give a Hugging Face model directory: config.json, weights in safetensors form and the tokenizer's files."
                )
        }
        try LargeFilePointer.check(ModelFiles.descriptions.filter(names.contains), in: directory)
    }

    /// The error of a folder with an adapter, which names the model that it is for.
    private static func adapter(in directory: URL, _ names: [String]) throws -> UserError {
        struct Adapter: Decodable { let base_model_name_or_path: String? }
        let adapter = try JSONFile.read(Adapter.self, from: directory.appending(path: ModelFiles.adapter))
        let isModel =
            try names.contains(ModelFiles.configuration) && ModelFiles.weights(among: names, at: directory.path) != nil
        return ForeignModel.adapter(at: directory.path, base: adapter.base_model_name_or_path, besideWeights: isModel)
    }
}
