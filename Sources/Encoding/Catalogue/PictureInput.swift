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
    private let buffers: PixelBuffers

    var modality: Modality { .image }
    var tokenizerHash: String? { nil }
    var preprocessing: [String: String] {
        ["processor": processor.hash, "size": "\(processor.outputSize.height)x\(processor.outputSize.width)"]
    }
    var batchesAhead: Int { 2 }
    var batchBytes: Int { buffers.bufferBytes }

    /// Takes the picture processor of an encoder's directory.
    ///
    /// - Throws: ``UserError`` when it is missing or damaged, or makes pixels that the encoder has no positions for.
    init(_ encoder: EncoderDirectory, grid: PatchGrid, items: Int, options: EncodingOptions, threads: Int) throws {
        processor = try Self.processor(in: encoder, grid: grid)
        let (height, width) = (processor.outputSize.height, processor.outputSize.width)
        tokensPerItem = grid.tokens(height: height, width: width)
        batchItems = max(1, min(items, options.batchTokens / tokensPerItem))
        self.threads = threads
        damagedPictures = options.damagedPictures
        // One that the encoder reads, one that is ready, one that is being filled.
        buffers = PixelBuffers(count: 3, items: batchItems, height: height, width: width)
    }

    func expectedTokens(of items: [CatalogueItem]) -> Int { tokensPerItem * items.count { $0.picture != nil } }

    func contentHash(of item: CatalogueItem) throws -> String {
        guard let picture = item.picture else { return "" }
        do {
            return try ContentHash.of(file: picture)
        } catch let error as UserError {
            if damagedPictures == .fail { throw Self.unusable(error, item, picture) }
            return ""
        }
    }

    func batches(of items: [CatalogueItem]) -> () throws -> InputBatch? {
        let rows = items.indices.filter { items[$0].picture != nil }
        var start = 0
        return {
            guard start < rows.count else { return nil }
            defer { start += batchItems }
            return try batch(of: items, rows: Array(rows[start..<min(start + batchItems, rows.count)]))
        }
    }

    private func batch(of items: [CatalogueItem], rows: [Int]) throws -> InputBatch {
        let buffer = buffers.next()
        let errors = ParallelWork.map(count: rows.count, threads: threads) { index -> UserError? in
            guard let file = items[rows[index]].picture else { return nil }
            do {
                processor.process(try Picture(file: file, options: processor.options), into: buffer.place(index))
                return nil
            } catch {
                return error as? UserError ?? UserError("\(error)", at: file.path)
            }
        }
        var batch = InputBatch(values: .pixels(buffer))
        for (index, row) in rows.enumerated() {
            if let error = errors[index] {
                if damagedPictures == .fail, let file = items[row].picture { throw Self.unusable(error, items[row], file) }
                batch.damaged.append((row, error.problem))
            } else {
                if batch.rows.count < index { buffer.move(from: index, to: batch.rows.count) }
                batch.rows.append(row)
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
