import Files
import Foundation

/// What a folder has to be before its configuration is read: a model's own, and without what would change the model.
enum ModelFolder {
    /// Checks a folder by the names of its files and their first bytes.
    ///
    /// - Throws: ``UserError`` for a folder that holds something else, calling it by its name: an adapter, a sentence-transformers folder
    ///   around the encoder, another program's form, pointers of Git LFS in place of files.
    static func check(_ directory: URL) throws {
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
