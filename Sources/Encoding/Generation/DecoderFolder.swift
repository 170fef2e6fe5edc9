package import Encoders
package import Files
package import Foundation
package import Torch

/// A Hugging Face folder of a model that writes texts, read up to its numbers.
package struct DecoderFolder: Sendable {
    /// The folder.
    package let directory: EncoderDirectory
    /// What the configuration says of the head.
    package let head: DecoderHead
    /// What the folder says of the texts.
    package let file: GenerationFile

    /// Reads the configuration and the headers of the weights.
    ///
    /// - Throws: ``UserError`` for a family that writes no texts, an impossible configuration, and missing or damaged weights.
    package init(_ url: URL) throws {
        directory = try EncoderDirectory(url, for: .text)
        let configuration = try ConfigurationFile(url.appending(path: ModelFiles.configuration))
        head = try DecoderHead(configuration, modelType: directory.modelType)
        file = try GenerationFile(url, configuration)
        _ = try plan(dtype: .float32)
    }

    /// What the model takes of memory.
    ///
    /// - Throws: ``UserError`` for a tensor that is missing or does not fit.
    package func plan(dtype: ElementType) throws -> DecoderPlan {
        let parameters = Parameters(.shapes(of: directory.weights), dtype: dtype, trained: false)
        return try DecoderPlan(directory.family, head: head, body(of: parameters), output: parameters)
    }

    /// Loads the model.
    ///
    /// - Throws: ``UserError`` for a tensor that is missing or does not fit.
    package func model(dtype: ElementType, on device: Device = .cpu) throws -> DecoderModel {
        let parameters = Parameters(.weights(directory.weights), on: device, dtype: dtype, trained: false)
        return try DecoderModel(directory.family, head: head, body(of: parameters), output: parameters)
    }

    private func body(of parameters: Parameters) throws -> Parameters {
        try parameters.scoped(toEncoderOf: directory.family, in: directory.weights)
    }
}
