import Catalogue
import Encoders
import Files
import Foundation
import Generation
import Torch

/// What captioning takes of memory, in bytes; made before the model is loaded.
package struct CaptionPlan: Sendable, Equatable, CustomStringConvertible {
    /// The model's weights, in the type they are computed in.
    package let weightBytes: Int
    /// The keys and values, and what is computed between, of the pictures of a batch, estimated.
    package let batchBytes: Int
    /// How many pictures are captioned at a time.
    package let batch: Int
    /// Tokens of the longest prompt, estimated.
    package let prompt: Int

    /// What the program takes before it captions, LibTorch above all.
    private static let programBytes = 300_000_000
    /// How many tiles the tower reads at a time.
    static let towerTiles = 8

    /// All memory together.
    package var memoryBytes: Int { weightBytes + batchBytes + Self.programBytes }

    /// Plans a model.
    ///
    /// - Throws: ``UserError`` when the weights and one picture do not fit the memory that may be used.
    init(_ folder: VisionLanguageFolder, _ options: CaptionOptions, prompt: Int) throws {
        let plan = try folder.plan(dtype: options.precision.dtype)
        let writing = options.generation.maximumTokens
        let maximum = folder.family.parts.maximum
        guard writing <= maximum - prompt else {
            throw UserError(
                "a prompt of up to \(prompt) tokens and a caption of \(writing) are longer than the model's \(maximum) tokens",
                at: folder.url.path, remedy: "Shorten the prompt, write fewer tokens, or read pictures without tiles.")
        }
        let perPicture = plan.decoder.bytes(prompt: prompt, writing: writing)
        let beside = plan.decoder.weightBytes + Self.programBytes + Self.towerTiles * plan.tileBytes
        var batch = options.stepSize
        if let memory = options.memory {
            let fitting = (memory - beside) / perPicture
            guard memory > beside, fitting > 0 else {
                func gigabytes(_ bytes: Int) -> String { "\((Double(bytes) / 1e8).rounded(.up) / 10) GB" }
                let half = options.precision == .float32 ? " In bfloat16 it would be about half." : ""
                throw UserError(
                    "the model takes \(gigabytes(beside + perPicture)) for one picture at a time, \(gigabytes(memory)) may be used."
                        + half,
                    at: folder.url.path,
                    remedy:
                        "Allow more memory, or take a smaller model: each token of a text needs all weights, so that one that "
                        + "does not fit would be read from the disk once for each.")
            }
            batch = min(batch, fitting)
        }
        weightBytes = plan.decoder.weightBytes
        batchBytes = batch * perPicture + Self.towerTiles * plan.tileBytes
        (self.batch, self.prompt) = (batch, prompt)
    }

    /// A line for the user.
    package var description: String {
        func megabytes(_ bytes: Int) -> String { "\((bytes + 999_999) / 1_000_000) MB" }
        return "\(batch) pictures at a time, prompts of up to \(prompt) tokens; memory about \(megabytes(memoryBytes)) "
            + "(weights \(megabytes(weightBytes)), batch \(megabytes(batchBytes)))"
    }
}

extension VisionLanguageParts {
    /// The longest text that the decoder was made for, in tokens.
    var maximum: Int { if case .tokens(_, let maximum) = text.input { maximum } else { 0 } }
}
