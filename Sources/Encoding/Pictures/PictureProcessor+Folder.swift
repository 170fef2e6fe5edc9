import Files
package import Foundation

extension PictureProcessor {
    /// Reads the processor of an encoder's folder, as `AutoImageProcessor` does: the section `image_processor` of a
    /// `processor_config.json`, which `transformers` 5 writes, else a `preprocessor_config.json`. Where neither names a type of
    /// processor, the kind of model in `config.json` does.
    ///
    /// - Parameters:
    ///   - directory: the encoder's folder.
    ///   - options: how pictures will be read; part of ``hash``.
    /// - Throws: ``UserError`` that names the file and the key.
    package init(directory: URL, options: PictureOptions = PictureOptions()) throws {
        guard let file = try Self.file(in: directory) else {
            throw UserError(
                "there is no preprocessor_config.json, which says how pictures are resized", at: directory.path,
                remedy: "Add the preprocessor_config.json that belongs to the encoder.")
        }
        let settings = try Self.settings(file)
        var hash = try ContentHash.of(file: file)
        var family: PictureProcessorFamily?
        if settings.type == nil {
            let found = try PictureProcessorFamily(model: directory.appending(path: "config.json"), file: file.path)
            family = found
            hash += found.rawValue
        }
        try self.init(settings, family: family, file: file.path, hash: hash, options: options)
    }

    /// The file of an encoder's folder that says how pictures are resized; nil where there is none.
    ///
    /// - Throws: ``UserError`` when a `processor_config.json` cannot be read.
    package static func file(in directory: URL) throws -> URL? {
        let whole = directory.appending(path: "processor_config.json")
        if FileManager.default.fileExists(atPath: whole.path),
            try JSONFile.read(Sections<PictureProcessorSettings>.self, from: whole).image_processor != nil
        {
            return whole
        }
        let file = directory.appending(path: "preprocessor_config.json")
        return FileManager.default.fileExists(atPath: file.path) ? file : nil
    }

    /// Reads the settings of a file of either name.
    static func settings(_ file: URL) throws -> PictureProcessorSettings {
        try section(PictureProcessorSettings.self, of: file)
    }

    /// Reads what a file of either name says on pictures.
    static func section<Settings: Decodable>(_ settings: Settings.Type, of file: URL) throws -> Settings {
        if let section = try JSONFile.read(Sections<Settings>.self, from: file).image_processor { return section }
        return try JSONFile.read(Settings.self, from: file)
    }

    private struct Sections<Settings: Decodable>: Decodable {
        var image_processor: Settings?
    }
}

extension PictureProcessorFamily {
    /// The processors of the kinds of model, where the processor's file names none.
    static let ofModels: [String: PictureProcessorFamily] = [
        "vit": .vit, "vit_mae": .vit, "swin": .vit, "deit": .deit, "beit": .beit, "data2vec-vision": .beit, "dinov2": .bit,
        "clip": .clip, "siglip": .siglip, "convnext": .convNext, "convnextv2": .convNext, "llava": .llava,
    ]

    /// The processors of further kinds of model, which are not supported.
    private static let others = [
        "siglip2": "Siglip2ImageProcessor", "dinov3_vit": "DINOv3ViTImageProcessor",
        "chinese_clip": "ChineseCLIPImageProcessor",
    ]

    /// The family of the processor that belongs to a kind of model.
    ///
    /// - Parameters:
    ///   - model: the model's `config.json`.
    ///   - file: the processor's file, which names no type.
    /// - Throws: ``UserError`` when no processor belongs to it.
    init(model: URL, file: String) throws {
        struct Model: Decodable {
            var model_type: String?
            var image_processor_type: String?
        }
        let model = FileManager.default.fileExists(atPath: model.path) ? try JSONFile.read(Model.self, from: model) : Model()
        if let type = model.image_processor_type ?? Self.others[model.model_type ?? ""] {
            try self.init(type: type, file: file)
            return
        }
        guard let family = Self.ofModels[model.model_type ?? ""] else {
            let kind =
                model.model_type.map { "and to the model type \"\($0)\" belongs none" } ?? "and no config.json a model type"
            throw UserError(
                "names no \"image_processor_type\", \(kind)", at: file,
                remedy:
                    "Add the type of processor that the encoder was used with, such as \"image_processor_type\": \"CLIPImageProcessor\"."
            )
        }
        self = family
    }
}
