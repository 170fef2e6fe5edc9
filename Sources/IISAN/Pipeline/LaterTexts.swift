import Captions
import Catalogue
import Files
import Foundation

/// The texts that a run's encoders read of items that come later: titles, or captions of their pictures by the model that captioned the
/// catalogue's.
final class LaterTexts {
    private let sources: PerModality<TextSource>
    private let captioner: Captioner?
    private let captioned: CaptionedItems

    /// Prepares the model of captions where some encoder reads them; its numbers are loaded by the first picture.
    ///
    /// - Throws: ``UserError`` where the model is missing, or another than the catalogue's captions are from.
    init(_ sources: PerModality<TextSource>, _ settings: CaptionSettings?, _ captioner: () throws -> Captioner) throws {
        self.sources = sources
        captioned = settings?.items ?? .all
        guard let settings, sources.contains(where: { $0.value.readsCaptions }) else {
            self.captioner = nil
            return
        }
        let made = try captioner()
        let file = try CaptionFile(URL(filePath: settings.file))
        guard let catalogues = try file.identity() else {
            throw UserError(
                "does not say what the catalogue's captions were made with: there is no \(file.manifest.path)",
                at: "encode.captions", remedy: "Bring that file from where the run was trained.")
        }
        let differences = made.differences(from: catalogues)
        guard differences.isEmpty else {
            throw UserError(
                "is not what the catalogue's captions were made with: another \(differences.joined(separator: ", "))",
                at: "encode.captions", remedy: "Name the model and the settings that \(settings.file) was made with.")
        }
        self.captioner = made
    }

    /// An item as the encoder of a modality is to read it, for each modality.
    ///
    /// - Throws: ``UserError`` for a picture that cannot be read.
    func items(of item: CatalogueItem) throws -> (Modality) -> CatalogueItem {
        let caption = captioned == .all || !item.has(.text) ? try captioner?.caption(of: item) : nil
        return { [sources] modality in
            var read = item
            if let source = sources[modality] { read.title = source.text(title: item.title, caption: caption) }
            return read
        }
    }
}

extension TextSource {
    /// Whether it asks for captions.
    var readsCaptions: Bool { self != .titles }

    /// What is read of an item; nil: nothing.
    func text(title: String?, caption: String?) -> String? {
        switch self {
        case .titles: return title
        case .captions: return caption
        case .both:
            guard let title, title.contains(where: { !$0.isWhitespace }) else { return caption }
            guard let caption else { return title }
            let end = title.last.map { ".!?".contains($0) } ?? false
            return title + (end ? " " : ". ") + caption
        }
    }
}
