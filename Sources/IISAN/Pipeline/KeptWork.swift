import Encoders
import Encoding
import Modeling
import Torch
import Training

/// What a stage of a pipeline has made and a later one needs again: it is made once.
final class KeptWork {
    private var inputs: [EncoderModality: LiveInputs] = [:]
    private var hashes: [EncoderModality: LiveInputs.Hashes] = [:]
    private var ranked: RankedModel?

    /// A trained model with the vectors of the whole catalogue.
    struct RankedModel {
        /// How far the run had come at the best epoch, whose parameters these are.
        let state: TrainingState
        /// The model.
        let recommender: Recommender
        /// Its item vectors [items, width].
        let itemVectors: Tensor
    }

    /// The inputs of a live encoder, read when they are asked for first.
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

    /// The model of a best epoch, made when it is asked for first and when the run has a better epoch since.
    func ranked(at state: TrainingState, make: () throws -> RankedModel) rethrows -> RankedModel {
        if let ranked, ranked.state == state { return ranked }
        // The old one's memory is free for the new one.
        ranked = nil
        let made = try make()
        ranked = made
        return made
    }

    /// Forgets the model: a training takes its place.
    func forgetModel() { ranked = nil }
}
