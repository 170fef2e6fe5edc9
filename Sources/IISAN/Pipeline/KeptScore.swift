import Files
import Foundation
import Metrics
import Modeling
import Torch
import Training

/// What was found for a run's score: its weights, and how states are whitened for its content.
struct KeptScore {
    /// The hash of what it was found for.
    var inputs: String
    /// The weights.
    var weights: ScoreWeights
    /// By modality; empty for a score without content.
    var whitening: [String: Whitening]
}

extension RunDirectory {
    private static let formatVersion = 1

    /// `score.json`.
    private struct Form: Codable {
        var formatVersion: Int
        var inputs: String
        var weights: ScoreWeights
        /// The modalities whose whitening is in `score.safetensors`, and the hash of that file.
        var content: [String]
        var contentHash: String?
    }

    private var scoreFile: URL { folder.appending(path: "score.json") }
    private var whiteningFile: URL { folder.appending(path: "score.safetensors") }

    /// Writes what was found, in place of what was there.
    ///
    /// - Throws: ``UserError`` when the disk is full or fails.
    func write(_ score: KeptScore) throws {
        var hash: String?
        let modalities = score.whitening.keys.sorted()
        if !modalities.isEmpty {
            let tensors = modalities.flatMap { modality in
                let whitening = score.whitening[modality]!
                return [("\(modality).mean", whitening.mean), ("\(modality).map", whitening.map)]
            }
            try Weights.write(tensors, to: whiteningFile)
            hash = "\(try ContentHash.of(file: whiteningFile))"
        }
        try JSONFile.write(
            Form(
                formatVersion: Self.formatVersion, inputs: score.inputs, weights: score.weights, content: modalities,
                contentHash: hash), to: scoreFile)
    }

    /// Reads what was found; nil where nothing was.
    ///
    /// - Throws: ``UserError`` when a file is damaged or of another version.
    func keptScore() throws -> KeptScore? {
        guard FileManager.default.fileExists(atPath: scoreFile.path) else { return nil }
        let form = try JSONFile.read(Form.self, from: scoreFile)
        guard form.formatVersion == Self.formatVersion else {
            throw UserError(
                "is of version \(form.formatVersion), this program reads version \(Self.formatVersion)", at: scoreFile.path,
                remedy: "Evaluate the run again: iisan evaluate \(folder.path).")
        }
        var whitening: [String: Whitening] = [:]
        if !form.content.isEmpty {
            guard form.contentHash == "\(try ContentHash.of(file: whiteningFile))" else {
                throw UserError(
                    "is damaged: its bytes are not those that were written", at: whiteningFile.path,
                    remedy: "Evaluate the run again: iisan evaluate \(folder.path).")
            }
            let weights = try Weights(file: whiteningFile)
            for modality in form.content {
                whitening[modality] = Whitening(
                    mean: try weights.tensor("\(modality).mean"), map: try weights.tensor("\(modality).map"))
            }
        }
        return KeptScore(inputs: form.inputs, weights: form.weights, whitening: whitening)
    }
}
