import Encoders
import Encoding

/// The inputs of live encoders that a pipeline has read, kept for its later stages.
final class LiveInputsKept {
    private var inputs: [EncoderModality: LiveInputs] = [:]

    /// The inputs of a modality, read when they are asked for first.
    func inputs(_ modality: EncoderModality, read: () throws -> LiveInputs) rethrows -> LiveInputs {
        if let known = inputs[modality] { return known }
        let made = try read()
        inputs[modality] = made
        return made
    }
}
