package import Encoders
import Files
import Foundation
import Generation

/// The tower and the decoder of a model, and the token that a picture's states take the place of.
package struct VisionLanguageParts: Sendable {
    /// The picture tower.
    package let vision: any EncoderFamily
    /// The decoder.
    package let text: any EncoderFamily
    /// What the configuration says of the decoder's head.
    package let head: DecoderHead
    /// The `model_type` of the decoder.
    package let textType: String
    /// What the decoder's own configuration says of the ends of texts.
    let ends: Set<Int32>
    /// The number of the token that stands for a state of a picture.
    package let imageToken: Int32

    /// What a configuration of a whole model is read with.
    struct Defaults {
        /// A part's section: its `model_type` where the section says none, and what it holds where there is no section at all.
        struct Part {
            var modelType: String
            /// A JSON object without the `model_type`.
            var section = "{}"
        }

        /// The tower.
        var vision: Part
        /// The decoder.
        var text: Part
        /// Keys that the number of the image token may be under.
        var imageToken: [String]
        /// The number where there is none of them.
        var usualImageToken: Int
        /// Families of towers that are in models of this kind alone.
        var towers: [any EncoderFamily.Type] = []
        /// Whether the whole configuration's word on the head is the only one that counts.
        var isHeadOutside = false
    }

    init(_ configuration: ConfigurationFile, _ defaults: Defaults) throws {
        let vision = try Self.section("vision_config", of: configuration, defaults.vision)
        (self.vision, _) = try EncoderFamilies.family(of: vision, usual: defaults.vision.modelType, or: defaults.towers)
        guard self.vision.input.modality == .image else {
            throw vision.error("model_type", "is one of a model that reads no pictures")
        }
        let text = try Self.section("text_config", of: configuration, defaults.text)
        (self.text, textType) = try EncoderFamilies.family(of: text, usual: defaults.text.modelType)
        head = try DecoderHead(text, modelType: textType, in: configuration, isOutside: defaults.isHeadOutside)
        ends = try GenerationFile.ends(text)
        let key = defaults.imageToken.first(where: configuration.has) ?? defaults.imageToken[0]
        imageToken = Int32(try configuration.whole(key, in: 0...(1 << 24), default: defaults.usualImageToken))
    }

    /// The section of a part. Keys that it lacks have the values of its own kind; the usual part of the whole model is meant only where
    /// there is no section.
    private static func section(
        _ key: String, of configuration: ConfigurationFile, _ part: Defaults.Part
    ) throws -> ConfigurationFile {
        guard let given = try configuration.section(key) else { return try configuration.section(key, usual: part.section) }
        let modelType = try given.text("model_type", default: part.modelType)
        return try configuration.section(key, usual: UsualDecoders.sections[modelType] ?? "{}")
    }
}

extension VisionLanguageParts {
    /// Patches along a side of the tower's pictures.
    ///
    /// - Throws: ``UserError`` for a tower without a size of its own.
    func side() throws -> Int {
        guard case .pixels(let grid) = vision.input else {
            throw UserError("the tower reads no pictures", at: head.file)
        }
        return grid.patches(grid.size)
    }
}

/// What the sections of decoders may leave unsaid inside other models: the values of the families' configuration classes.
///
/// A folder of a decoder alone has to say them.
enum UsualDecoders {
    /// JSON objects by `model_type`.
    static let sections = ["llama": llama, "mistral": mistral, "qwen2": qwen2]

    static let llama = """
        {"vocab_size": 32000, "hidden_size": 4096, "intermediate_size": 11008, "num_hidden_layers": 32, "num_attention_heads": 32}
        """

    static let mistral = """
        {"vocab_size": 32000, "hidden_size": 4096, "intermediate_size": 14336, "num_hidden_layers": 32, "num_attention_heads": 32}
        """

    static let qwen2 = """
        {"vocab_size": 151936, "hidden_size": 4096, "intermediate_size": 22016, "num_hidden_layers": 32, "num_attention_heads": 32}
        """

    /// Llama where Idefics 3 and SmolVLM have no section of a decoder.
    static let idefics = """
        {"vocab_size": 32000, "hidden_size": 4096, "intermediate_size": 11008, "num_hidden_layers": 32, "num_attention_heads": 32,
        "rms_norm_eps": 1e-5}
        """
}
