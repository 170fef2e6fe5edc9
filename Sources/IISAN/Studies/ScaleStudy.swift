import Encoders
import Files
import Foundation

/// `iisan scale`: every text encoder with every image encoder, quality against size.
public struct ScaleStudy: Sendable {
    /// What every study says.
    public var options = StudyOptions()
    /// The text encoders; nil for the base's.
    public var text: [ScaleEncoder]?
    /// The image encoders; nil for the base's.
    public var image: [ScaleEncoder]?

    /// Reads a study's file.
    ///
    /// - Throws: ``UserError`` that names file, line and setting.
    public init(file: URL) throws {
        try self.init(file)
        let folder = file.deletingLastPathComponent()
        for list in [\ScaleStudy.text, \.image] {
            for index in self[keyPath: list]?.indices ?? 0..<0 {
                let encoder = Configuration.resolvedEncoder(self[keyPath: list]![index].encoder, from: folder)
                self[keyPath: list]![index].encoder = encoder
            }
        }
    }

    init() {}

    /// Plans it.
    ///
    /// - Throws: ``UserError`` when an encoder is missing or cannot be read.
    public func plan(_ file: URL) throws -> Study {
        let base = try Configuration(URL(filePath: options.base), overrides: options.set)
        let states = URL(filePath: options.folder).appending(path: "states")
        /// The encoders of a modality with what they change; the base's own where none are named.
        func choices(
            _ modality: EncoderModality, _ named: [ScaleEncoder]?, _ own: EncodeSettings.Modality?
        ) throws -> [(encoder: StudyResult.Encoder, set: [String], note: String?)] {
            let settings = own.map { own in
                var encoder = ScaleEncoder()
                encoder.encoder = own.encoder
                return encoder
            }
            return try (named ?? (settings.map { [$0] } ?? [])).map { encoder in
                let place = encoder.place.isEmpty ? file.path : encoder.place
                guard !encoder.encoder.isEmpty else { throw UserError("names no encoder", at: place) }
                return (
                    StudyResult.Encoder(
                        modality: modality.rawValue, name: encoder.shownName,
                        parameters: try encoder.parameterCount(modality, of: base)),
                    named == nil ? [] : encoder.overrides(modality, states: states),
                    encoder.note.map { "\(encoder.shownName): \($0)" }
                )
            }
        }
        let texts = try choices(.text, text, base.encode.text)
        let images = try choices(.image, image, base.encode.image)
        guard !texts.isEmpty, !images.isEmpty else {
            throw UserError(
                "there are no \(texts.isEmpty ? "text" : "image") encoders", at: file.path,
                remedy: "Name them here, or one in the base.")
        }
        let variants = texts.flatMap { text in
            images.map { image in
                let notes = [text.note, image.note].compactMap { $0 }
                var variant = StudyVariant(
                    "\(text.encoder.name)+\(image.encoder.name)", set: text.set + image.set,
                    note: notes.isEmpty ? nil : notes.joined(separator: "; "))
                variant.encoders = [text.encoder, image.encoder]
                return variant
            }
        }
        return try Study(options, variants: variants, file: file)
    }
}

extension ScaleStudy: StudySection {
    static var kind: StudyKind { .scale }

    static var settings: [Setting<ScaleStudy>] {
        StudyOptions.settings(of: \.options) + [
            .sections("text", \.text, "The text encoders: directories, or sections with encoder, name, layers, pooling, note."),
            .sections("image", \.image, "The image encoders."),
        ]
    }
}
