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

    var modality: StoreIdentity.Modality { .image }
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
            remedy: "Mend or remove the picture, or let damaged pictures be skipped.")
    }
}
