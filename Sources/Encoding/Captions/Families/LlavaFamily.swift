package import Encoders
import Files
package import Pictures
package import Torch

/// LLaVA 1.5 (Liu et al. 2023) and what has its form, as LLaVA-interleave: two maps between a tower's patches and a decoder.
package struct LlavaFamily: VisionLanguageFamily {
    /// The `model_type`s of the family.
    package static let modelTypes = ["llava"]

    /// What is done about the keys of a configuration.
    package static func keys(of modelType: String) -> ConfigurationKeys { .llava }

    package let parts: VisionLanguageParts
    package let reading: TowerReading
    let projector: ProjectorSettings

    /// Reads and checks a configuration.
    ///
    /// - Throws: ``UserError`` that names the file and the key that is missing, impossible or not supported.
    package init(_ configuration: ConfigurationFile, modelType: String) throws {
        parts = try VisionLanguageParts(configuration, .llava)
        reading = try TowerReading(llava: configuration, parts.vision)
        projector = try ProjectorSettings(configuration)
    }

    /// Where a checkpoint has its parts.
    package var names: VisionLanguageNames { .llava }

    /// Two maps of each patch.
    package func connector(_ parameters: Parameters, newline: Parameters) throws -> any Connector {
        try Projector(parameters, projector, reading, parts)
    }

    /// An image token for each patch.
    package func text(for layout: TileLayout, count: Int) -> String { String(repeating: "<image>", count: count) }

    /// Vicuna's, or that of the decoder's own family.
    package func template(where hasToken: (String) -> Bool) -> PromptTemplate { PromptTemplate(ofDecoder: parts.textType) }
}

extension VisionLanguageParts.Defaults {
    /// LLaVA's parts: the large tower of CLIP for 336 pixels and Llama.
    static let llava = Self(
        vision: Part(
            modelType: "clip_vision_model",
            section: """
                {"intermediate_size": 4096, "hidden_size": 1024, "patch_size": 14, "image_size": 336, "num_hidden_layers": 24,
                "num_attention_heads": 16}
                """),
        text: Part(modelType: "llama", section: UsualDecoders.llama), imageToken: ["image_token_index", "image_token_id"],
        usualImageToken: 32_000)
}

extension VisionLanguageNames {
    /// The names of `transformers` 5, and those of before.
    static let llava = VisionLanguageNames(
        vision: ["model.vision_tower.", "vision_tower."], text: ["model.language_model.", "language_model.model."],
        head: ["", "language_model."], connector: ["model.multi_modal_projector.", "multi_modal_projector."],
        newline: ["model.", ""])
}

extension TowerReading {
    /// What LLaVA's keys say: `vision_feature_layer`, which counts from the end where it is negative, and whether the first token counts.
    init(
        llava configuration: ConfigurationFile, _ tower: any EncoderFamily, layer usual: Int = -2, strategy: String = "default"
    )
        throws
    {
        let key = "vision_feature_layer"
        let one = try? configuration.optional(key, Int.self, "a number")
        let given =
            try one.map { [$0] } ?? configuration.optional(key, [Int].self, "a layer's number or a list of them") ?? [usual]
        layers = try given.map { layer in
            let place = layer < 0 ? tower.depth + 1 + layer : layer
            guard (0...tower.depth).contains(place) else {
                throw configuration.error(key, "is \(layer), the tower has the hidden states 0 to \(tower.depth)")
            }
            return place
        }
        guard !layers.isEmpty else { throw configuration.error(key, "names no layer") }
        switch try configuration.text("vision_feature_select_strategy", default: strategy) {
        case "default": leavesFirst = true
        case "full": leavesFirst = false
        case let name:
            throw configuration.error(
                "vision_feature_select_strategy", "is \"\(name)\", which is not supported", remedy: "Supported: default, full.")
        }
        isNormed = false
    }
}

extension ConfigurationKeys {
    /// The keys of LLaVA's kind.
    static let llava =
        common
        + ConfigurationKeys(
            read: """
                image_token_id image_token_index multimodal_projector_bias projector_hidden_act text_config tie_word_embeddings \
                vision_config vision_feature_layer vision_feature_select_strategy
                """,
            withoutEffect: "ignore_index image_seq_length projection_dim vocab_size")
}
