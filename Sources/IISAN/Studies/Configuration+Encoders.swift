import Encoders
import Catalogue
import Files
import Foundation
import HiddenStates
import Modeling

extension Configuration {
    /// The width and stored layers of the configured encoders; recognised by their headers, so that no weights are read.
    ///
    /// - Throws: ``UserError`` when an encoder is missing or cannot be read.
    func encoderShapes() throws -> PerModality<ModalityShape> {
        try encode.modalities.compactMapValues { modality, settings in
            if settings.encoder.isEmpty {
                let store = try HiddenStateStore.open(URL(filePath: settings.store))
                return ModalityShape(width: store.width, layers: store.layers)
            }
            let family = try directory(modality, settings).family
            return ModalityShape(
                width: family.width, layers: settings.layers ?? EncodingOptions.usualLayers(depth: family.depth))
        }
    }

    /// How many blocks the encoders that the model reads have.
    func encoderDepths() throws -> PerModality<Int> {
        try readModalities.compactMapValues { modality, settings in
            // An imported store has no encoder.
            if settings.encoder.isEmpty { return try HiddenStateStore.open(URL(filePath: settings.store)).layers.max() }
            return try directory(modality, settings).family.depth
        }
    }

    /// The layers whose states are stored of the encoders that the model reads.
    ///
    /// - Parameter kept: only those of them that the model takes.
    func storedLayers(kept: Bool = false) throws -> PerModality<[Int]> {
        try readModalities.compactMapValues { modality, settings in
            if kept, let chosen = train.layers[modality] { return chosen }
            // An imported store has no encoder.
            if settings.encoder.isEmpty { return try HiddenStateStore.open(URL(filePath: settings.store)).layers }
            let depth = try directory(modality, settings).family.depth
            return settings.layers ?? EncodingOptions.usualLayers(depth: depth)
        }
    }

    private func directory(_ modality: Modality, _ settings: ModalitySettings) throws -> EncoderDirectory {
        try EncoderDirectory(Pipeline(self).encoderDirectory(settings.encoder), for: settings.encoderModality(of: modality))
    }
}
