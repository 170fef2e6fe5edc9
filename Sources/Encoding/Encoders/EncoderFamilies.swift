import Files
import Foundation

/// The encoder families that are known here.
public enum EncoderFamilies {
    /// All families; a new one is added here.
    public static let all: [any EncoderFamily.Type] = [BertFamily.self, ViTFamily.self]

    /// The `model_type`s that can be read, sorted.
    public static var modelTypes: [String] { all.flatMap { $0.modelTypes }.sorted() }

    /// Reads the `config.json` of an encoder's folder and finds the family by its `model_type`.
    ///
    /// - Throws: ``UserError`` when there is no such file, its `model_type` is missing or not known, or a value of it is impossible.
    public static func read(_ directory: URL) throws -> (family: any EncoderFamily, modelType: String) {
        let file = directory.appending(path: "config.json")
        guard FileManager.default.fileExists(atPath: file.path) else {
            throw UserError(
                "there is no config.json here", at: directory.path,
                remedy: "Give a Hugging Face model directory: config.json, model.safetensors and the tokenizer's files.")
        }
        struct Kind: Decodable { let model_type: String }
        let modelType = try JSONFile.read(Kind.self, from: file).model_type
        guard let family = all.first(where: { $0.modelTypes.contains(modelType) }) else {
            throw UserError(
                "model_type \"\(modelType)\" is not supported", at: file.path,
                remedy: "Supported: \(modelTypes.joined(separator: ", ")).")
        }
        return (try family.init(configuration: file), modelType)
    }
}
