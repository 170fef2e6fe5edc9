import Catalogue
import Datasets
import Files
package import Foundation
import HiddenStates
import Pictures

extension Pipeline {
    /// What frames of videos are made for.
    package enum VideoReader: String, Sendable {
        /// Captions: the section `encode.captions`.
        case caption
        /// Hidden states: encoders of pictures.
        case encode
    }

    /// Makes frames of videos, which ``caption(startingAnew:)`` then captions, or ``encode()`` encodes.
    ///
    /// - Parameters:
    ///   - folder: the videos, called by their items' ids.
    ///   - count: frames of each.
    /// - Throws: `CancellationError` when told to stop, and the same call continues from there; ``UserError`` without a folder for the frames,
    ///   without `ffmpeg`, and for videos that cannot be read where damaged pictures stop the work.
    package func readVideos(in folder: URL, frames count: Int, for reader: VideoReader) throws {
        for place in try frameFolders(reader) {
            let result = try VideoFiles(frames: URL(filePath: place.frames), count: count)
                .read(folder, progress: observer.onProgress, stop: observer.stop)
            let name = reader.rawValue
            observer.onMessage("\(name): frames of \(result.read) videos, \(result.kept) kept from before")
            for (item, problem) in result.problems.prefix(10) {
                observer.onMessage("\(name): no frames of the video of item \(item.quoted): \(problem)")
            }
            if result.problems.count > 10 { observer.onMessage("\(name): and \(result.problems.count - 10) more") }
            if place.damaged == .fail, let (item, problem) = result.problems.first {
                throw UserError(
                    "the video of item \(item.quoted) cannot be used: \(problem)", at: folder.path,
                    remedy: "Repair or remove it, or let damaged ones be skipped (\(place.section).damaged: skip).")
            }
        }
    }

    /// A folder that frames are made in, and the section that names it.
    private struct FrameFolder {
        let frames: String
        let section: String
        let damaged: EncodingOptions.DamagedPictures
    }

    private func frameFolders(_ reader: VideoReader) throws -> [FrameFolder] {
        var folders: [FrameFolder] = []
        switch reader {
        case .caption:
            if let settings = configuration.encode.captions, let frames = settings.frames {
                folders = [FrameFolder(frames: frames, section: "encode.captions", damaged: settings.damaged)]
            }
        case .encode:
            for (modality, settings) in configuration.encodedModalities {
                guard let frames = settings.frames, !folders.contains(where: { $0.frames == frames }) else { continue }
                folders.append(
                    FrameFolder(frames: frames, section: Configuration.place(of: modality), damaged: settings.damaged))
            }
        }
        guard folders.isEmpty else { return folders }
        let section = reader == .caption ? "encode.captions" : "encode.image"
        throw UserError(
            "there is no folder for the videos' frames", at: "\(section).frames",
            remedy: "Name one, as \(section).frames: frames.")
    }

    /// A dataset's items with what an encoder reads of them: texts as configured, or pictures and frames.
    ///
    /// - Throws: ``UserError`` for captions or frames that are named and are not there.
    func items(_ dataset: Dataset, _ read: Modality, _ settings: ModalitySettings) throws -> [CatalogueItem] {
        let items = dataset.items.map(CatalogueItem.init)
        guard read == .image else { return try withTexts(items, from: settings.source) }
        guard let folder = settings.frames else { return items }
        let frames = try VideoFrames(URL(filePath: folder))
        return items.map { $0.with(frames) }
    }

    /// A dataset's items with what the encoders of pictures read of them.
    ///
    /// - Throws: ``UserError`` for frames that are not there, and for encoders that read other frames than each other.
    func itemsWithFrames(_ dataset: Dataset) throws -> [CatalogueItem] {
        let readers = configuration.readModalities.compactMap { modality, settings in
            settings.encoderModality(of: modality) == .image ? settings : nil
        }
        guard Set(readers.map(\.frames)).count <= 1 else {
            throw UserError(
                "the encoders of pictures read different frames", at: "encode.image.frames",
                remedy: "Change titles alone, or give all encoders of pictures the same frames.")
        }
        return try readers.first.map { try items(dataset, .image, $0) } ?? dataset.items.map(CatalogueItem.init)
    }
}
