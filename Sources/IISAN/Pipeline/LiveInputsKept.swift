import Encoders
import Encoding

/// The inputs of live encoders that a pipeline has read, kept for its later stages.
final class LiveInputsKept {
    private var inputs: [EncoderModality: LiveInputs] = [:]
    private var hashes: [EncoderModality: LiveInputs.Hashes] = [:]

    /// The inputs of a modality, read when they are asked for first.
    func inputs(_ modality: EncoderModality, read: () throws -> LiveInputs) rethrows -> LiveInputs {
        if let known = inputs[modality] { return known }
        let made = try read()
        inputs[modality] = made
        return made
    }

    /// The hashes of a modality's inputs, which read every file of the encoder and every picture, computed when they are asked for first.
    func hashes(_ modality: EncoderModality, read: () throws -> LiveInputs.Hashes) rethrows -> LiveInputs.Hashes {
        if let known = hashes[modality] { return known }
        let made = try read()
        hashes[modality] = made
        return made
    }
}
