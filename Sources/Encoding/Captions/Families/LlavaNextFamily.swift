package import Encoders
import Files
package import Pictures
package import Torch

/// LLaVA-NeXT (1.6): LLaVA that reads a picture as a whole and in tiles of the tower's size.
package struct LlavaNextFamily: VisionLanguageFamily {
    /// The `model_type`s of the family.
    package static let modelTypes = ["llava_next"]

    /// What is done about the keys of a configuration.
    package static func keys(of modelType: String) -> ConfigurationKeys {
        .llava
            + ConfigurationKeys(
                withoutEffect: "image_grid_pinpoints use_image_newline_parameter",
                fixed: [
                    "multimodal_patch_merge_type": .init(
                        values: [.text("spatial_unpad")], remedy: "Tiles are laid out with the margins left out alone.")
                ])
    }

    package let parts: VisionLanguageParts
    package let reading: TowerReading
    let projector: ProjectorSettings

    /// Reads and checks a configuration.
    ///
    /// - Throws: ``UserError`` that names the file and the key that is missing, impossible or not supported.
    package init(_ configuration: ConfigurationFile, modelType: String) throws {
        var defaults = VisionLanguageParts.Defaults.llava
        defaults.isHeadOutside = true
        parts = try VisionLanguageParts(configuration, defaults)
        reading = try TowerReading(llava: configuration, parts.vision)
        projector = try ProjectorSettings(configuration)
    }

    /// Where a checkpoint has its parts.
    package var names: VisionLanguageNames { .llava }

    /// Two maps of each patch, and a state at the end of each row.
    package func connector(_ parameters: Parameters, newline: Parameters) throws -> any Connector {
        let map = TileMap(
            newline: try newline("image_newline", [parts.text.width], .normal(0.02)), side: try parts.side(), largest: nil)
        return try Projector(parameters, projector, reading, parts, map: map)
    }

    /// An image token for each state.
    package func text(for layout: TileLayout, count: Int) -> String { String(repeating: "<image>", count: count) }

    /// That of the decoder's own family.
    package func template(where hasToken: (String) -> Bool) -> PromptTemplate { PromptTemplate(ofDecoder: parts.textType) }
}
