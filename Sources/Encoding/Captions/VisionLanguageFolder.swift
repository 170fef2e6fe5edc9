package import Encoders
package import Files
package import Foundation
package import Generation
import Pictures
import Tokenizers
package import Torch

/// A Hugging Face folder of a model that writes texts about pictures, read up to its numbers.
package struct VisionLanguageFolder: Sendable {
    /// The folder.
    package let url: URL
    /// The architecture with its sizes.
    package let family: any VisionLanguageFamily
    /// The `model_type` of `config.json`.
    package let modelType: String
    /// The tensors, mapped.
    package let weights: Weights
    /// What the folder says of the texts.
    package let file: GenerationFile

    /// Reads the configuration and the headers of the weights.
    ///
    /// - Throws: ``UserError`` for a family that is not known, an impossible configuration, and missing or damaged weights.
    package init(_ url: URL) throws {
        self.url = url
        try ModelFolder.check(url)
        let configuration: ConfigurationFile
        (family, modelType, configuration) = try VisionLanguageFamilies.read(url)
        weights = try Weights(directory: url)
        file = try GenerationFile(url, configuration, ends: family.parts.ends)
        _ = try plan(dtype: .float32)
    }

    /// What the model takes of memory.
    ///
    /// - Throws: ``UserError`` for a tensor that is missing or does not fit.
    package func plan(dtype: ElementType) throws -> VisionLanguagePlan {
        let parameters = Parameters(.shapes(of: weights), dtype: dtype, trained: false)
        let places = try PartPlaces(family, in: weights, parameters)
        _ = try VisionTower(family.parts.vision, family.reading, places.vision)
        _ = try family.connector(places.connector, newline: places.newline)
        let decoder = try DecoderPlan(family.parts.text, head: family.parts.head, places.text, output: places.head)
        return VisionLanguagePlan(decoder: decoder, tileBytes: try tileBytes(dtype))
    }

    /// Bytes of what the tower computes for one tile, estimated: some values per patch, and the logits of its heads.
    private func tileBytes(_ dtype: ElementType) throws -> Int {
        let side = try family.parts.side()
        return side * side * 24 * family.parts.vision.width * dtype.size
    }

    /// Loads the model.
    ///
    /// - Throws: ``UserError`` for a tensor that is missing or does not fit.
    package func model(dtype: ElementType, on device: Device = .cpu) throws -> VisionLanguageModel {
        let parameters = Parameters(.weights(weights), on: device, dtype: dtype, trained: false)
        return try VisionLanguageModel(family, of: weights, parameters)
    }

    /// A SHA-256 over `config.json` and the files of the weights, as 64 digits. Reads all of them.
    ///
    /// - Throws: ``UserError`` when a file cannot be read.
    package func contentHash() throws -> String {
        var contents = ContentHash()
        contents.update(try ContentHash.of(file: url.appending(path: ModelFiles.configuration)))
        contents.update(try weights.contentHash())
        return contents.digits
    }
}

/// What a model takes of memory, before it is loaded.
package struct VisionLanguagePlan: Sendable, Equatable {
    /// The decoder; its weights are those of the whole model.
    package let decoder: DecoderPlan
    /// Bytes of what the tower computes for one tile.
    package let tileBytes: Int
}
