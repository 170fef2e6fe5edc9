import Encoders
import Encoding
import Files
import Foundation
import Modeling

extension Configuration {
    /// The width and kept layers of the configured encoders, text first; told by their headers, so that no weights are read.
    ///
    /// - Throws: ``UserError`` when an encoder is missing or cannot be read.
    func encoderShapes() throws -> [ModalityShape] {
        let text = try encode.text.map { try shape(of: $0, .text, train.textLayers) }
        let image = try encode.image.map { try shape(of: $0, .image, train.imageLayers) }
        return [text, image].compactMap { $0 }
    }

    private func shape(
        of modality: EncodeSettings.Modality, _ kind: EncoderModality, _ kept: [Int]?
    ) throws -> ModalityShape {
        let family = try EncoderDirectory(Pipeline(self).encoderDirectory(modality.encoder), for: kind).family
        return ModalityShape(
            width: family.width, layers: kept ?? modality.layers ?? EncodingOptions.usualLayers(depth: family.depth))
    }
}
