package import Encoders
import Files
package import Pictures
package import Torch

/// LLaVA-OneVision's form for single pictures: LLaVA-NeXT with SigLIP and Qwen 2, and smaller maps of pictures with many tiles.
package struct LlavaOnevisionFamily: VisionLanguageFamily {
    /// The `model_type`s of the family.
    package static let modelTypes = ["llava_onevision"]

    /// What is done about the keys of a configuration.
    package static func keys(of modelType: String) -> ConfigurationKeys {
        .llava
            + ConfigurationKeys(
                read: "vision_aspect_ratio",
                withoutEffect: "image_grid_pinpoints use_image_newline_parameter video_token_id video_token_index")
    }

    package let parts: VisionLanguageParts
    package let reading: TowerReading
    let projector: ProjectorSettings
    let largest: Int

    /// Reads and checks a configuration.
    ///
    /// - Throws: ``UserError`` that names the file and the key that is missing, impossible or not supported.
    package init(_ configuration: ConfigurationFile, modelType: String) throws {
        parts = try VisionLanguageParts(
            configuration,
            .init(
                vision: .init(
                    modelType: "siglip_vision_model",
                    section: """
                        {"hidden_size": 1152, "intermediate_size": 4304, "patch_size": 14, "image_size": 384,
                        "num_hidden_layers": 26, "num_attention_heads": 16}
                        """),
                text: .init(modelType: "qwen2", section: UsualDecoders.qwen2),
                imageToken: ["image_token_index", "image_token_id"], usualImageToken: 151_646))
        reading = try TowerReading(llava: configuration, parts.vision, layer: -1, strategy: "full")
        projector = try ProjectorSettings(configuration)
        let key = "vision_aspect_ratio"
        let form = try configuration.text(key, default: "anyres_max_9")
        guard form.hasPrefix("anyres_max_"), let number = Int(form.dropFirst(11)), number > 0 else {
            throw configuration.error(
                key, "is \"\(form)\", expected anyres_max_ and a number", remedy: "The usual one is anyres_max_9.")
        }
        largest = number
    }

    /// Where a checkpoint has its parts.
    package var names: VisionLanguageNames { .llava }

    /// Two maps of each patch, and a state at the end of each row.
    package func connector(_ parameters: Parameters, newline: Parameters) throws -> any Connector {
        let map = TileMap(
            newline: try newline("image_newline", [parts.text.width], .normal(0.02)), side: try parts.side(), largest: largest)
        return try Projector(parameters, projector, reading, parts, map: map)
    }

    /// An image token for each state.
    package func text(for layout: TileLayout, count: Int) -> String { String(repeating: "<image>", count: count) }

    /// Qwen's.
    package func template(where hasToken: (String) -> Bool) -> PromptTemplate { PromptTemplate(ofDecoder: parts.textType) }
}
