import Encoders
import Files
import Foundation
import HiddenStates
import Pictures

/// Pictures as batches of pixels, decoded and scaled by several threads into memory that is used again.
struct PictureInput: CatalogueInput {
    let processor: any PictureProcessing
    /// Pictures per batch.
    let batchItems: Int
    let tokensPerItem: Int
    let threads: Int
    let damagedPictures: EncodingOptions.DamagedPictures
    /// Whether pictures may be frames of videos, whose states' mean is the item's.
    let readsFrames: Bool
    private let buffers: PixelBuffers

    var modality: Modality { .image }
    var tokenizerHash: String? { nil }
    var preprocessing: [String: String] {
        let size = "\(processor.outputSize.height)x\(processor.outputSize.width)"
        // Stores of pictures alone are called as they were before there were frames.
        return ["processor": processor.hash, "size": size].merging(readsFrames ? ["frames": "mean"] : [:]) { one, _ in one }
    }
    var batchesAhead: Int { 2 }
    var batchBytes: Int { buffers.bufferBytes }

    /// Takes the picture processor of an encoder's directory.
    ///
    /// - Parameter items: all that will be read.
    /// - Throws: ``UserError`` when it is missing or damaged, or makes pixels that the encoder has no positions for; for an item with
    ///   frames where these are not asked for.
    init(
        _ encoder: EncoderDirectory, grid: PatchGrid, items: [CatalogueItem], options: EncodingOptions, threads: Int
    ) throws {
        if !options.readsFrames, let item = items.first(where: { $0.pictures.count > 1 }) {
            throw UserError(
                "item \(item.id.quoted) has \(item.pictures.count) frames, and one picture of an item is read here",
                at: item.pictures[0].path, remedy: "Read its picture alone.")
        }
        processor = try Self.processor(in: encoder, grid: grid)
        let (height, width) = (processor.outputSize.height, processor.outputSize.width)
        tokensPerItem = grid.tokens(height: height, width: width)
        let pictures = items.reduce(0) { $0 + $1.pictures.count }
        batchItems = max(1, min(pictures, options.batchTokens / tokensPerItem))
        self.threads = threads
        damagedPictures = options.damagedPictures
        readsFrames = options.readsFrames
        // One that the encoder reads, one that is ready, one that is being filled.
        buffers = PixelBuffers(count: 3, items: batchItems, height: height, width: width)
    }

    func inputCount(of item: CatalogueItem) -> Int { item.pictures.count }

    func expectedTokens(of items: [CatalogueItem]) -> Int {
        tokensPerItem * items.reduce(0) { $0 + inputCount(of: $1) }
    }

    func contentHash(of item: CatalogueItem) throws -> String {
        do {
            return try item.pictureHash()
        } catch let error as UserError {
            if damagedPictures == .fail { throw Self.unusable(error, item, item.pictures[0]) }
            return ""
        }
    }

    /// A picture, or a frame, of an item of a shard.
    private struct Source {
        let row: Int
        let file: URL
        /// Whether it is the item's last.
        let isLast: Bool
    }

    func batches(of items: [CatalogueItem]) -> () throws -> InputBatch? {
        // Frames of several items go through the encoder together: a batch may begin and end within an item.
        let sources = items.enumerated().flatMap { row, item in
            item.pictures.enumerated().map { Source(row: row, file: $1, isLast: $0 + 1 == item.pictures.count) }
        }
        var start = 0
        return {
            guard start < sources.count else { return nil }
            defer { start += batchItems }
            return try batch(of: items, Array(sources[start..<min(start + batchItems, sources.count)]))
        }
    }

    private func batch(of items: [CatalogueItem], _ sources: [Source]) throws -> InputBatch {
        let buffer = buffers.next()
        let errors = ParallelWork.map(count: sources.count, threads: threads) { index -> UserError? in
            let file = sources[index].file
            do {
                processor.process(try Picture(file: file, options: processor.options), into: buffer.place(index))
                return nil
            } catch {
                return error as? UserError ?? UserError("\(error)", at: file.path)
            }
        }
        var batch = InputBatch(values: .pixels(buffer))
        batch.done = sources.count { $0.isLast }
        for (index, source) in sources.enumerated() {
            if let error = errors[index] {
                let item = items[source.row]
                if damagedPictures == .fail { throw Self.unusable(error, item, source.file) }
                let frame = item.frames.isEmpty ? "" : "\(source.file.lastPathComponent): "
                batch.damaged.append((source.row, frame + error.problem))
            } else {
                if batch.rows.count < index { buffer.move(from: index, to: batch.rows.count) }
                batch.rows.append(source.row)
            }
        }
        return batch
    }

    static func unusable(_ error: UserError, _ item: CatalogueItem, _ file: URL) -> UserError {
        UserError(
            "the picture of item \"\(item.id)\" cannot be used: \(error.problem)", at: error.place ?? file.path,
            remedy: "Repair or remove the picture, or let damaged pictures be skipped.")
    }
}

extension PictureInput {
    /// What makes pictures the encoder's input: a `processor_config.json` or `preprocessor_config.json`, or what timm's `config.json`
    /// says.
    ///
    /// - Throws: ``UserError`` when there is none, or the file is damaged, or makes pixels that the encoder has no positions for.
    static func processor(in encoder: EncoderDirectory, grid: PatchGrid) throws -> any PictureProcessing {
        if let file = try PictureProcessor.file(in: encoder.url) {
            return try fitting(PictureProcessor(directory: encoder.url), file, grid)
        }
        let configuration = encoder.url.appending(path: "config.json")
        if encoder.modelType.hasPrefix("timm/") {
            return try fitting(TimmProcessor(file: configuration), configuration, grid)
        }
        var remedy = "Add the preprocessor_config.json that belongs to the encoder."
        if encoder.modelType.hasPrefix("evaclip") {
            // The published folders have none; they are used with the processor of CLIP ViT-L/14, at their own size.
            remedy = """
                Add the file with this content, CLIP's own at the encoder's size: {"image_processor_type": "CLIPImageProcessor", \
                "size": {"shortest_edge": \(grid.size)}, "crop_size": \(grid.size)}
                """
        }
        throw UserError(
            "there is no preprocessor_config.json, which says how pictures are resized",
            at: encoder.url.appending(path: "preprocessor_config.json").path, remedy: remedy)
    }

    private static func fitting(
        _ processor: some PictureProcessing, _ file: URL, _ grid: PatchGrid
    ) throws -> any PictureProcessing {
        let (height, width) = (processor.outputSize.height, processor.outputSize.width)
        guard grid.reads(height: height, width: width) else {
            throw UserError(
                "makes pictures of \(height) x \(width) pixels, the encoder's position embeddings are for \(grid.size) x \(grid.size)",
                at: file.path, remedy: "Use the \(file.lastPathComponent) that belongs to the encoder.")
        }
        return processor
    }
}
