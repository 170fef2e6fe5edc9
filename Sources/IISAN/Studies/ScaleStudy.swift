package import Encoders
import Catalogue
import Files
import Report
package import Foundation
import Torch
import Yams

/// `iisan scale`: every text encoder with every image encoder, quality against size.
package struct ScaleStudy: Sendable {
    /// What every study says.
    package var options = StudyOptions()
    /// The text encoders; nil for the base's.
    package var text: [ScaleEncoder]?
    /// The image encoders; nil for the base's.
    package var image: [ScaleEncoder]?

    /// Reads a study's file.
    ///
    /// - Throws: ``UserError`` that names file, line and setting.
    package init(file: URL) throws {
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
    package func plan(_ file: URL) throws -> Study {
        let base = try Configuration(URL(filePath: options.base), overrides: options.set)
        let states = URL(filePath: options.folder).appending(path: "states")
        /// The encoders of a modality with what they change; the base's own where none are named.
        func choices(
            _ modality: Modality, _ named: [ScaleEncoder]?, _ own: ModalitySettings?
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
                        modality: modality, name: encoder.shownName,
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

extension ScaleStudy: PlannedStudy {
    package static var verb: String { "scale" }
    package static var abstract: String {
        "Train with every text encoder and every image encoder, and set quality against their size."
    }
    package static var discussion: String {
        """
        Each encoder has a store of its own in the study's folder, made once. A study that was stopped continues with the same \
        command.

          iisan scale study.yaml
        """
    }

    static var layout: StudyReport.Layout { .sizes }
    static func tables(of result: StudyResult) -> [TextTable] { [result.encoderTable, result.rankingTable, result.costTable] }

    static var settings: [Setting<ScaleStudy>] {
        StudyOptions.settings(of: \.options) + [
            .sections("text", \.text, "The text encoders: directories, or sections with encoder, name, layers, pooling, note."),
            .sections("image", \.image, "The image encoders."),
        ]
    }
}

/// An encoder of a study of scale.
package struct ScaleEncoder: Sendable, Equatable {
    /// Its directory, or its name in the hub's cache.
    package var encoder = ""
    /// Its name in tables and folders; nil for the directory's.
    package var name: String?
    /// The layers whose states are kept; nil spreads seven over its depth.
    package var layers: [Int]?
    /// How token states become one; nil for the family's own.
    package var pooling: Pooling?
    /// What a reader should know, as in `random weights`.
    package var note: String?
    /// Where it is written, for messages.
    package var place = ""

    init() {}

    /// Its name in tables and folders.
    var shownName: String { name ?? URL(filePath: encoder).lastPathComponent }

    /// How many numbers it holds, recognised by the headers of its weights.
    func parameterCount(_ modality: Modality, of base: Configuration) throws -> Int {
        let directory = try EncoderDirectory(Pipeline(base).encoderDirectory(encoder), for: modality)
        return try EncoderPlan(directory, dtype: .float32).parts.reduce(0) { $0 + $1.count }
    }

    /// The settings that put it in the place of the base's encoder of its modality.
    ///
    /// - Parameter states: the folder of the study's stores.
    func overrides(_ modality: Modality, states: URL) -> [String] {
        let key = Configuration.place(of: modality)
        let store = states.appending(path: "\(modality.name)-\(shownName)").path
        return [
            "\(key).encoder=\(encoder.yaml)", "\(key).store=\(store.yaml)", "\(key).layers=\(layers?.yaml ?? "")",
            "\(key).pooling=\(pooling?.yaml ?? "")", "\(Configuration.layersPlace(of: modality))=",
        ]
    }
}

extension ScaleEncoder: ListedSection {
    static var settings: [Setting<ScaleEncoder>] {
        [
            .value("encoder", \.encoder, "Its directory, or its name in the hub's cache."),
            .optional("name", \.name, "Its name in tables and folders; left out, the directory's."),
            .optional("layers", \.layers, "The kept layers; left out, seven are spread evenly."),
            .optional("pooling", \.pooling, "first, mean or last; left out, what the family uses."),
            .optional("note", \.note, "What a reader should know, as in: random weights."),
        ]
    }

    /// A directory alone is enough.
    static func readListed(_ node: Node, _ place: SettingsPlace) throws -> ScaleEncoder {
        guard node.scalar != nil else { return try read(node, place) }
        var encoder = ScaleEncoder()
        encoder.encoder = try place.naming { try String.read(node) }
        return encoder
    }
}
