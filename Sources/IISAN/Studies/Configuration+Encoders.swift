import Encoders
import Catalogue
import Files
import Foundation
import HiddenStates
import Modeling

extension Configuration {
    /// The width and stored layers of the configured encoders, text first; told by their headers, so that no weights are read.
    ///
    /// - Throws: ``UserError`` when an encoder is missing or cannot be read.
    func encoderShapes() throws -> [ModalityShape] {
        try encodedModalities.map { modality, settings in
            if settings.encoder.isEmpty {
                let store = try HiddenStateStore.open(URL(filePath: settings.store))
                return ModalityShape(width: store.width, layers: store.layers)
            }
            let family = try directory(modality, settings).family
            return ModalityShape(
                width: family.width, layers: settings.layers ?? EncodingOptions.usualLayers(depth: family.depth))
        }
    }

    /// How many blocks the encoders that the model reads have: `text`, `image`.
    func encoderDepths() throws -> [String: Int] {
        try Dictionary(
            uniqueKeysWithValues: readModalities.map {
                ($0.modality.rawValue, try directory($0.modality, $0.settings).family.depth)
            })
    }

    /// The layers whose states are stored of the encoders that the model reads: `text`, `image`.
    ///
    /// - Parameter kept: only those of them that the model takes.
    func storedLayers(kept: Bool = false) throws -> [String: [Int]] {
        try Dictionary(
            uniqueKeysWithValues: readModalities.map { modality, settings -> (String, [Int]) in
                if kept, let chosen = modality == .text ? train.textLayers : train.imageLayers {
                    return (modality.rawValue, chosen)
                }
                // An imported store has no encoder.
                if settings.encoder.isEmpty {
                    return (modality.rawValue, try HiddenStateStore.open(URL(filePath: settings.store)).layers)
                }
                let depth = try directory(modality, settings).family.depth
                return (modality.rawValue, settings.layers ?? EncodingOptions.usualLayers(depth: depth))
            })
    }

    private func directory(_ modality: EncoderModality, _ settings: EncodeSettings.Modality) throws -> EncoderDirectory {
        try EncoderDirectory(Pipeline(self).encoderDirectory(settings.encoder), for: modality)
    }
}
