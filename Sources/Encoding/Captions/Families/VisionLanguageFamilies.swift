package import Encoders
import Files
package import Foundation

/// The families of models that write texts about pictures.
package enum VisionLanguageFamilies {
    /// All families; a new one is added here.
    package static let all: [any VisionLanguageFamily.Type] = [
        LlavaFamily.self, LlavaNextFamily.self, LlavaOnevisionFamily.self, IdeficsFamily.self,
    ]

    /// The `model_type`s that can be read, sorted.
    package static var modelTypes: [String] { all.flatMap { $0.modelTypes }.sorted() }

    /// Reads the `config.json` of a folder.
    ///
    /// - Throws: ``UserError`` when there is no such file, its `model_type` is missing or not known, or a value of it is impossible.
    package static func read(
        _ directory: URL
    ) throws -> (family: any VisionLanguageFamily, modelType: String, configuration: ConfigurationFile) {
        let configuration = try ConfigurationFile(directory.appending(path: ModelFiles.configuration))
        let modelType = try configuration.text("model_type")
        guard let family = all.first(where: { $0.modelTypes.contains(modelType) }) else {
            throw configuration.error(
                "model_type", "is \"\(modelType)\", a model that writes no captions here",
                remedy: "Supported: \(modelTypes.joined(separator: ", ")).")
        }
        try configuration.check(family.keys(of: modelType))
        return (try family.init(configuration, modelType: modelType), modelType, configuration)
    }
}
