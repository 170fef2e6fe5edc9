package import Files
package import Foundation

/// The encoder families that are known here.
package enum EncoderFamilies {
    /// All families; a new one is added here.
    package static let all: [any EncoderFamily.Type] = [
        BertFamily.self, DeBERTaFamily.self, CLIPTextFamily.self, LlamaFamily.self, MixtralFamily.self, GemmaFamily.self,
        QwenFamily.self, ViTFamily.self, BeitFamily.self, Dinov2Family.self, CLIPVisionFamily.self, SiglipVisionFamily.self,
        EvaFamily.self, EvaCLIPFamily.self,
    ]

    /// The `model_type`s that can be read, sorted.
    package static var modelTypes: [String] { Set(all.flatMap { $0.modelTypes + $0.sections.keys }).sorted() }

    /// What is done about each key of a `config.json` of a `model_type` of one encoder; nil for one that is not read.
    package static func keys(of modelType: String) -> ConfigurationKeys? {
        all.first { $0.modelTypes.contains(modelType) }?.keys(of: modelType)
    }

    /// Reads the `config.json` of an encoder's folder and finds the family by its `model_type`, or by timm's `architecture`.
    ///
    /// - Parameters:
    ///   - directory: a Hugging Face model directory.
    ///   - modality: which encoder is meant where the directory holds one of texts and one of pictures.
    /// - Throws: ``UserError`` when there is no such file, its `model_type` is missing or not known, a value of it is impossible, or it
    ///   holds two encoders and `modality` is nil.
    package static func read(
        _ directory: URL, for modality: Modality? = nil
    ) throws -> (family: any EncoderFamily, modelType: String) {
        try ModelFolder.check(directory)
        let file = directory.appending(path: ModelFiles.configuration)
        let configuration = try ConfigurationFile(file)
        let modelType = try modelType(of: configuration)
        if let family = all.first(where: { $0.modelTypes.contains(modelType) }) {
            try configuration.check(family.keys(of: modelType))
            return (try family.init(configuration, modelType: modelType), modelType)
        }
        let parts = all.filter { $0.sections[modelType] != nil }
        guard !parts.isEmpty else {
            throw UserError(
                "model_type \"\(modelType)\" is not supported", at: file.path,
                remedy: "Supported: \(modelTypes.joined(separator: ", ")).")
        }
        guard let modality else {
            throw UserError(
                "the directory holds an encoder of texts and one of pictures", at: directory.path,
                remedy: "Say which one is meant.")
        }
        guard let part = parts.first(where: { $0.modality == modality }), let key = part.sections[modelType],
            // The older of two places, where there are both: transformers lets it overwrite the other one.
            let section = try configuration.section(key + "_dict") ?? configuration.section(key)
        else {
            throw UserError("the model has no encoder of \(modality.plural)", at: file.path)
        }
        try configuration.check(.towers)
        try section.check(part.keys(of: modelType))
        return (try part.init(section, modelType: section.text("model_type", default: modelType)), modelType)
    }

    /// The family of an encoder or decoder inside another model.
    ///
    /// - Parameters:
    ///   - section: its own configuration.
    ///   - usual: the `model_type` where it says none.
    ///   - further: families that are inside of other models alone.
    /// - Throws: ``UserError`` for a `model_type` that is not known, and an impossible value.
    package static func family(
        of section: ConfigurationFile, usual: String, or further: [any EncoderFamily.Type] = []
    ) throws -> (family: any EncoderFamily, modelType: String) {
        let modelType = try section.text("model_type", default: usual)
        guard let family = (further + all).first(where: { $0.modelTypes.contains(modelType) }) else {
            throw section.error(
                "model_type", "is \"\(modelType)\", which is not supported",
                remedy: "Supported: \((further + all).flatMap { $0.modelTypes }.sorted().joined(separator: ", ")).")
        }
        try section.check(family.keys(of: modelType))
        return (try family.init(section, modelType: modelType), modelType)
    }

    /// What kind of model a configuration is of, where two files do not say it in `model_type`.
    private static func modelType(of configuration: ConfigurationFile) throws -> String {
        // timm names an architecture, as in "eva02_tiny_patch14_336".
        if !configuration.has("model_type"), configuration.has("architecture") {
            return "timm/" + (try configuration.text("architecture").prefix { $0 != "_" })
        }
        let name = try configuration.text("model_type")
        // EVA-CLIP calls itself "clip", as the code does that it was copied from.
        let classes = try configuration.optional("architectures", [String].self, "a list of texts") ?? []
        return classes.contains { $0.hasPrefix("EvaCLIP") } && name.hasPrefix("clip") ? "eva" + name : name
    }
}
